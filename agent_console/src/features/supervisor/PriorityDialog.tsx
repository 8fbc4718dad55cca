import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Button, describe, Dialog, DialogActions, Select, TextField, useApi, useDeskParts, useT } from '../../shared'

const levels = [10, 5, 3, 2, 1, 0, -1, -5, -10] as const

export function PriorityDialog({ card, onClose, onDone }: { card: Card; onClose: () => void; onDone: () => void }) {
  const t = useT()
  const api = useApi()
  const { dispatch } = useDeskParts()
  const [priority, setPriority] = useState(String(Math.min(card.priority + 1, 10)))
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string | null>(null)
  const set = () =>
    void api.priority(card.id, { priority: Number(priority), reason: reason.trim() }).then(
      (changed) => {
        dispatch({ type: 'answer', card: changed })
        onDone()
      },
      (problem: unknown) => setError(describe(problem, t)),
    )
  const all = [...new Set([...levels, card.priority, Number(priority)])].sort((a, b) => b - a)
  const name = (level: number) =>
    level === card.priority ? t('floor.priority.now', { n: level }) : level === 0 ? t('floor.priority.normal') : String(level)
  return (
    <Dialog title={t('floor.priority.title', { name: card.customer_name || card.reference })} isOpen onClose={onClose}>
      <Select
        label={t('floor.priority.level')} value={priority} onChange={setPriority}
        choices={all.map((level) => ({ id: String(level), name: name(level) }))}
      />
      <TextField label={t('floor.reason')} description={t('floor.reason.what')} value={reason} onChange={setReason} isRequired maxLength={500} />
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={set} isDisabled={!reason.trim() || Number(priority) === card.priority}>{t('floor.priority.do')}</Button>
      </DialogActions>
    </Dialog>
  )
}
