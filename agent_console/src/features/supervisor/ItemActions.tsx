// Acting on an item where it stands: take it, move it, make it more urgent, ask why it waits.
import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, deskPath, Icon, Menu, useApi, useDeskParts, useMe, useT, useTell, useWhere } from '../../shared'
import type { MenuEntry } from '../../shared'
import { MoveDialog } from './MoveDialog'
import { PriorityDialog } from './PriorityDialog'
import { WhyDialog } from './WhyDialog'

type Open = 'move' | 'priority' | 'why' | null

export function ItemActions({ card, onChanged }: { card: Card; onChanged: () => void }) {
  const t = useT()
  const [open, setOpen] = useState<Open>(null)
  const take = useTake(card)
  const supervise = useSupervise(card)
  const close = () => setOpen(null)
  const done = () => {
    close()
    onChanged()
  }
  const label = t('floor.act_on', { name: card.customer_name || card.reference })
  const waits = card.state === 'queued'
  return (
    <>
      <Menu
        label={label}
        trigger={<Button kind="plain" aria-label={label}><Icon name="more" /></Button>}
        entries={[
          ...supervise,
          { id: 'take', name: t('floor.take'), isDisabled: !waits, onAction: take },
          { id: 'move', name: t('floor.move'), onAction: () => setOpen('move') },
          { id: 'priority', name: t('floor.priority'), onAction: () => setOpen('priority') },
          { id: 'why', name: t('floor.why'), isDisabled: !waits, onAction: () => setOpen('why') },
        ]}
      />
      {open === 'move' && <MoveDialog card={card} onClose={close} onDone={done} />}
      {open === 'priority' && <PriorityDialog card={card} onClose={close} onDone={done} />}
      {open === 'why' && <WhyDialog card={card} onClose={close} />}
    </>
  )
}

const MODES = ['listen', 'whisper', 'barge'] as const

/** Into a call that somebody else talks in: my telephone rings, and answers by itself. The bar leads out again. */
function useSupervise(card: Card): MenuEntry[] {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const me = useMe().id
  const [, go] = useWhere()
  if (card.channel !== 'voice' || card.state !== 'active' || card.agent_id === me) return []
  return [
    ...MODES.map((mode): MenuEntry => ({
      id: mode, name: t(`floor.call.${mode}`), icon: 'phone', onAction: () => void api.supervise(card.id, mode).then(() => tell(t('floor.call.ringing')), tell.failure),
    })),
    { id: 'take_over', name: t('floor.call.take_over'), icon: 'give', onAction: () => void api.takeOver(card.id).then(() => go(deskPath(card.id)), tell.failure) },
  ]
}

function useTake(card: Card): () => void {
  const api = useApi()
  const tell = useTell()
  const { dispatch } = useDeskParts()
  const [, go] = useWhere()
  return () =>
    void api.claim(card.id).then((taken) => {
      dispatch({ type: 'answer', card: taken })
      go(deskPath(taken.id))
    }, tell.failure)
}
