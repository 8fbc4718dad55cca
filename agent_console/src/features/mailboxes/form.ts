// A mailbox as it stands in the form, and as it goes over the wire. Pure.
import type { ImapFields, MailboxFields, MailboxView, PutMailbox, SmtpFields } from '../../desk/wire'

export type Security = 'tls' | 'starttls' | 'none'
export type After = 'leave' | 'mark' | 'move' | 'delete'
export const secretNames = ['password', 'client_secret', 'refresh_token', 'smtp_password', 'dkim_key'] as const
export type SecretName = (typeof secretNames)[number]

export interface Form {
  id: string
  address: string
  aliases: string
  name: string
  queue: string | null
  plus: boolean
  enabled: boolean
  auth: 'password' | 'oauth'
  tokenUrl: string
  clientId: string
  scope: string
  receive: boolean
  host: string
  port: string
  security: Security
  user: string
  folder: string
  begin: 'new' | 'all'
  after: After
  moveTo: string
  deleteDays: string
  sentFolder: string
  maxBytes: number
  send: boolean
  smtpHost: string
  smtpPort: string
  smtpSecurity: Security
  smtpUser: string
  template: string
  signature: string
  acknowledge: string
  dkim: boolean
  dkimDomain: string
  dkimSelector: string
  /** Those that were touched: a text sets one, an empty text removes it. */
  secrets: Partial<Record<SecretName, string>>
}

export const emptyForm: Form = {
  id: '', address: '', aliases: '', name: '', queue: null, plus: true, enabled: true,
  auth: 'password', tokenUrl: '', clientId: '', scope: '',
  receive: true, host: '', port: '993', security: 'tls', user: '', folder: 'INBOX', begin: 'new', after: 'leave',
  moveTo: '', deleteDays: '30', sentFolder: '', maxBytes: 60_000_000,
  send: true, smtpHost: '', smtpPort: '587', smtpSecurity: 'starttls', smtpUser: '',
  template: '', signature: '', acknowledge: '', dkim: false, dkimDomain: '', dkimSelector: '', secrets: {},
}

// what the hub takes where the wire says nothing
const REST = { aliases: [], name: '', queue: null, plus: true, enabled: true, template: '', signature: '', acknowledge: '' }
const IMAP = {
  port: 993, security: 'tls', folder: 'INBOX', begin: 'new', after: 'leave', move_to: '', delete_days: 30, sent_folder: '',
  max_bytes: emptyForm.maxBytes,
} as const
const SMTP = { port: 587, security: 'starttls', user: '' } as const

export function toForm({ mailbox: { imap, smtp, oauth, dkim, ...given } }: Pick<MailboxView, 'mailbox'>): Form {
  const { aliases, ...rest } = { ...REST, ...given }
  return {
    ...emptyForm, ...rest,
    aliases: aliases.join(', '),
    auth: oauth ? 'oauth' : 'password',
    ...(oauth && { tokenUrl: oauth.token_url, clientId: oauth.client_id, scope: oauth.scope ?? '' }),
    receive: Boolean(imap),
    ...(imap && ofImap({ ...IMAP, ...imap })),
    send: Boolean(smtp),
    ...(smtp && ofSmtp({ ...SMTP, ...smtp })),
    dkim: Boolean(dkim),
    ...(dkim && { dkimDomain: dkim.domain, dkimSelector: dkim.selector }),
  }
}

const ofImap = ({ move_to, delete_days, sent_folder, max_bytes, port, ...same }: Required<ImapFields>) => ({
  ...same, port: String(port), moveTo: move_to, deleteDays: String(delete_days), sentFolder: sent_folder, maxBytes: max_bytes,
})

const ofSmtp = ({ host, port, security, user }: Required<SmtpFields>) => ({
  smtpHost: host, smtpPort: String(port), smtpSecurity: security, smtpUser: user,
})

