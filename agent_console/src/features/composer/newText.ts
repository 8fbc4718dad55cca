// The new text that is being written: its form, what the hub keeps of it, and what stands in its way. Pure.
import type { CustomerView, KeptNewText, NewTextDraft, TextStandingView, TextingView } from '../../desk/wire'

export interface FreshText {
  sender: string | null
  customerId: string | null
  number: string
  text: string
}

export const blankText: FreshText = { sender: null, customerId: null, number: '', text: '' }

export const isBlankText = ({ number, text }: FreshText): boolean => !number.trim() && !text.trim()

export const fromKept = ({ sender, customer_id, number, text }: KeptNewText): FreshText => ({ sender, customerId: customer_id, number, text })

export const toKeep = ({ sender, customerId, number, text }: FreshText): NewTextDraft => ({ sender, customer_id: customerId, number, text })

/** What tells one new text from another, in one line. */
export const textGist = ({ number, text }: KeptNewText): string => [number, text.trim().split('\n')[0]].filter(Boolean).join(' · ')

/** From a customer's page: to a number of his, unless one was chosen for him before. */
export function textTo(fresh: FreshText, customer: CustomerView): FreshText {
  if (fresh.customerId === customer.id) return fresh
  const number = customer.addresses.find((one) => one.kind === 'phone' || one.kind === 'whatsapp')?.value ?? ''
  return { ...blankText, sender: fresh.sender, customerId: customer.id, number }
}

interface Sized {
  size: number
}

type TextKind = TextingView['kind']

export const FILES_AT_MOST: Record<TextKind, { files: number; bytes: number }> = {
  sms: { files: 10, bytes: 5_000_000 },
  whatsapp: { files: 1, bytes: 16_000_000 },
}

/** What is wrong with the files of a text, as the hub would say it. */
export function fileFlaw(kind: TextKind, files: readonly Sized[]): 'text_files' | 'text_bytes' | null {
  const most = FILES_AT_MOST[kind]
  if (files.length > most.files) return 'text_files'
  return files.reduce((sum, one) => sum + one.size, 0) > most.bytes ? 'text_bytes' : null
}

export type InTheWay = 'opted_out' | 'window_closed' | 'open_already'

/** Why free text cannot go there now; `now` in milliseconds. */
export function inTheWay(standing: TextStandingView | null, now: number): InTheWay | null {
  if (!standing) return null
  if (standing.open) return 'open_already'
  const { texting } = standing
  if (texting?.opted_out_at) return 'opted_out'
  return texting?.kind === 'whatsapp' && !(texting.free_until && Date.parse(texting.free_until) > now) ? 'window_closed' : null
}
