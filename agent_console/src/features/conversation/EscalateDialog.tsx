import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, Dialog, DialogActions, TextField, useApi, useT } from '../../shared'
import { useAct } from './act'

export function EscalateDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const [reason, setReason] = useState('')
  const escalate = () => {
    act(api.escalate(card.id, { reason: reason.trim() }))
    onClose()
  }
  return (
    <Dialog title={t('talk.escalate.title')} isOpen onClose={onClose}>
      <p className="quiet">{t('talk.escalate.what')}</p>
      <TextField label={t('talk.give.reason')} value={reason} onChange={setReason} maxLength={500} isRequired autoFocus />
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={escalate} isDisabled={!reason.trim()}>{t('talk.escalate.submit')}</Button>
      </DialogActions>
    </Dialog>
  )
}
