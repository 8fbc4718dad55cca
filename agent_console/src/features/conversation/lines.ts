// The history of a contact as lines to draw: messages, notes, quiet system lines, and the days between them.
import type { TouchView } from '../../desk/wire'
import type { Touch, Translate } from '../../i18n'
import { messages } from '../../i18n'
import { clockTime, day, duration, whyText } from '../../shared'

export type Line =
  | { kind: 'day'; key: string; text: string }
  | { kind: 'message' | 'note' | 'event' | 'recording'; key: string; touch: TouchView }

/** What only moves a mark and says nothing to a reader. */
const SILENT = new Set(['read'])

/** A file that has come stands with its message already; one that cannot be had is said. */
const silent = (touch: TouchView): boolean => SILENT.has(touch.kind) || (touch.kind === 'fetched' && !touch.data.error)

export function lines(touches: readonly TouchView[], t: Translate): Line[] {
  const result: Line[] = []
  let last = ''
  for (const touch of touches) {
    if (silent(touch)) continue
    const text = day(touch.at, t.language)
    if (text !== last) result.push({ kind: 'day', key: `day ${text} ${touch.id}`, text })
    last = text
    result.push({ kind: kindOf(touch), key: touch.id, touch })
  }
  return result
}

/** The recording that a call has left; of a voicemail it stands with the message. */
export function recordingOf(touch: TouchView): string | null {
  const { recording_id: id, what } = touch.data
  return typeof id === 'string' && (what === 'recorded' || touch.kind === 'received') ? id : null
}

function kindOf(touch: TouchView): 'message' | 'note' | 'event' | 'recording' {
  if (touch.note) return 'note'
  if (touch.kind === 'call' && recordingOf(touch)) return 'recording'
  return touch.text !== null || touch.files.length > 0 ? 'message' : 'event'
}

export interface Names {
  customer: string
  agent: (id: string) => string
  queue: (id: string) => string
  disposition: (id: string) => string
}

/** One quiet line for what the system or a person did. */
export function eventText(touch: TouchView, t: Translate, names: Names): string {
  const message: unknown = Reflect.get(messages[t.language], `touch.${touch.kind}`) ?? messages[t.language]['touch.unknown']
  return (message as (parameters: Touch) => string)(parameters(touch, t, names))
}

function parameters(touch: TouchView, t: Translate, names: Names): Touch {
  const text = (name: string): string => {
    const value = touch.data[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const place = (name: string) => (touch.kind === 'reprioritised' || touch.kind === 'corrected' ? text(name) : names.queue(text(name)))
  return {
    who: whoDid(touch, t, names),
    agent: names.agent(text('agent')),
    beside: (Array.isArray(touch.data.beside) ? touch.data.beside : []).map((one) => names.agent(String(one))).join(', '),
    kind: t.word('touch_kind', touch.kind),
    reason: whyText(text('reason') || text('error'), touch.kind, t),
    from: place('from'),
    to: place('to'),
    until: moment(text('until'), t),
    waited: duration(Number(touch.data.waited ?? 0)),
    disposition: names.disposition(text('disposition')),
    automatic: touch.data.automatic === true || touch.data.time_up === true,
    get: (name) => (typeof touch.data[name] === 'boolean' ? String(touch.data[name]) : text(name)),
  }
}

function whoDid(touch: TouchView, t: Translate, names: Names): string {
  if (touch.actor === 'system') return t('talk.system')
  return touch.actor_name || (touch.actor === 'customer' ? names.customer : t('talk.system'))
}

function moment(iso: string, t: Translate): string {
  return iso ? `${day(iso, t.language)} ${clockTime(iso, t.language)}` : ''
}
