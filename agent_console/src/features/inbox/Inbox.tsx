import { useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { Blank, deskPath, useCommand, useDesk, useMe, useNow, useT, useWhere } from '../../shared'
import css from './Inbox.module.css'
import { inOrder, sections } from './order'
import { Queue } from './Queue'
import { Row } from './Row'

/** Two lists: what is with me, and what waits in my queues. `open` is the contact shown beside. */
export function Inbox({ open }: { open: string | undefined }) {
  const t = useT()
  const [tab, setTab] = useState('mine')
  const mine = useDesk((state) => Object.values(state.cards).filter((card) => card.state !== 'offered').length)
  const waiting = useWaiting()
  return (
    <Tabs className={css.inbox} selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
      <TabList className={css.tabs} aria-label={t('inbox.label')}>
        <Tab id="mine" className={css.tab}>
          {t('inbox.mine')} <b>{mine}</b>
        </Tab>
        <Tab id="queue" className={css.tab}>
          {t('inbox.queue')} <b>{waiting}</b>
        </Tab>
      </TabList>
      <TabPanel id="mine" className={css.list}>
        <Mine open={open} />
      </TabPanel>
      <TabPanel id="queue" className={css.list}>
        <Queue waiting={waiting} onClaimed={() => setTab('mine')} />
      </TabPanel>
    </Tabs>
  )
}

/** How many wait in the queues that I serve. */
function useWaiting(): number {
  const { queues, role } = useMe()
  return useDesk((state) =>
    state.figures.filter((row) => role !== 'agent' || queues.includes(row.queue)).reduce((sum, row) => sum + row.waiting, 0),
  )
}

function Mine({ open }: { open: string | undefined }) {
  const t = useT()
  const now = useNow()
  const { cards, queues } = useDesk((state) => ({ cards: state.cards, queues: state.queues }))
  const ready = useMe().presence.routable || Object.keys(cards).length > 0 // an offer takes the room, and is one
  const parts = sections(Object.values(cards), queues, now)
  const all = inOrder(parts)
  useSteps(all.map((card) => card.id), open)
  if (!all.length)
    return <Blank title={t('inbox.empty')}>{ready ? t('inbox.empty.ready') : t('inbox.empty.not_ready')}</Blank>
  return (
    <>
      {(['active', 'wrapping', 'named', 'held'] as const).map(
        (part) =>
          parts[part].length > 0 && (
            <div key={part}>
              {part !== 'active' && <h2 className={css.section}>{t(`inbox.${part}`)}</h2>}
              <ul>
                {parts[part].map((card) => (
                  <Row key={card.id} card={card} current={card.id === open} />
                ))}
              </ul>
            </div>
          ),
      )}
    </>
  )
}

/** Next and previous contact by key, in the order of the list. */
function useSteps(ids: readonly string[], open: string | undefined): void {
  const t = useT()
  const [, go] = useWhere()
  const step = (by: number) => () => {
    const at = open === undefined ? -1 : ids.indexOf(open)
    const next = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length]
    if (next) go(deskPath(next))
  }
  useCommand(ids.length ? { id: 'next', name: t('command.next'), keys: ['Alt+KeyJ', 'KeyJ'], run: step(1) } : null)
  useCommand(ids.length ? { id: 'previous', name: t('command.previous'), keys: ['Alt+KeyK', 'KeyK'], run: step(-1) } : null)
}
