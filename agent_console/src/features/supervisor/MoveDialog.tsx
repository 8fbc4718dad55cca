import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, describe, Dialog, DialogActions, Select, TextField, useApi, useDesk, useDeskParts, useT } from '../../shared'

interface Props {
  card: Card
  onClose: () => void
  onDone: () => void
}

/** Back to its queue, to another queue, or to an agent; always with a reason, which stands in the history. */
export function MoveDialog({ card, onClose, onDone }: Props) {
  const t = useT()
  const api = useApi()
  const { dispatch } = useDeskParts()
  const choices = useTargets(card)
  const [target, setTarget] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const move = () => {
    setBusy(true)
    api.requeue(card.id, { reason: reason.trim(), ...targetOf(target ?? '') }).then(
      (moved) => {
        dispatch({ type: 'answer', card: moved })
        onDone()
      },
      (problem: unknown) => {
        setBusy(false)
        setError(describe(problem, t))
      },
    )
  }
  return (
    <Dialog title={t('floor.move.title', { name: card.customer_name || card.reference })} isOpen onClose={onClose}>
      <Select label={t('floor.move.to')} choices={choices} value={target} onChange={setTarget} placeholder={t('floor.move.choose')} />
      <TextField label={t('floor.reason')} description={t('floor.reason.what')} value={reason} onChange={setReason} isRequired maxLength={500} />
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={move} isDisabled={busy || !target || !reason.trim()}>{t('floor.move.do')}</Button>
      </DialogActions>
    </Dialog>
  )
}

const targetOf = (target: string): { queue?: string; agent?: string } =>
  target.startsWith('agent:') ? { agent: target.slice(6) } : { queue: target.slice(6) }

function useTargets(card: Card) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  const agents = useDesk((state) => Object.values(state.agents))
  const standing = (ready: boolean) => (ready ? t('floor.is.ready') : t('floor.not_ready'))
  return [
    ...queues.map((queue) => ({
      id: `queue:${queue.id}`,
      name: queue.id === card.queue ? t('floor.move.back', { queue: t.name(queue.name) }) : t('floor.move.queue', { queue: t.name(queue.name) }),
    })),
    ...agents
      .filter((agent) => agent.presence.declared !== 'offline' && agent.id !== card.agent_id)
      .map((agent) => ({ id: `agent:${agent.id}`, name: `${agent.name} (${standing(agent.presence.routable)})` })),
  ]
}
