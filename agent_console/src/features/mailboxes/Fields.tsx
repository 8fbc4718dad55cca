// The parts of a mailbox's form, from top to bottom.
import type { ReactNode } from 'react'
import { Select, Switch, TextField, useDesk, useT } from '../../shared'
import { providerOf, providers, usualPort, withAddress, withUser, wrongCode } from './form'
import type { After, Form, SecretName, Security } from './form'
import css from './Mailboxes.module.css'
import { Secret } from './Secret'

export interface FieldsProps {
  form: Form
  isNew: boolean
  set: (change: Partial<Form>) => void
  /** What the hub says is wrong, by dotted path. */
  wrong: Readonly<Record<string, string>>
  /** Secrets that are set. */
  stored: readonly string[]
}

type TextKey = { [K in keyof Form]: Form[K] extends string ? K : never }[keyof Form]

interface FieldProps {
  fields: FieldsProps
  label: string
  name: TextKey
  path: string
  what?: string
  rows?: number
  isRequired?: boolean
  isDisabled?: boolean
  number?: boolean
}

function Field({ fields: { form, set, wrong }, label, name, path, what, rows, number, ...rest }: FieldProps) {
  return (
    <TextField
      {...rest} label={label} value={form[name]} onChange={(value) => set(name === 'user' ? withUser(form, value) : { [name]: value })} description={what} rows={rows}
      error={useWrong(wrong, path)} inputMode={number ? 'numeric' : undefined}
    />
  )
}

