// Where a path of the document is to be seen: the tab, the thing within it, and the place in the source. Pure.
import { idsOf, keysOf, pathOf, tables, text } from './document'
import type { Document, Key } from './document'

export const tabs = ['rules', 'queues', 'hours', 'promises', 'ladders', 'general', 'source', 'try', 'publish', 'versions', 'agents'] as const
export type Tab = (typeof tabs)[number]

export const tabPath = (tab: Tab, id?: string): string =>
  `/policy${tab === 'rules' && id === undefined ? '' : `/${tab}`}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`

/** `/policy/queues/billing` -> queues, billing. */
export function here(path: string): { tab: Tab; id: string | null } {
  const [, , tab = 'rules', id] = path.split('/')
  const found = tabs.find((one) => one === tab) ?? 'rules'
  return { tab: found, id: id ? decoded(id) : null }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // typed by hand
  }
}

const listed: Partial<Record<string, Tab>> = { rules: 'rules', queues: 'queues', ladders: 'ladders' }
const named: Partial<Record<string, Tab>> = { calendars: 'hours', slas: 'promises' }

export const DEFAULT = '-default-' // no rule can be called so

/** The page where what stands at `path` can be changed. */
export function pageOf(document: Document, path: string): string {
  const [first, second] = keysOf(path)
  const group = String(first ?? '')
  const tab = listed[group]
  if (tab) return tabPath(tab, typeof second === 'number' ? idAt(document, group, second) : undefined)
  const other = named[group]
  if (other) return tabPath(other, typeof second === 'string' ? second : undefined)
  if (group === 'default') return tabPath('rules', DEFAULT)
  return tabPath(alone[group] ?? 'source')
}

const alone: Partial<Record<string, Tab>> = {
  promises: 'promises', zone: 'general', skills: 'general', priority_minutes: 'general', hold_back_minutes: 'general',
  longest_overtake_minutes: 'general', offers_per_agent: 'general',
}

/** Without an id of its own, or with one that is there twice, a thing is known by its place. */
export function idAt(document: Document, group: string, place: number): string {
  const ids = idsOf(document, group)
  const id = ids[place] ?? ''
  return id && ids.indexOf(id) === ids.lastIndexOf(id) ? id : `@${place}`
}

export function placeOf(document: Document, group: string, id: string): number {
  const numbered = /^@(\d+)$/.exec(id)
  return numbered ? Number(numbered[1]) : tables(document[group]).findIndex((one) => text(one.id) === id)
}

/** What is said about this very place, or about something within it that has no field of its own. */
export const within = (path: string, place: string): boolean => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)

/** Where in a JSON text the value at `path` stands, as [begin, end]; the nearest value around it where there is none. */
export function spanOf(source: string, path: string): [number, number] {
  const keys = keysOf(path)
  const reader = new Spans(source, keys)
  try {
    reader.value([])
  } catch {
    return [0, 0] // no JSON: there is no such place
  }
  return reader.best
}

class Spans {
  best: [number, number] = [0, 0]
  private readonly source: string
  private readonly wanted: string
  private depth = -1
  private at = 0

  constructor(source: string, keys: readonly Key[]) {
    this.source = source
    this.wanted = pathOf(keys)
  }

  value(keys: readonly Key[]): void {
    this.blank()
    const begin = this.at
    const letter = this.source[begin]
    if (letter === '{') this.entries(keys)
    else if (letter === '[') this.items(keys)
    else if (letter === '"') this.quoted()
    else this.plain()
    if (this.at === begin) throw new SyntaxError('no value')
    const isOn = keys.length === 0 || within(this.wanted, pathOf(keys))
    if (keys.length > this.depth && isOn) {
      this.depth = keys.length
      this.best = [begin, this.at]
    }
  }

  private plain(): void {
    while (this.at < this.source.length && !/[\s,\]}]/.test(this.source[this.at] ?? '')) this.at++
  }

  private blank(): void {
    while (/\s/.test(this.source[this.at] ?? '')) this.at++
  }

  private quoted(): string {
    const begin = this.at++
    while (this.source[this.at] !== '"') {
      if (this.at >= this.source.length) throw new SyntaxError('never closed')
      this.at += this.source[this.at] === '\\' ? 2 : 1
    }
    this.at++
    return JSON.parse(this.source.slice(begin, this.at)) as string
  }

  private each(closing: string, one: (place: number) => void): void {
    this.at++
    for (let place = 0; ; place++) {
      this.blank()
      if (this.source[this.at] === closing) break
      if (this.source[this.at] === ',') this.at++
      this.blank()
      one(place)
    }
    this.at++
  }

  private entries(keys: readonly Key[]): void {
    this.each('}', () => {
      const key = this.quoted()
      this.blank()
      this.at++ // the colon
      this.value([...keys, key])
    })
  }

  private items(keys: readonly Key[]): void {
    this.each(']', (place) => this.value([...keys, place]))
  }
}