export function toPut(form: Form, version: number): PutMailbox {
  const mailbox: MailboxFields = {
    id: form.id, address: form.address.trim(), name: form.name.trim(), queue: form.queue, plus: form.plus,
    aliases: form.aliases.split(/[,;\s]+/).filter(Boolean), enabled: form.enabled,
    template: form.template, signature: form.signature, acknowledge: form.acknowledge,
    imap: !form.receive ? null : {
      host: form.host.trim(), port: Number(form.port), security: form.security, user: form.user.trim(),
      folder: form.folder.trim(), begin: form.begin, after: form.after, move_to: form.moveTo.trim(),
      delete_days: form.after === 'delete' ? Number(form.deleteDays) : Number(form.deleteDays) || 30,
      sent_folder: form.sentFolder.trim(), max_bytes: form.maxBytes,
    },
    smtp: !form.send ? null : {
      host: form.smtpHost.trim(), port: Number(form.smtpPort), security: form.smtpSecurity, user: form.smtpUser.trim(),
    },
    oauth: form.auth === 'oauth'
      ? { token_url: form.tokenUrl.trim(), client_id: form.clientId.trim(), scope: form.scope.trim() } : null,
    dkim: form.dkim ? { domain: form.dkimDomain.trim(), selector: form.dkimSelector.trim() } : null,
  }
  // JSON leaves out what is undefined: untouched
  return { mailbox, secrets: form.secrets, version }
}

export type Provider = 'google' | 'microsoft'

/**
 * As the vendors write it. Google: developers.google.com/workspace/gmail/imap/imap-smtp (servers, ports) and
 * imap/xoauth2-protocol (scope). Microsoft: learn.microsoft.com/exchange/client-developer/legacy-protocols/
 * how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth (servers, scopes). Its token address names the tenant:
 * `organizations` serves applications of several tenants only, so the form says to put one's own there.
 */
export const providers: Record<Provider, Partial<Form>> = {
  google: {
    host: 'imap.gmail.com', port: '993', security: 'tls', smtpHost: 'smtp.gmail.com', smtpPort: '587',
    smtpSecurity: 'starttls', tokenUrl: 'https://oauth2.googleapis.com/token', scope: 'https://mail.google.com/', plus: true,
  },
  microsoft: {
    host: 'outlook.office365.com', port: '993', security: 'tls', smtpHost: 'smtp.office365.com', smtpPort: '587',
    smtpSecurity: 'starttls', auth: 'oauth', tokenUrl: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access', plus: true,
  },
}

export const providerOf = (form: Form): 'own' | Provider =>
  form.host === providers.google.host ? 'google' : form.host === providers.microsoft.host ? 'microsoft' : 'own'

/** What follows from the address as long as nobody has said otherwise: short name and user names. */
export function withAddress(form: Form, address: string, isNew: boolean): Form {
  const user = form.user === form.address ? address : form.user
  const id = isNew && form.id === shortName(form.address) ? shortName(address) : form.id
  return { ...form, address, id, ...withUser(form, user) }
}

/** Who receives sends as the same user, as long as nobody has said otherwise. */
export const withUser = (form: Form, user: string): Pick<Form, 'user' | 'smtpUser'> =>
  ({ user, smtpUser: form.smtpUser === form.user ? user : form.smtpUser })

export function shortName(address: string): string {
  const letters = (address.split('@')[0] ?? '').toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z]+/, '')
  return letters.slice(0, 50).replace(/-+$/, '')
}

/** Moving a port along with the encryption, where it was the usual one. */
export function usualPort(kind: 'imap' | 'smtp', port: string, before: Security, now: Security): string {
  const usual = { imap: { tls: '993', starttls: '143', none: '143' }, smtp: { tls: '465', starttls: '587', none: '25' } }[kind]
  return port === usual[before] ? usual[now] : port
}

const wrongs: readonly [RegExp, string][] = [
  [/enter it again/, 'again'], [/is missing|there is none|at least 1 character|field required/i, 'missing'],
  [/no e-mail address/, 'address'], [/name of a server/, 'host'], [/has this address|stands twice/, 'owned'],
  [/mail\.ports/, 'port'], [/pattern/, 'id'], [/valid (number|integer)|(greater|less) than/, 'number'],
  [/no queue/, 'queue'], [/private key/, 'key'], [/at most/, 'long'], [/https:/, 'https'], [/folder that is read/, 'same_folder'],
]

/** A word for what the hub says is wrong with a field. */
export const wrongCode = (said: string): string => wrongs.find(([form]) => form.test(said))?.[1] ?? 'form'