function useWrong(wrong: FieldsProps['wrong'], path: string): string | undefined {
  const t = useT()
  const said = wrong[path] ?? Object.entries(wrong).find(([one]) => one.startsWith(`${path}.`))?.[1]
  if (said === undefined) return undefined
  const code = wrongCode(said)
  const word = t.word('wrong', code)
  return code === 'form' ? `${word} (${said})` : word
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function SecretField({ fields: { form, set, wrong, stored }, name, optional }: { fields: FieldsProps; name: SecretName; optional?: boolean }) {
  return (
    <Secret
      name={name} isSet={stored.includes(name)} value={form.secrets[name]} optional={optional} error={useWrong(wrong, `secrets.${name}`)}
      onChange={(value) => set({ secrets: { ...form.secrets, [name]: value } })}
    />
  )
}

export function Address(fields: FieldsProps) {
  const t = useT()
  const { form, set, isNew, wrong } = fields
  const queues = useDesk((state) => state.queues)
  const provider = providerOf(form)
  return (
    <Part title={t('mailboxes.part.address')}>
      <TextField
        label={t('mailboxes.address')} value={form.address} onChange={(address) => set(withAddress(form, address, isNew))}
        error={useWrong(wrong, 'mailbox.address')} inputMode="email" isRequired autoFocus={isNew}
      />
      <Select
        label={t('mailboxes.provider')} value={provider}
        onChange={(id) => set(id === 'google' || id === 'microsoft' ? providers[id] : { host: '', smtpHost: '', auth: 'password', tokenUrl: '', scope: '' })}
        choices={(['own', 'google', 'microsoft'] as const).map((id) => ({ id, name: t(`mailboxes.provider.${id}`) }))}
      />
      <p className="quiet small">{t('mailboxes.provider.what')}</p>
      <Field fields={fields} name="name" path="mailbox.name" label={t('mailboxes.name')} what={t('mailboxes.name.what')} />
      <Field fields={fields} name="id" path="mailbox.id" label={t('mailboxes.id')} what={t('mailboxes.id.what')} isRequired isDisabled={!isNew} />
      <Select
        label={t('mailboxes.in_queue')} value={form.queue ?? '-'} onChange={(id) => set({ queue: id === '-' ? null : id })}
        choices={[{ id: '-', name: t('mailboxes.queue.first') }, ...queues.map((one) => ({ id: one.id, name: t.name(one.name) }))]}
      />
      <Field fields={fields} name="aliases" path="mailbox.aliases" label={t('mailboxes.aliases')} what={t('mailboxes.aliases.what')} />
      <Switch value={form.plus} onChange={(plus) => set({ plus })}>{t('mailboxes.plus')}</Switch>
      <Switch value={form.enabled} onChange={(enabled) => set({ enabled })}>{t('mailboxes.enabled')}</Switch>
    </Part>
  )
}

export function LogIn(fields: FieldsProps) {
  const t = useT()
  const { form, set } = fields
  return (
    <Part title={t('mailboxes.part.log_in')}>
      <Select
        label={t('mailboxes.auth')} value={form.auth} onChange={(auth) => set({ auth: auth as Form['auth'] })}
        choices={(['password', 'oauth'] as const).map((id) => ({ id, name: t(`mailboxes.auth.${id}`) }))}
      />
      {form.auth === 'password' ? <SecretField fields={fields} name="password" /> : (
        <>
          <p className="quiet small">{t('mailboxes.auth.oauth.what')}</p>
          <Field fields={fields} name="tokenUrl" path="mailbox.oauth.token_url" label={t('mailboxes.token_url')} isRequired
            what={providerOf(form) === 'microsoft' ? t('mailboxes.token_url.tenant') : undefined} />
          <Field fields={fields} name="clientId" path="mailbox.oauth.client_id" label={t('mailboxes.client_id')} isRequired />
          <Field fields={fields} name="scope" path="mailbox.oauth.scope" label={t('mailboxes.scope')} />
          <SecretField fields={fields} name="client_secret" />
          <SecretField fields={fields} name="refresh_token" />
        </>
      )}
    </Part>
  )
}

const securities = ['tls', 'starttls', 'none'] as const

export function Receiving(fields: FieldsProps) {
  const t = useT()
  const { form, set } = fields
  return (
    <Part title={t('mailboxes.part.in')}>
      <Switch value={form.receive} onChange={(receive) => set({ receive })}>{t('mailboxes.receive')}</Switch>
      {!form.receive ? <p className="quiet small">{t('mailboxes.receive.off')}</p> : (
        <>
          <div className={css.pair}>
            <Field fields={fields} name="host" path="mailbox.imap.host" label={t('mailboxes.host')} isRequired />
            <Field fields={fields} name="port" path="mailbox.imap.port" label={t('mailboxes.port')} isRequired number />
          </div>
          <Select
            label={t('mailboxes.security')} value={form.security}
            onChange={(id) => set({ security: id as Security, port: usualPort('imap', form.port, form.security, id as Security) })}
            choices={securities.map((id) => ({ id, name: t(`mailboxes.security.${id}`) }))}
          />
          <Field fields={fields} name="user" path="mailbox.imap.user" label={t('mailboxes.user')} isRequired />
          <Field fields={fields} name="folder" path="mailbox.imap.folder" label={t('mailboxes.folder')} isRequired />
          <Select
            label={t('mailboxes.begin')} value={form.begin} onChange={(begin) => set({ begin: begin as Form['begin'] })}
            choices={(['new', 'all'] as const).map((id) => ({ id, name: t(`mailboxes.begin.${id}`) }))}
          />
          <Select
            label={t('mailboxes.after')} value={form.after} onChange={(after) => set({ after: after as After })}
            choices={(['leave', 'mark', 'move', 'delete'] as const).map((id) => ({ id, name: t(`mailboxes.after.${id}`) }))}
          />
          <p className="quiet small" role="status">{t(`mailboxes.after.${form.after}.what`)}</p>
          {form.after === 'move' && <Field fields={fields} name="moveTo" path="mailbox.imap.move_to" label={t('mailboxes.move_to')} isRequired />}
          {form.after === 'delete' && <Field fields={fields} name="deleteDays" path="mailbox.imap.delete_days" label={t('mailboxes.delete_days')} isRequired number />}
          <Field fields={fields} name="sentFolder" path="mailbox.imap.sent_folder" label={t('mailboxes.sent_folder')} what={t('mailboxes.sent_folder.what')} />
        </>
      )}
    </Part>
  )
}

export function Sending(fields: FieldsProps) {
  const t = useT()
  const { form, set } = fields
  return (
    <Part title={t('mailboxes.part.out')}>
      <Switch value={form.send} onChange={(send) => set({ send })}>{t('mailboxes.send')}</Switch>
      {!form.send ? <p className="quiet small">{t('mailboxes.send.off')}</p> : (
        <>
          <div className={css.pair}>
            <Field fields={fields} name="smtpHost" path="mailbox.smtp.host" label={t('mailboxes.host')} isRequired />
            <Field fields={fields} name="smtpPort" path="mailbox.smtp.port" label={t('mailboxes.port')} isRequired number />
          </div>
          <Select
            label={t('mailboxes.security')} value={form.smtpSecurity}
            onChange={(id) => set({ smtpSecurity: id as Security, smtpPort: usualPort('smtp', form.smtpPort, form.smtpSecurity, id as Security) })}
            choices={securities.map((id) => ({ id, name: t(`mailboxes.security.${id}`) }))}
          />
          <Field fields={fields} name="smtpUser" path="mailbox.smtp.user" label={t('mailboxes.smtp_user')} what={t('mailboxes.smtp_user.what')} />
          {form.auth === 'password' && <SecretField fields={fields} name="smtp_password" optional />}
        </>
      )}
    </Part>
  )
}

export function Mails(fields: FieldsProps) {
  const t = useT()
  return (
    <Part title={t('mailboxes.part.mail')}>
      <Field fields={fields} name="template" path="mailbox.template" label={t('mailboxes.template')} what={t('mailboxes.template.what')} rows={3} />
      <Field fields={fields} name="signature" path="mailbox.signature" label={t('mailboxes.signature')} what={t('mailboxes.signature.what')} rows={3} />
      <Field fields={fields} name="acknowledge" path="mailbox.acknowledge" label={t('mailboxes.acknowledge')} what={t('mailboxes.acknowledge.what')} rows={3} />
    </Part>
  )
}

export function Dkim(fields: FieldsProps) {
  const t = useT()
  const { form, set } = fields
  return (
    <Part title={t('mailboxes.part.dkim')}>
      <Switch value={form.dkim} onChange={(dkim) => set({ dkim })}>{t('mailboxes.dkim')}</Switch>
      {form.dkim && (
        <>
          <Field fields={fields} name="dkimDomain" path="mailbox.dkim.domain" label={t('mailboxes.dkim_domain')} isRequired />
          <Field fields={fields} name="dkimSelector" path="mailbox.dkim.selector" label={t('mailboxes.dkim_selector')} isRequired />
          <SecretField fields={fields} name="dkim_key" />
        </>
      )}
    </Part>
  )
}
