import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, Dialog, DialogActions, Select, TextField, useApi, useDesk, useLoad, useMe, useT } from '../../shared'
import { useAct } from './act'

const ANYONE = 'anyone'

export function GiveDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const me = useMe().id
  const queues = useDesk((state) => state.queues)
  const [queue, setQueue] = useState(card.queue)
  const [agent, setAgent] = useState(ANYONE)
  const [reason, setReason] = useState('')
  const agents = useLoad('agents', api.agents).value ?? []
  const fitting = agents.filter((one) => one.id !== me && one.queues.includes(queue))
  const give = () => {
    act(api.requeue(card.id, { reason: reason.trim(), queue, agent: agent === ANYONE ? null : agent }))
    onClose()
  }
  return (
    <Dialog title={t('talk.give.title')} isOpen onClose={onClose}>
      <Select label={t('talk.give.queue')} value={queue} onChange={setQueue} choices={queues.map((one) => ({ id: one.id, name: t.name(one.name) }))} />
      <Select
        label={t('talk.give.agent')} value={agent} onChange={setAgent}
        choices={[
          { id: ANYONE, name: t('talk.give.anyone') },
          ...fitting.map((one) => ({ id: one.id, name: `${one.name} (${t.word('presence', one.presence.declared)})` })),
        ]}
      />
      <TextField label={t('talk.give.reason')} value={reason} onChange={setReason} maxLength={500} isRequired autoFocus />
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={give} isDisabled={!reason.trim()}>{t('talk.give.submit')}</Button>
      </DialogActions>
    </Dialog>
  )
}
