import { useState } from 'react'
import type { Card } from '../desk/wire'
import { Button, Dialog, DialogActions, TextField } from './ui'
import { useT } from '../i18n'

/** Why this one, where another is next for me. */
export function OutOfTurn({ card, onTake, onClose }: { card: Card; onTake: (reason: string) => void; onClose: () => void }) {
  const t = useT()
  const [reason, setReason] = useState('')
  const name = card.customer_name || t('inbox.unknown')
  return (
    <Dialog title={t('inbox.out_of_turn.title', { name })} isOpen onClose={onClose}>
      <p className="quiet">{t('inbox.out_of_turn.what')}</p>
      <TextField label={t('talk.give.reason')} value={reason} onChange={setReason} maxLength={500} isRequired autoFocus />
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={() => onTake(reason.trim())} isDisabled={!reason.trim()}>{t('inbox.claim')}</Button>
      </DialogActions>
    </Dialog>
  )
}
