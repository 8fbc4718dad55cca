// What is written into the dialog, and the contact that it makes. Pure.
import type { LoggedContact } from '../../desk/wire'

export const kinds = ['call', 'visit', 'letter', 'fax', 'other'] as const

export interface Entry {
  id: string
  kind: LoggedContact['kind']
  direction: 'in' | 'out'
  customerId: string | null
  name: string
  email: string
  phone: string
  /** When the dialog was opened: what counts to the second while nobody changes the minute. */
  openedAt: number
  /** As the field has it: local time without a zone, e.g. 2026-03-02T09:00. */
  at: string
  text: string
  files: readonly { id: string; name: string }[]
  /** A queue for follow-up; null: it is settled. */
  followUp: string | null
  disposition: string | null
}

export const blank = (id: string, now: number): Entry => ({
  id, kind: 'call', direction: 'in', customerId: null, name: '', email: '', phone: '', openedAt: now, at: localField(now), text: '',
  files: [], followUp: null, disposition: null,
})

/** For `<input type="datetime-local">`, in the zone of the machine. */
export function localField(moment: number): string {
  const date = new Date(moment)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}

export type Wrong = Partial<Record<'who' | 'email' | 'at' | 'text', 'who' | 'email' | 'at' | 'future' | 'required'>>

const CLOCKS_DIFFER_MS = 60_000

/** What has to be mended before it can be sent. The hub judges again. */
export function wrong(entry: Entry, now: number): Wrong {
  const moment = Date.parse(entry.at)
  const found: Wrong = {}
  if (!entry.customerId && !(entry.name + entry.email + entry.phone).trim()) found.who = 'who'
  if (entry.email.trim() && !/^\S+@\S+$/.test(entry.email.trim())) found.email = 'email'
  if (Number.isNaN(moment)) found.at = 'at'
  else if (moment > now + CLOCKS_DIFFER_MS) found.at = 'future'
  if (!entry.text.trim()) found.text = 'required'
  return found
}

export const contactOf = (entry: Entry): LoggedContact => ({
  id: entry.id,
  kind: entry.kind,
  direction: entry.direction,
  customer_id: entry.customerId,
  name: entry.customerId ? '' : entry.name.trim(),
  email: entry.customerId ? '' : entry.email.trim(),
  phone: entry.customerId ? '' : entry.phone.trim(),
  at: new Date(entry.at === localField(entry.openedAt) ? entry.openedAt : entry.at).toISOString(),
  text: entry.text,
  files: entry.files.map((file) => file.id),
  follow_up: entry.followUp,
  disposition: entry.followUp ? null : entry.disposition,
})

/** Whether closing the dialog would throw something away. */
export const begun = (entry: Entry): boolean =>
  (entry.name + entry.email + entry.phone + entry.text).trim() !== '' || entry.files.length > 0
