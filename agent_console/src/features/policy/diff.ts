// What changed between two policies, as people would tell it: by rule, queue and calendar, not by line. Pure.
import { same, table, tables, text } from './document'
import type { Document, Json, Table } from './document'

export interface Entry {
  /** Within the thing, such as place.queue. */
  field: string
  before: Json | undefined
  after: Json | undefined
}

export interface Change {
  kind: 'added' | 'removed' | 'changed' | 'moved'
  group: string
  id: string
  name: string
  entries: Entry[]
  /** Places among the rules, counted from 1; a change of order alone has both. */
  from?: number
  to?: number
}

const LISTED = ['rules', 'queues', 'ladders'] as const
const NAMED = ['calendars', 'slas'] as const
const known = new Set<string>([...LISTED, ...NAMED])

export function differences(before: Document, after: Document): Change[] {
  return [
    ...plain(before, after),
    ...LISTED.flatMap((group) => things(group, byId(before, group), byId(after, group))),
    ...moves(before, after),
    ...NAMED.flatMap((group) => things(group, entriesOf(before, group), entriesOf(after, group))),
  ]
}

/** What stands alone: the default, the order of waiting, skills, promises. */
function plain(before: Document, after: Document): Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !known.has(key))
  return keys.flatMap((key) => {
    const entries = key === 'skills' ? listed(before[key], after[key]) : compare(before[key], after[key], '')
    return entries.length ? [{ kind: 'changed' as const, group: key, id: '', name: '', entries }] : []
  })
}

/** Of a plain list: what came and what went. */
function listed(before: Json | undefined, after: Json | undefined): Entry[] {
  const [old, now] = [before, after].map((one) => (Array.isArray(one) ? (one as Json[]).map(text) : []))
  const gone = (old ?? []).filter((one) => !now?.includes(one)).map((one) => ({ field: '', before: one, after: undefined }))
  return [...gone, ...(now ?? []).filter((one) => !old?.includes(one)).map((one) => ({ field: '', before: undefined, after: one }))]
}

type Things = Map<string, Table>

function byId(document: Document, group: string): Things {
  return new Map(tables(document[group]).map((one, place) => [text(one.id) || `@${place}`, one]))
}

const entriesOf = (document: Document, group: string): Things => new Map(Object.entries(table(document[group])).map(([id, one]) => [id, table(one)]))

function things(group: string, before: Things, after: Things): Change[] {
  const found: Change[] = []
  const change = (kind: Change['kind'], id: string, one: Table, entries: Entry[]) => found.push({ kind, group, id, name: text(one.name) || id, entries })
  for (const [id, one] of before) if (!after.has(id)) change('removed', id, one, compare(one, undefined, ''))
  for (const [id, one] of after) {
    const old = before.get(id)
    const entries = compare(old, one, '').filter((entry) => entry.field !== 'id')
    if (!old) change('added', id, one, entries)
    else if (entries.length) change('changed', id, one, entries)
  }
  return found
}

const isTable = (value: Json | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)
const isOfTables = (value: Json | undefined): boolean => Array.isArray(value) && value.length > 0 && (value as Json[]).every(isTable)

/** Nothing, an empty list and an empty table say the same. */
const says = (value: Json | undefined): Json | undefined => (value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0) ? undefined : value)

function compare(before: Json | undefined, after: Json | undefined, field: string): Entry[] {
  if (same(before, after) || (says(before) === undefined && says(after) === undefined)) return []
  if (isTable(before ?? after) && isTable(after ?? before)) {
    const keys = [...new Set([...Object.keys(table(before)), ...Object.keys(table(after))])]
    return keys.flatMap((key) => compare(table(before)[key], table(after)[key], field ? `${field}.${key}` : key))
  }
  if (isOfTables(before) || isOfTables(after)) {
    const [old, now] = [tables(before), tables(after)]
    return Array.from({ length: Math.max(old.length, now.length) }, (_, n) => compare(old[n], now[n], `${field}[${n}]`)).flat()
  }
  return [{ field, before, after }]
}

/** Rules that stand elsewhere among those that both have: as few as explain the new order. */
function moves(before: Document, after: Document): Change[] {
  const old = [...byId(before, 'rules').keys()]
  const now = [...byId(after, 'rules')]
  const common = now.filter(([id]) => old.includes(id))
  const was = new Map(old.map((id, place) => [id, place]))
  const stays = longestRising(common.map(([id]) => was.get(id) ?? 0))
  return common.filter((_, place) => !stays.has(place)).map(([id, rule]) => ({
    kind: 'moved' as const, group: 'rules', id, name: text(rule.name) || id, entries: [],
    from: (was.get(id) ?? 0) + 1, to: now.findIndex(([other]) => other === id) + 1,
  }))
}

/** Places of a longest rising sequence. */
function longestRising(values: readonly number[]): Set<number> {
  const ends: number[] = [] // places, by the length of the sequence that ends there
  const back: number[] = []
  values.forEach((value, place) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1
      else high = middle
    }
    back[place] = low > 0 ? (ends[low - 1] ?? -1) : -1
    ends[low] = place
  })
  const found = new Set<number>()
  for (let place = ends.at(-1) ?? -1; place >= 0; place = back[place] ?? -1) found.add(place)
  return found
}
