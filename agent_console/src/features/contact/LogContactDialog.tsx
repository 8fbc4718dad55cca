import { useState } from 'react'
import { newId } from '../../desk/ids'
import type { CustomerView } from '../../desk/wire'
import { Button, customerPath, describe, deskPath, Dialog, DialogActions, Select, TextField, useApi, useDeskParts, useT, useTell, useWhere } from '../../shared'
import { blank, contactOf, kinds, wrong } from './entry'
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

/** Logs what came on a way that the hub does not see: a call elsewhere, a fax, a letter, a visit at the counter. */
export function LogContactDialog({ isOpen, onClose, customer }: Props) {
  const t = useT()
  return (
    <Dialog title={t('nav.log_contact')} isOpen={isOpen} onClose={onClose} wide>
      <Form onClose={onClose} customer={customer} />
    </Dialog>
  )
}

function useEntry(customer: CustomerView | undefined) {
  const { clock } = useDeskParts()
  const [entry, setEntry] = useState<Entry>(() => ({ ...blank(newId(), clock.now()), customerId: customer?.id ?? null, name: customer?.name ?? '' }))
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

function Form({ onClose, customer }: Pick<Props, 'onClose' | 'customer'>) {
  const t = useT()
  const { entry, set, setFiles, problems, judge } = useEntry(customer)
  const { busy, error, send } = useSend(onClose)
  const [uploading, setUploading] = useState(0)
  const say = (key: (typeof problems)[keyof typeof problems]) => (key ? t(`log.wrong.${key}`) : null)
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
        <TextField label={t('log.at')} description={t('log.at.what')} type="datetime-local" value={entry.at} onChange={(at) => set({ at })} error={say(problems.at)} />
      </div>
      <Who entry={entry} set={set} error={say(problems.who)} emailError={say(problems.email)} />
      <TextField label={t('log.text')} rows={5} value={entry.text} onChange={(text) => set({ text })} maxLength={20_000} error={say(problems.text)} />
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

function useSend(onClose: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const { dispatch } = useDeskParts()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const send = (entry: Entry) => {
    setBusy(true)
    api.logContact(contactOf(entry)).then(
      (card) => {
        dispatch({ type: 'answer', card })
        tell(t('log.done', { reference: card.reference }))
        onClose()
        go(entry.followUp ? deskPath(card.id) : customerPath(card.customer_id))
      },
      (problem: unknown) => {
        setBusy(false)
        setError(describe(problem, t))
      },
    )
  }
  return { busy, error, send }
}
