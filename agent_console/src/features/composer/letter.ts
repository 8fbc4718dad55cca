// A mail that answers: what the hub proposes for each way of answering, and what the agent made of it. Pure.
import type { Detail, MailDraft, ReplyView } from '../../desk/wire'
import { fromWire, isAddress, joined, same } from './recipients'
import type { Recipient } from './recipients'

export type Mode = 'reply' | 'all' | 'forward'

export interface Head {
  to: readonly Recipient[]
  cc: readonly Recipient[]
  bcc: readonly Recipient[]
  subject: string
  quote: boolean
}

/** Only what the agent changed is kept; the rest follows the newest mail of the thread. */
export interface Letter {
  mode: Mode
  edits: Partial<Head>
}

export const FIELDS = ['to', 'cc', 'bcc'] as const
export type Field = (typeof FIELDS)[number]

function proposed(mode: Mode, view: ReplyView): Head {
  const subject = mode === 'forward' ? view.forward_subject : view.subject
  return { to: mode === 'forward' ? [] : view.to, cc: mode === 'all' ? view.cc : [], bcc: [], subject, quote: true }
}

export const headOf = ({ mode, edits }: Letter, view: ReplyView): Head => ({ ...proposed(mode, view), ...edits })

/** Another way of answering: recipients and subject begin anew, hidden copies and quoting stay as they were chosen. */
export function turned({ edits }: Letter, mode: Mode): Letter {
  const kept: Partial<Head> = {}
  if (edits.bcc) kept.bcc = edits.bcc
  if (edits.quote !== undefined && mode !== 'forward') kept.quote = edits.quote
  return { mode, edits: kept }
}

const isPlain = ({ mode, edits }: Letter): boolean => mode === 'reply' && Object.keys(edits).length === 0

export const wireOf = (mode: Mode, head: Head): MailDraft => ({
  kind: mode === 'forward' ? 'forward' : 'reply', to: [...head.to], cc: [...head.cc], bcc: [...head.bcc], subject: head.subject, quote: head.quote,
})

/** What is kept at the hub of a letter; null where it is a plain reply, which follows the thread. */
export const draftOf = (letter: Letter, view: ReplyView): MailDraft | null =>
  isPlain(letter) ? null : wireOf(letter.mode, headOf(letter, view))

/** A draft read back: what differs from the proposal is what the agent had changed. */
export function letterOf(draft: MailDraft | null, view: ReplyView): Letter {
  if (!draft) return { mode: 'reply', edits: {} }
  const cc = fromWire(draft.cc)
  const mode: Mode = draft.kind === 'forward' ? 'forward' : cc.length > 0 && same(cc, view.cc) ? 'all' : 'reply'
  const from = proposed(mode, view)
  const edits: Partial<Head> = {}
  for (const field of FIELDS) {
    const parties = fromWire(draft[field])
    if (!same(parties, from[field])) edits[field] = parties
  }
  if (draft.subject && draft.subject !== from.subject) edits.subject = draft.subject
  if (draft.quote === false) edits.quote = false
  return { mode, edits }
}

/** Whether a draft read back says the same as this letter. */
export const alike = (draft: MailDraft | null, letter: Letter, view: ReplyView): boolean =>
  JSON.stringify(draftOf(letterOf(draft, view), view)) === JSON.stringify(draftOf(letter, view))

/** This letter, and whoever else gets the other one. */
export function both(letter: Letter, other: Letter, view: ReplyView): Letter {
  const [mine, theirs] = [headOf(letter, view), headOf(other, view)]
  const edits = { ...letter.edits }
  for (const field of FIELDS) {
    const all = joined(mine[field], theirs[field])
    if (!same(all, mine[field])) edits[field] = all
  }
  return { ...letter, edits }
}

export type Problem = { code: 'nobody'; field: Field } | { code: 'invalid'; field: Field; address: string }

/** Why it cannot be sent yet, or null. */
export function problemOf(head: Pick<Head, Field>): Problem | null {
  for (const field of FIELDS) {
    const bad = head[field].find((one) => !isAddress(one.address))
    if (bad) return { code: 'invalid', field, address: bad.address }
  }
  return FIELDS.some((field) => head[field].length) ? null : { code: 'nobody', field: 'to' }
}

/** Everybody who stands in a mail of this contact, and the customer: who may be meant while somebody types. */
export function known(detail: Pick<Detail, 'touches' | 'customer' | 'reply'>): Recipient[] {
  const mails = detail.touches.flatMap((touch) => (touch.mail ? [touch.mail] : [])).reverse()
  const ours = new Set([detail.reply?.author.address.toLowerCase()])
  const addresses = detail.customer.addresses.filter((one) => one.kind === 'email')
  return joined(
    mails.flatMap((mail) => [mail.author, ...mail.to, ...mail.cc]),
    addresses.map(({ value }) => ({ name: detail.customer.name, address: value })),
  ).filter((one) => isAddress(one.address) && !ours.has(one.address.toLowerCase()))
}

/** Address -> the mail server's words, of those that mail does not reach any more. */
export function undeliverable(detail: Pick<Detail, 'customer' | 'reply'>): ReadonlyMap<string, string> {
  const own = detail.customer.addresses.filter((one) => one.kind === 'email' && one.undeliverable_at)
  const others = detail.reply?.undeliverable ?? []
  return new Map([
    ...own.map((one) => [one.value.toLowerCase(), one.undeliverable_reason ?? ''] as const),
    ...others.map((one) => [one.address, one.reason] as const),
  ])
}

// an answer that speaks of an attachment, in the languages that agents here write
const SPEAKS = /\b(attach(ed|ment|ments|ing)?|enclosed)\b|附件|附上|随信/i

/** The text promises a file and there is none. */
export const forgotten = (text: string, files: number): boolean => files === 0 && SPEAKS.test(text)
