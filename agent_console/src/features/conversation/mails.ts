// What a thread of mails says at a glance: which are folded, where the subject changes, who is addressed. Pure.
import type { MailView, TouchView } from '../../desk/wire'
import type { Line } from './lines'

const OPEN = 3
const WORDS = 160

/** The mails that one line each is enough for: all but the last few, and never one that is unread. */
export function foldable(touches: readonly TouchView[], unread: number): string[] {
  const mails = touches.filter((touch) => touch.mail)
  const older = mails.slice(0, -Math.max(OPEN, unread))
  return older.length > 1 ? older.map((touch) => touch.id) : []
}

// Re: Fwd: AW: WG: SV: VS: TR: RV: Rép: 答复： 回复： 转发：, numbered or repeated
const PREFIX = /^\s*(?:(?:re|fwd?|aw|wg|sv|vs|tr|rv|r[eé]p|antw|odp|答复|回复|转发|返信)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+/i

const bare = (subject: string): string => subject.replace(PREFIX, '').replace(/\s+/g, ' ').trim().toLowerCase()

/** Touch -> subject, where it is another one than before; prefixes of answers make no difference. */
export function subjects(touches: readonly TouchView[]): ReadonlyMap<string, string> {
  const changed = new Map<string, string>()
  let last: string | null = null
  for (const { id, mail } of touches) {
    if (!mail) continue
    const now = bare(mail.subject)
    if (now !== last && (now !== '' || last !== null)) changed.set(id, mail.subject)
    last = now
  }
  return changed
}

export const firstWords = (text: string | null): string => (text ?? '').slice(0, WORDS * 3).replace(/\s+/g, ' ').trim().slice(0, WORDS)

// the signed thread in an address of ours: of use to machines only, and shown in the whole head
const THREAD = /\+[a-z2-7]{42}(?=@)/

/** Who is addressed first, and how many besides. */
export function addressed(mail: Pick<MailView, 'to' | 'cc' | 'bcc'>): { first: string; more: number } {
  const all = [...mail.to, ...mail.cc, ...mail.bcc]
  const first = all[0]
  return { first: first ? first.name || first.address.replace(THREAD, '') : '', more: Math.max(0, all.length - 1) }
}

// oddities of a mail's make that change nothing of what it says
const MINOR = /^(no_date|date_|no_message_id|boundary_missing|text_outside_parts|head|too_many_references)/

/** What a reader must know before believing what is shown, and what only those who look closely want to know. */
export function sorted(warnings: readonly string[]): { weighty: string[]; minor: string[] } {
  const minor = warnings.filter((code) => MINOR.test(code))
  return { weighty: warnings.filter((code) => !minor.includes(code)), minor }
}

export interface Run {
  kind: 'run'
  key: string
  lines: Line[]
}

/** Quiet lines that follow one another, before the last few mails: several are folded into one. */
export function runs(lines: readonly Line[], folded: readonly string[]): (Line | Run)[] {
  const border = lines.findLastIndex((line) => folded.includes(line.key))
  const result: (Line | Run)[] = []
  lines.forEach((line, index) => {
    const last = result.at(-1)
    const quiet = line.kind === 'event' && index < border
    if (quiet && last?.kind === 'run') last.lines.push(line)
    else result.push(quiet ? { kind: 'run', key: `run ${line.key}`, lines: [line] } : line)
  })
  return result.flatMap((one) => (one.kind === 'run' && one.lines.length < 2 ? one.lines : [one]))
}

export interface Piece {
  text: string
  href?: string
}

// ASCII only: an address ends where Chinese text or punctuation begins
const LINK = /\b(?:https?:\/\/|www\.)[\w.~:/?#[\]@!$&'()*+,;=%-]+/gi
const LOOSE = /[.,;:!?'\])]+$/

/** A text with the web addresses in it found. Anything but http and https stays text. */
export function pieces(text: string): Piece[] {
  const result: Piece[] = []
  let from = 0
  for (const found of text.matchAll(LINK)) {
    const link = trimmed(found[0])
    if (!URL.canParse(absolute(link))) continue
    if (found.index > from) result.push({ text: text.slice(from, found.index) })
    result.push({ text: link, href: absolute(link) })
    from = found.index + link.length
  }
  if (from < text.length) result.push({ text: text.slice(from) })
  return result
}

const absolute = (link: string): string => (/^https?:/i.test(link) ? link : `https://${link}`)

/** Without what closes the sentence; a bracket that was opened inside belongs to the address. */
function trimmed(link: string): string {
  const tail = LOOSE.exec(link)?.[0] ?? ''
  const rest = link.slice(0, link.length - tail.length)
  const closes = tail.startsWith(')') && rest.includes('(') && !rest.includes(')')
  return closes ? `${rest})` : rest
}
