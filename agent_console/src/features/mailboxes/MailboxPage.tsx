import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { MailboxView, PutMailbox } from '../../desk/wire'
import { Blank, Button, describe, useApi, useLoad, useT, useTell, useWhere } from '../../shared'
import { emptyForm, toForm, toPut } from './form'
import type { Form } from './form'
import { Address, Dkim, LogIn, Mails, Receiving, Sending } from './Fields'
import type { FieldsProps } from './Fields'
import css from './Mailboxes.module.css'
import { ProbeDialog } from './Probe'

/** Adds a mailbox, or changes the one that is named. */
export function MailboxPage({ id }: { id?: string }) {
  const t = useT()
  const api = useApi()
  const [turn, setTurn] = useState(0)
  const { value, error, current } = useLoad(`mailboxes ${turn}`, api.mailboxes)
  if (error !== null && !value) return <p className="notice bad" role="alert">{describe(error, t)}</p>
  if (!value || !current) return null // a form that begins with what was read before would be refused again
  const view = value.find((one) => one.mailbox.id === id)
  if (id && !view) return <Blank title={t('mailboxes.gone')} />
  if (view && !view.editable) return <Blank title={view.mailbox.address}>{t('mailboxes.fixed')}</Blank>
  return <MailboxForm key={turn} view={view} onReload={() => setTurn((n) => n + 1)} />
}

function MailboxForm({ view, onReload }: { view?: MailboxView; onReload: () => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const [start] = useState(() => view) // what was read is what is changed, whatever is looked up later
  const [form, setForm] = useState<Form>(() => (start ? toForm(start) : emptyForm))
  const [refused, setRefused] = useState<ApiError | null>(null)
  const [testing, setTesting] = useState<PutMailbox | null>(null)
  const [saving, setSaving] = useState(false)
  const put = () => toPut(form, start?.version ?? 0)
  const refuse = (error: unknown) => {
    setSaving(false)
    setTesting(null)
    if (error instanceof ApiError) setRefused(error)
    else tell.failure(error)
  }
  useEffect(() => {
    if (refused) document.querySelector<HTMLElement>('#content [data-invalid]:is(input, textarea)')?.focus()
  }, [refused])
  const save = () => {
    setSaving(true)
    setRefused(null)
    void api.putMailbox(put()).then((saved) => {
      tell(t('mailboxes.saved', { name: saved.mailbox.address }))
      go('/mailboxes')
    }, refuse)
  }
  const test = () => {
    setRefused(null)
    setTesting(put())
  }
  const fields: FieldsProps = {
    form, isNew: !start, set: (change) => setForm((before) => ({ ...before, ...change })),
    wrong: refused?.fields ?? {}, stored: start?.secrets ?? [],
  }
  return (
    <div className={css.page}>
      <h1>{start ? t('mailboxes.form.change', { name: start.mailbox.address }) : t('mailboxes.form.new')}</h1>
      <form className={css.form} noValidate autoComplete="off" onSubmit={(event) => {
        event.preventDefault()
        save()
      }}>
        <Address {...fields} />
        <LogIn {...fields} />
        <Receiving {...fields} />
        <Sending {...fields} />
        <Mails {...fields} />
        <Dkim {...fields} />
        {refused && <Refused error={refused} isNew={!start} onReload={onReload} />}
        <div className={css.foot}>
          <Button onPress={() => go('/mailboxes')}>{t('action.cancel')}</Button>
          <Button onPress={test}>{t('probe.test')}</Button>
          <Button kind="primary" type="submit" isDisabled={saving}>{t('action.save')}</Button>
        </div>
      </form>
      {testing && <ProbeDialog body={testing} onClose={() => setTesting(null)} onRefused={refuse} />}
    </div>
  )
}

function Refused({ error, isNew, onReload }: { error: ApiError; isNew: boolean; onReload: () => void }) {
  const t = useT()
  const n = Object.keys(error.fields).length
  const stale = error.code === 'stale'
  return (
    <div className="notice bad" role="alert">
      <p>{stale ? t(isNew ? 'mailboxes.taken' : 'mailboxes.stale') : n ? t('mailboxes.wrong', { n }) : describe(error, t)}</p>
      {stale && !isNew && <Button onPress={onReload}>{t('mailboxes.reload')}</Button>}
    </div>
  )
}
