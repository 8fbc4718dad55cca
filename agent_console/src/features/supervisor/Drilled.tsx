// What stands behind a number: its items, kept in step with the figures, each to be acted on in place.
import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { Api } from '../../desk/api'
import type { Card, PageOfCards } from '../../desk/wire'
import { Age, Blank, ChannelGlyph, describe, deskPath, duration, href, Icon, useApi, useDesk, useDeskParts, useLoad, useQueue, useT } from '../../shared'
import { AgentTable } from './AgentTable'
import { counts, isExact, queryOf } from './figures'
import type { Drill } from './figures'
import { ItemActions } from './ItemActions'
import panelCss from './Drilled.module.css'
import css from './Floor.module.css'

export function Drilled({ drill, panel }: { drill: Drill; panel: RefObject<HTMLElement | null> }) {
  const t = useT()
  const title = useTitle(drill)
  return (
    <aside ref={panel} tabIndex={-1} className={panelCss.drilled} aria-label={title}>
      <header className={css.head}>
        <h2 dir="auto">{title}</h2>
        <a className={css.tool} href={href('/floor')} aria-label={t('action.close')}>
          <Icon name="close" />
        </a>
      </header>
      {'what' in drill && <p className="quiet small">{t(`floor.${drill.what}.what`)}</p>}
      {'what' in drill && drill.what === 'level' && <Formula queue={drill.queue} />}
      {'what' in drill && drill.what === 'ready' ? <Staff queue={drill.queue} label={title} /> : <Items drill={drill} />}
    </aside>
  )
}

function useTitle(drill: Drill): string {
  const t = useT()
  const queue = useQueue('what' in drill ? (drill.queue ?? '') : '')
  const agent = useDesk((state) => ('agent' in drill ? state.agents[drill.agent]?.name : undefined))
  if ('agent' in drill) return t('floor.held_by', { name: agent ?? '' })
  const name = drill.queue === null ? t('floor.all_queues') : queue ? t.name(queue.name) : drill.queue
  return `${name}: ${t(`floor.${drill.what}`)}`
}

/** The agents who serve a queue, as in the large table. */
function Staff({ queue, label }: { queue: string | null; label: string }) {
  const t = useT()
  const agents = useDesk((state) => Object.values(state.agents))
  return <AgentTable agents={agents.filter((agent) => queue === null || agent.queues.includes(queue))} small label={`${label}: ${t('floor.agents')}`} />
}

/** The sum behind the service level, with its numbers. */
function Formula({ queue }: { queue: string | null }) {
  const t = useT()
  const rows = useDesk((state) => state.figures).filter((row) => queue === null || row.queue === queue)
  const view = useQueue(queue ?? '')
  const sum = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + pick(row), 0)
  return (
    <dl className={panelCss.formula}>
      {view && <><dt>{t('floor.promise')}</dt><dd>{t('floor.promise.is', { percent: Math.round(view.service_level_target * 100), within: duration(view.service_level_seconds) })}</dd></>}
      <dt>{t('floor.in_time')}</dt><dd>{sum((row) => row.answered_in_time)}</dd>
      <dt>{t('floor.answered')}</dt><dd>{sum((row) => row.answered)}</dd>
      <dt>{t('floor.late')}</dt><dd>{sum((row) => row.late_waiting)}</dd>
      <dt>{t('floor.abandoned')}</dt><dd>{sum((row) => row.abandoned)}</dd>
    </dl>
  )
}

const AGAIN_MS = 1_000

/** Changes at most once a second, and at least then: figures that never stand still must not hold the list up. */
function useCalm(signature: string): string {
  const [calm, setCalm] = useState(signature)
  const newest = useRef(signature)
  useEffect(() => {
    newest.current = signature
  }, [signature])
  useEffect(() => {
    const timer = setInterval(() => setCalm(newest.current), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  return calm
}

const PAGES = 5 // of 200 each: as far as the screen looks for what the hub cannot filter

/** The items behind the number; `more` where there are too many to look at them all. */
async function collect(api: Api, drill: Drill, now: number, fits: (card: Card) => boolean): Promise<{ items: Card[]; more: boolean }> {
  const items: Card[] = []
  let after: string | null = null
  for (let page = 0; page < (isExact(drill) ? 1 : PAGES); page++) {
    const found: PageOfCards = await api.interactions({ ...queryOf(drill, now), after })
    items.push(...found.items.filter(fits))
    after = found.next ?? null
    if (after === null) break
  }
  return { items, more: after !== null }
}

function useItems(drill: Drill) {
  const api = useApi()
  const { clock } = useDeskParts()
  const queues = useDesk((state) => state.queues)
  const signature = useDesk((state) => JSON.stringify('agent' in drill ? state.agents[drill.agent] : [state.figures, state.moves]))
  const seconds = (queue: string) => queues.find((one) => one.id === queue)?.service_level_seconds ?? 0
  const link = useDesk((state) => state.link) // once the hub is back, it is asked again
  return useLoad(useCalm(`${link} ${signature}`), () => collect(api, drill, clock.now(), (card) => counts(drill, card, clock.now(), seconds)))
}

/** What was there stays on the screen while the hub cannot be reached. */
function useLastGood<T>(value: T | null): T | null {
  const [last, setLast] = useState(value)
  if (value !== null && value !== last) setLast(value)
  return value ?? last
}

function Items({ drill }: { drill: Drill }) {
  const t = useT()
  const list = useItems(drill)
  const found = useLastGood(list.value)
  const problem = list.error !== null && <p className="notice bad" role="status">{describe(list.error, t)}</p>
  if (!found) return problem || (list.slow ? <Bones /> : null)
  const { items, more } = found
  if (!items.length && !problem) return <Blank title={t('what' in drill && drill.what === 'waiting' ? 'floor.nothing.waits' : 'floor.nothing')} />
  return (
    <>
      {problem}
      <ul className={panelCss.items}>
        {items.map((card) => (
          <Item key={card.id} card={card} onChanged={list.reload} />
        ))}
      </ul>
      {more && <p className="quiet small">{t('floor.first', { n: items.length })}</p>}
    </>
  )
}

const Bones = () => (
  <ul className={panelCss.items} aria-hidden="true">
    {[0, 1, 2].map((n) => (
      <li key={n} className={panelCss.item}><span className="bone" /><span className="bone" /></li>
    ))}
  </ul>
)

function Item({ card, onChanged }: { card: Card; onChanged: () => void }) {
  const t = useT()
  const queue = useQueue(card.queue)
  return (
    <li className={panelCss.item}>
      <ChannelGlyph channel={card.channel} />
      <div className={panelCss.about}>
        <a href={href(deskPath(card.id))} className={panelCss.customer}><bdi>{card.customer_name || t('customer.unknown')}</bdi></a>
        <span className="ellipsis quiet small"><bdi>{card.last_text || card.subject}</bdi></span>
        <span className="quiet small">
          {card.reference} · {queue ? t.name(queue.name) : card.queue} · {t.word('state', card.state)}
          {card.agent_name && <> · <bdi>{card.agent_name}</bdi></>}
        </span>
      </div>
      <div className={panelCss.when}>
        {card.priority !== 0 && <span className="chip">{t('floor.priority_is', { n: card.priority })}</span>}
        <span title={t('floor.in_state')}><Age since={card.state === 'queued' ? card.queued_at : card.entered_at} /></span>
      </div>
      {card.state !== 'done' && <ItemActions card={card} onChanged={onChanged} />}
    </li>
  )
}
