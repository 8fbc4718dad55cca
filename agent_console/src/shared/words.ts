// Words for codes that carry data.
import type { Reason } from '../desk/wire'
import { messages } from '../i18n'
import type { Data, Translate } from '../i18n'
import { duration } from './time'

/** Why an offer was made (`reason`), or why something waits (`why`), as a phrase; an unknown code is shown with its data rather than hidden. */
export function reasonText(reason: Reason, t: Translate, group: 'reason' | 'why' = 'reason'): string {
  const data: Data = {
    get: (name) => String(reason.data[name] ?? ''),
    time: (name) => duration(Number(reason.data[name] ?? 0)),
    has: (name) => reason.data[name] !== undefined,
    word: (words, name) => t.word(words, String(reason.data[name] ?? '')),
  }
  const message: unknown = Reflect.get(messages[t.language], `${group}.${reason.code}`)
  if (typeof message === 'function') return (message as (data: Data) => string)(data)
  if (typeof message === 'string') return message
  const rest = Object.entries(reason.data).filter(([name]) => name !== 'agents').map(([name, value]) => `${name} ${value}`)
  return [t.word(group, reason.code), ...rest].join(', ')
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

export function fileSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power] ?? 'B'}`
}
