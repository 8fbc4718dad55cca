// The policy as a document, and how to change it at a path such as rules[3].place.queue. Pure; nothing is changed in place.
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Table = Readonly<Record<string, Json>>
export type Document = Table
export type Key = string | number

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)
/** What should be a table, a list or a text and is none counts as empty: the check says what is wrong. */
export const table = (value: Json | undefined): Table => (isTable(value) ? value : {})
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
export const tables = (value: Json | undefined): readonly Table[] => list(value).map(table)
export const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
export const number = (value: Json | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise)

/** `rules[3].place.queue` -> ['rules', 3, 'place', 'queue']. */
export function keysOf(path: string): Key[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, place, name]) => (place === undefined ? (name ?? '') : Number(place)))
}

export const pathOf = (keys: readonly Key[]): string =>
  keys.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : path ? `${path}.${key}` : key), '')

const step = (value: Json | undefined, key: Key): Json | undefined =>
  typeof key === 'number' ? list(value)[key] : Object.hasOwn(table(value), key) ? table(value)[key] : undefined

export const at = (document: Json | undefined, path: string): Json | undefined => keysOf(path).reduce<Json | undefined>(step, document)

/** The document with `value` at `path`; undefined takes away what stands there. Tables on the way are made where needed. */
export function put(document: Document, path: string, value: Json | undefined): Document {
  return table(putKeys(document, keysOf(path), value))
}

function putKeys(here: Json | undefined, [key, ...rest]: readonly Key[], value: Json | undefined): Json | undefined {
  if (key === undefined) return value
  const inner = putKeys(step(here, key), rest, value)
  if (typeof key === 'number') {
    const items = [...list(here)]
    if (inner === undefined) items.splice(key, 1)
    else items[key] = inner
    return items
  }
  const entries = { ...table(here) }
  if (inner === undefined) Reflect.deleteProperty(entries, key)
  else entries[key] = inner
  return entries
}

export const append = (document: Document, path: string, value: Json): Document =>
  put(document, path, [...list(at(document, path)), value])

/** The item at `from` stands at `to` afterwards. */
export function move(document: Document, path: string, from: number, to: number): Document {
  const items = [...list(at(document, path))]
  const [moved] = items.splice(from, 1)
  if (moved === undefined || to < 0 || to > items.length) return document
  items.splice(to, 0, moved)
  return put(document, path, items)
}

export const same = (one: Json | undefined, other: Json | undefined): boolean => one === other || canonical(one) === canonical(other)

/** Equal for what says the same, whatever the order of entries. */
function canonical(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, (_, one: unknown) =>
    isTable(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one)
}

/** An id that nobody has yet, made of a name: small letters, digits, - and _, at most 64. */
export function freeId(name: string, taken: readonly string[], otherwise: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[-_]+|-+$/g, '').slice(0, 56) || otherwise
  for (let n = 1; ; n++) {
    const id = n === 1 ? plain : `${plain}-${n}`
    if (!taken.includes(id)) return id
  }
}

export const idsOf = (document: Document, path: string): string[] => {
  const found = at(document, path)
  return Array.isArray(found) ? tables(found as Json).map((one) => text(one.id)) : Object.keys(table(found))
}

/** A rule once more, right below itself, with an id of its own. */
export function duplicateRule(document: Document, place: number, name: string): { document: Document; id: string } {
  const rules = tables(document.rules)
  const rule = rules[place] ?? {}
  const id = freeId(text(rule.id), idsOf(document, 'rules'), 'rule')
  return { document: put(document, 'rules', [...rules.slice(0, place + 1), { ...rule, id, name }, ...rules.slice(place + 1)]), id }
}

export function addRule(document: Document, name: string): { document: Document; id: string } {
  const id = freeId(name, idsOf(document, 'rules'), 'rule')
  const queue = text(table(document.default).queue) || idsOf(document, 'queues')[0] || ''
  return { document: append(document, 'rules', { id, name, when: '', place: { queue } }), id }
}

/** Everything in the document that speaks of a queue, calendar, promise or ladder: paths. */
export function usesOf(document: Document, kind: 'queue' | 'calendar' | 'sla' | 'ladder', id: string): string[] {
  const found: string[] = []
  const walk = (value: Json | undefined, keys: Key[]) => {
    if (Array.isArray(value)) value.forEach((one: Json, place) => walk(one, [...keys, place]))
    else if (isTable(value))
      for (const [key, one] of Object.entries(value)) {
        if (key === kind && one === id) found.push(pathOf([...keys, key]))
        else if (key !== 'when') walk(one, [...keys, key])
      }
  }
  walk(document, [])
  return found
}
