// The new mail that is being written: its form, what the hub keeps of it, what is sent. Pure.
import type { KeptNewMail, MailboxChoice, NewMail, NewMailDraft, Sheet } from '../../desk/wire'
import { forgotten, problemOf } from './letter'
import type { Head } from './letter'
import { fromWire, shown } from './recipients'

export interface Fresh extends Omit<Head, 'quote'> {
  mailbox: string | null
  customerId: string | null
  text: string
}

export const blank: Fresh = { mailbox: null, customerId: null, to: [], cc: [], bcc: [], subject: '', text: '' }

export const isBlank = ({ to, cc, bcc, subject, text }: Fresh): boolean =>
  !to.length && !cc.length && !bcc.length && !subject.trim() && !text.trim()

export function fromDraft({ mailbox, customer_id, mail, text }: KeptNewMail): Fresh {
  return {
    mailbox, customerId: customer_id, to: fromWire(mail.to), cc: fromWire(mail.cc), bcc: fromWire(mail.bcc),
    subject: mail.subject ?? '', text,
  }
}

/** What tells one new mail from another, in one line. */
export const gist = ({ mail, text }: KeptNewMail): string =>
  [fromWire(mail.to).map(shown).join(', '), mail.subject, text.trim().split('\n')[0]].filter(Boolean).join(' · ')

const mailOf = ({ to, cc, bcc, subject }: Fresh) => ({ kind: 'new' as const, to: [...to], cc: [...cc], bcc: [...bcc], subject, quote: false })

export const toDraft = (fresh: Fresh): NewMailDraft => ({
  mailbox: fresh.mailbox, customer_id: fresh.customerId, mail: mailOf(fresh), text: fresh.text,
})

export const toSend = (id: string, fresh: Fresh, mailbox: string, files: readonly string[], sheet: Sheet): NewMail => ({
  id, sheet, mailbox, customer_id: fresh.customerId, mail: mailOf(fresh), text: fresh.text, files: [...files],
})

/** The mailbox that was chosen while it can be sent from, else the first. */
export const mailboxOf = (fresh: Fresh, choices: readonly MailboxChoice[]): MailboxChoice | undefined =>
  choices.find((one) => one.id === fresh.mailbox) ?? choices[0]

export type Doubt = 'no_subject' | 'forgotten'
export type Flaw = 'recipients' | 'unwritten'

/** What keeps it from being sent. */
export function flawOf(fresh: Fresh, files: number): Flaw | null {
  if (problemOf(fresh)) return 'recipients'
  return fresh.text.trim() || files ? null : 'unwritten'
}

/** What is asked about once. */
export function doubtOf(fresh: Fresh, files: number): Doubt | null {
  if (!fresh.subject.trim()) return 'no_subject'
  return forgotten(fresh.text, files) ? 'forgotten' : null
}

/** Written to from a customer's page: he joins what is being written, or begins it. */
export function addressedTo(fresh: Fresh, customer: { id: string; name: string; address: string }): Fresh {
  if (!customer.address || fresh.to.some((one) => one.address.toLowerCase() === customer.address.toLowerCase())) return fresh
  const to = [...fresh.to, { name: customer.name, address: customer.address }]
  return { ...fresh, to, customerId: isBlank(fresh) ? customer.id : fresh.customerId }
}
