// A customer's history as pages that grow at both ends. Pure.
import type { TouchView } from '../../desk/wire'

export interface Pages {
  touches: readonly TouchView[]
  /** Where the older ones begin; null at the beginning of the history. */
  next: string | null
}

/** What people said, wrote and settled, and what was promised in vain; the rest is how the hub moved it about. */
export const TALK = ['received', 'said', 'noted', 'logged', 'wrapped_up', 'abandoned', 'call', 'left', 'delivery', 'sla_breached', 'escalated'] as const

const later = (a: TouchView, b: TouchView) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id)

/** Older ones below. */
export const grown = (pages: Pages, older: Pages): Pages => ({ touches: joined(older.touches, pages.touches), next: older.next })

/**
 * The newest page, read again. Where it does not reach what was there before, the older ones are dropped: to be shown
 * again on demand, rather than to hide a hole.
 */
export function renewed(pages: Pages | null, fresh: Pages): Pages {
  const known = new Set(pages?.touches.map((touch) => touch.id))
  if (!pages || !fresh.touches.some((touch) => known.has(touch.id))) return fresh
  return { touches: joined(pages.touches, fresh.touches), next: fresh.next === null ? null : pages.next }
}

/** What is in both is taken from the second. */
function joined(first: readonly TouchView[], second: readonly TouchView[]): TouchView[] {
  const all = new Map([...first, ...second].map((touch) => [touch.id, touch]))
  return [...all.values()].sort(later)
}

export interface Day {
  at: string
  touches: TouchView[]
}

/** Days by the reader's own calendar, newest first. */
export function byDay(touches: readonly TouchView[]): Day[] {
  const days = new Map<string, Day>()
  for (const touch of touches) {
    const key = new Date(touch.at).toDateString()
    const day = days.get(key) ?? { at: touch.at, touches: [] }
    day.touches.push(touch)
    days.set(key, day)
  }
  return [...days.values()]
}

/** Written down more than five minutes after it happened: both times are shown. */
export const late = (touch: TouchView): boolean => Date.parse(touch.recorded_at) - Date.parse(touch.at) > 300_000

interface Names {
  queue: (id: string) => string
  disposition: (id: string) => string
  /** Of a contact logged by hand, e.g. `call`, `in`. */
  way: (kind: string, direction: string) => string
  agent: (id: string) => string
  /** Why a message did not arrive. */
  trouble: (error: string) => string
  /** Why the hub, or somebody, did it. */
  why: (reason: string, kind: string) => string
}

/** The sound that a call, or a voicemail, has left. */
export function recordingOf(touch: TouchView): string | null {
  const { recording_id: id, what } = touch.data
  return typeof id === 'string' && (what === 'recorded' || touch.kind === 'received') ? id : null
}

const LINE: readonly unknown[] = ['recorded', 'callback_asked', 'callback_done']

/** Of what happened on the line, what can be heard and what was promised; how it was handled is for who wants everything. */
export const told = (touch: TouchView): boolean => touch.kind !== 'call' || LINE.includes(touch.data.what)

/** What somebody did. Whoever calls, or speaks after the tone, has written nothing. */
export function didOf({ channel, kind, data }: TouchView): string {
  if (channel === 'voicemail' && kind === 'received') return 'spoke'
  if (channel === 'voice' && kind === 'received') return 'called'
  return kind === 'call' && LINE.includes(data.what) ? String(data.what) : kind
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** What a touch says besides its text: outcome, way, reason. Names are found by those who know them. */
export function facts(touch: TouchView, names: Names): string[] {
  const { data } = touch
  const text = (name: string): string => (typeof data[name] === 'string' || typeof data[name] === 'number' ? String(data[name]) : '')
  const found: string[] = []
  if (touch.kind === 'logged') found.push(names.way(text('source').replace(/^manual:/, ''), text('direction')))
  if (touch.kind === 'offered') found.push(`→ ${[text('agent'), ...list(data.beside)].map(names.agent).join(', ')}`)
  if (text('disposition')) found.push(names.disposition(text('disposition')))
  if (touch.kind === 'reprioritised') found.push(`${text('from')} → ${text('to')}`)
  if (touch.kind === 'transferred') found.push(`${names.queue(text('from'))} → ${names.queue(text('to'))}`)
  if (text('reason')) found.push(names.why(text('reason'), touch.kind))
  if (text('error')) found.push(names.trouble(text('error')))
  return found
}
