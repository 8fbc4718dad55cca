import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, Dialog, DialogActions, localInput, TextField, useApi, useDeskParts, useT } from '../../shared'
import { useAct } from './act'

const TOMORROW_MS = 24 * 3_600_000

export function ParkDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const { clock } = useDeskParts()
  const [until, setUntil] = useState(() => localInput(clock.now() + TOMORROW_MS))
  const [reason, setReason] = useState('')
  const moment = new Date(until)
  const past = Number.isNaN(moment.getTime()) || moment.getTime() <= clock.now()
  const park = () => {
    act(api.park(card.id, { until: moment.toISOString(), reason }))
    onClose()
  }
  return (
    <Dialog title={t('talk.park.title')} isOpen onClose={onClose}>
      <TextField
        label={t('talk.park.until')} type="datetime-local" value={until} onChange={setUntil} error={past ? t('talk.park.past') : null}
      />
      <TextField label={t('talk.park.reason')} value={reason} onChange={setReason} maxLength={500} autoFocus />
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={park} isDisabled={past}>{t('talk.park.submit')}</Button>
      </DialogActions>
    </Dialog>
  )
}
