import { useState } from 'react'
import type { AgentView, Consult } from '../../desk/wire'
import { Button, Dialog, DialogActions, fullNumber, Select, TextField, useApi, useLoad, useMe, useT } from '../../shared'

const NUMBER = 'number'
const isReady = (one: AgentView) => one.presence.declared === 'available'

/** Whom to ask while the customer hears music: a colleague who is logged in, or a number outside. */
export function ConsultDialog({ onClose, onAsk }: { onClose: () => void; onAsk: (body: Consult) => void }) {
  const t = useT()
  const api = useApi()
  const me = useMe().id
  const here = (useLoad('agents', api.agents).value ?? []).filter((one) => one.id !== me && one.presence.connected)
  const agents = [...here].sort((a, b) => Number(isReady(b)) - Number(isReady(a))) // who is ready is proposed first
  const [who, setWho] = useState<string | null>(null)
  const [number, setNumber] = useState('')
  const chosen = who ?? agents[0]?.id ?? NUMBER
  const plain = fullNumber(number)
  const fits = chosen !== NUMBER || plain !== null
  const ask = (handOver: boolean) => () => {
    onAsk({ ...(chosen === NUMBER ? { agent: null, number: plain ?? '' } : { agent: chosen, number: '' }), hand_over: handOver })
    onClose()
  }
  return (
    <Dialog title={t('call.consult.title')} isOpen onClose={onClose}>
      <p className="quiet">{t('call.consult.what')}</p>
      <Select
        label={t('call.consult.who')} value={chosen} onChange={setWho}
        choices={[...agents.map((one) => ({ id: one.id, name: `${one.name} (${t.word('presence', one.presence.declared)})` })), { id: NUMBER, name: t('call.consult.number') }]}
      />
      {chosen === NUMBER && (
        <form noValidate onSubmit={(event) => {
          event.preventDefault()
          if (fits) ask(false)()
        }}>
          <TextField
            label={t('call.consult.number')} value={number} onChange={setNumber} maxLength={30} autoFocus
            error={number && !fits ? t('call.consult.number.wrong') : null}
          />
        </form>
      )}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button icon="give" isDisabled={!fits} onPress={ask(true)}>{t('call.consult.blind')}</Button>
        <Button kind="primary" icon="phone" isDisabled={!fits} onPress={ask(false)}>{t('call.consult.ask')}</Button>
      </DialogActions>
    </Dialog>
  )
}
