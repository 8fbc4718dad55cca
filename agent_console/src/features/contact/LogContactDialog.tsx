import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import { newId } from '../../desk/ids'
import type { CustomerView } from '../../desk/wire'
import { Button, customerPath, describe, deskPath, Dialog, DialogActions, Select, TextField, useApi, useDeskParts, useT, useTell, useWhere } from '../../shared'
import { begun, blank, contactOf, kinds, wrong } from './entry'
import type { Entry } from './entry'
import { Files } from './Files'
import { Next } from './Next'
import { Who } from './Who'
import css from './Contact.module.css'

interface Props {
  isOpen: boolean
  onClose: () => void
  /** Known from where the dialog was opened. */
  customer?: CustomerView
}

/**
 * Logs what came on a way that the hub does not see: a call elsewhere, a fax, a letter, a visit at the counter.
 * Closed before it was logged, it shows what was written when it is opened again.
 */
export function LogContactDialog({ isOpen, onClose, customer }: Props) {
  const t = useT()
  const [turn, setTurn] = useState(0)
  const [draft, setDraft] = useState<Entry | null>(null)
  const done = () => {
    setDraft(null)
    setTurn(turn + 1)
    onClose()
  }
  return (
    <Dialog title={t('nav.log_contact')} isOpen={isOpen} onClose={onClose} wide>
      <Form key={turn} draft={draft} onDraft={setDraft} customer={customer} onClose={onClose} onDone={done} />
    </Dialog>
  )
}

interface Drafted {
  draft: Entry | null
  onDraft: (entry: Entry | null) => void
}

function useEntry(customer: CustomerView | undefined, { draft, onDraft }: Drafted) {
  const { clock } = useDeskParts()
  const [entry, setEntry] = useState<Entry>(
    () => draft ?? { ...blank(newId(), clock.now()), customerId: customer?.id ?? null, name: customer?.name ?? '' },
  )
  useEffect(() => onDraft(begun(entry) ? entry : null), [onDraft, entry])
  const [shown, setShown] = useState(false)
  return {
    entry,
    set: (fields: Partial<Entry>) => setEntry((before) => ({ ...before, ...fields })),
    setFiles: (change: (files: Entry['files']) => Entry['files']) => setEntry((before) => ({ ...before, files: change(before.files) })),
    problems: shown ? wrong(entry, clock.now()) : {},
    /** Shows what is wrong; true when nothing is. */
    judge: () => {
      setShown(true)
      return Object.keys(wrong(entry, clock.now())).length === 0
    },
  }
}

function Form({ customer, onClose, onDone, ...drafted }: Pick<Props, 'onClose' | 'customer'> & Drafted & { onDone: () => void }) {
  const t = useT()
  const { entry, set, setFiles, problems, judge } = useEntry(customer, drafted)
  const { busy, error, refused, send } = useSend(onDone)
  const [uploading, setUploading] = useState(0)
  const say = (field: keyof typeof problems | 'phone') => {
    const code = (field === 'phone' ? undefined : problems[field]) ?? refused[field]
    return code ? t.word('log.wrong', code) : null
  }
  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (judge()) send(entry)
      }}
    >
      <div className={css.row}>
        <Select label={t('log.kind')} value={entry.kind} onChange={(kind) => set({ kind: kind as Entry['kind'] })} choices={kinds.map((id) => ({ id, name: t.word('channel', id) }))} />
        <Select label={t('log.direction')} value={entry.direction} onChange={(direction) => set({ direction: direction as Entry['direction'] })} choices={[{ id: 'in', name: t('log.in') }, { id: 'out', name: t('log.out') }]} />
        <TextField label={t('log.at')} description={t('log.at.what')} type="datetime-local" value={entry.at} onChange={(at) => set({ at })} error={say('at')} />
      </div>
      <Who entry={entry} set={set} error={say('who')} emailError={say('email')} phoneError={say('phone')} />
      <TextField label={t('log.text')} rows={5} value={entry.text} onChange={(text) => set({ text })} maxLength={20_000} error={say('text')} />
      <Files files={entry.files} onChange={setFiles} onBusy={setUploading} />
      <Next entry={entry} set={set} />
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" type="submit" isDisabled={busy || uploading > 0}>{t('log.do')}</Button>
      </DialogActions>
    </form>
  )
}

function useSend(onDone: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const { dispatch } = useDeskParts()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [refused, setRefused] = useState<Record<string, string>>({})
  const send = (entry: Entry) => {
    setBusy(true)
    setError(null)
    setRefused({})
    api.logContact(contactOf(entry)).then(
      (card) => {
        dispatch({ type: 'answer', card })
        tell(t('log.done', { reference: card.reference }))
        onDone()
        go(entry.followUp ? deskPath(card.id) : customerPath(card.customer_id))
      },
      (problem: unknown) => {
        setBusy(false)
        setError(describe(problem, t))
        if (problem instanceof ApiError) setRefused(problem.fields)
      },
    )
  }
  return { busy, error, refused, send }
}
