// What the hub found, and what a policy says, in words. Pure.
import type { PolicyFinding } from '../../desk/wire'
import { messages } from '../../i18n'
import type { Found, Translate } from '../../i18n'
import { problemsZh } from '../../i18n/policyProblems.zh'
import { list, number, table, tables, text } from './document'
import type { Json, Table } from './document'

/** What is wrong in the document: the hub says it in English. */
export function problemWords(said: string, t: Translate): string {
  if (t.language !== 'zh-Hans') return said.charAt(0).toUpperCase() + said.slice(1)
  for (const [pattern, words] of problemsZh) {
    const found = pattern.exec(said)
    if (found) return words(...found.slice(1).map((one) => (one as string | undefined) ?? ''))
  }
  return said
}

/** What the linter found; a code that is not known yet is shown with its data rather than hidden. */
export function findingWords(finding: PolicyFinding, t: Translate, names: { queue: (id: string) => string; rule: (id: string) => string }): string {
  const value = (name: string) => finding.data[name]
  const found: Found = {
    get: (name) => String(value(name) ?? ''),
    list: (name) => [value(name) ?? []].flat().map(String),
    queue: (name) => names.queue(String(value(name) ?? '')),
    queues: (name) => [value(name) ?? []].flat().map((id) => names.queue(String(id))),
    rule: (name) => (value(name) ? names.rule(String(value(name))) : ''),
  }
  const message: unknown = Reflect.get(messages[t.language], `finding.${finding.code}`)
  if (typeof message === 'function') return (message as (found: Found) => string)(found)
  if (typeof message === 'string') return message
  const rest = Object.entries(finding.data).map(([name, one]) => `${name} ${[one].flat().join(', ')}`)
  return [t.word('finding', finding.code), ...rest].join(', ')
}

/** Where a rule puts a contact and how, as short phrases; the queue comes first. */
export function placeWords(place: Table, t: Translate, queueName: (id: string) => string): string[] {
  const queue = text(place.queue)
  const found = [queue ? queueName(queue) : t('policy.no_queue')]
  if (text(place.require)) found.push(t('policy.place.require', { what: text(place.require) }))
  const prefer = list(place.prefer).map(text)
  if (prefer.length) found.push(t('policy.place.prefer', { what: prefer.join(', ') }))
  if (number(place.priority)) found.push(t('policy.place.priority', { n: number(place.priority) }))
  if (place.target_minutes !== undefined) found.push(t('policy.place.target', { n: number(place.target_minutes) }))
  const sticky = table(place.sticky)
  if (text(sticky.to)) found.push(t('policy.place.sticky', { who: t.word('policy.sticky', text(sticky.to)), n: number(sticky.seconds) }))
  const rings = tables(place.rings)
  if (rings.length) found.push(t('policy.place.rings', { n: rings.length }))
  return found
}

/** A value of a fact as it was found: texts in quotes, nothing as a word. */
export function valueWords(value: unknown, t: Translate): string {
  if (value === null || value === undefined || value === '') return t('policy.try.nothing')
  if (typeof value === 'boolean') return t(value ? 'policy.yes' : 'policy.no')
  if (Array.isArray(value)) return value.length ? value.map((one) => valueWords(one, t)).join(', ') : t('policy.try.nothing')
  return typeof value === 'string' ? `"${value}"` : typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** A place in the document, as people call it: Rule "VIP first" · when. */
export function pathWords(path: string, document: Table, t: Translate): string {
  const [, group = '', place] = /^(\w+)(?:\[(\d+)\]|\.([\w-]+))?/.exec(path) ?? []
  const rest = path.replace(/^\w+(?:\[\d+\])?/, '').replace(/^\.place\b/, '').replace(/^\./, '')
  const thing = t.word('policy.group', group)
  if (place === undefined) return rest ? `${thing} · ${fieldWords(rest, t)}` : thing
  const one = table(list(document[group])[Number(place)])
  const name = text(one.name) || text(one.id) || String(Number(place) + 1)
  return [`${thing} ${name}`, rest && fieldWords(rest, t)].filter(Boolean).join(' · ')
}

/** `place.rings[0].require` -> Rings 1 · Required skills. */
export function fieldWords(path: string, t: Translate): string {
  return path.split('.').map((part) => {
    const [, name = part, place] = /^([^[]*)(?:\[(\d+)\])?/.exec(part) ?? []
    const word = t.word('policy.field', name)
    return place === undefined ? word : `${word} ${Number(place) + 1}`
  }).join(' · ')
}

/** A value of the document for a line of differences. */
export function jsonWords(value: Json | undefined, t: Translate): string {
  if (value === undefined || value === null || value === '') return t('policy.diff.none')
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return t(value ? 'policy.yes' : 'policy.no')
  if (Array.isArray(value) && value.every((one: Json) => typeof one !== 'object')) return value.map((one: Json) => jsonWords(one, t)).join(', ')
  return typeof value === 'number' ? String(value) : JSON.stringify(value).replaceAll('","', '", "').replaceAll('":', '": ')
}
