// Recipients as people type and paste them. Pure.
import type { PartyIn } from '../../desk/wire'

export interface Recipient {
  name: string
  address: string
}

// a quoted name or an address in angle brackets may hold what separates recipients elsewhere
const PIECE = /(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^,;\n\r\t，；、])+/g
const NAMED = /^(.*?)<\s*(?:mailto:)?([^<>]*?)\s*>$/s
const FORM = /^[^\s@<>()[\],;:"\\]+@(?:[^\s@<>()[\],;:"\\.]+\.)+[^\s@<>()[\],;:"\\.]{2,}$/
const LONGEST = 254

/** True for what has the form of an address; whether it exists, only sending tells. */
export const isAddress = (text: string): boolean => text.length <= LONGEST && FORM.test(text)

/** `Ann <ann@a.org>, b@b.org; "Li, Bo" <bo@c.org>` as recipients. What is no address stays as it was written. */
export const parse = (text: string): Recipient[] => joined([], (text.match(PIECE) ?? []).flatMap(one))

function one(piece: string): Recipient[] {
  const text = piece.trim()
  if (!text) return []
  const named = NAMED.exec(text)
  if (named) return [{ name: unquoted(named[1] ?? ''), address: named[2] ?? '' }]
  const words = text.split(/\s+/).map((word) => word.replace(/^mailto:/i, ''))
  if (words.every(isAddress)) return words.map((address) => ({ name: '', address }))
  const last = words.at(-1) ?? ''
  return isAddress(last) ? [{ name: unquoted(words.slice(0, -1).join(' ')), address: last }] : [{ name: '', address: text }]
}

function unquoted(text: string): string {
  const inside = /^"(.*)"$/s.exec(text.trim())
  return inside ? (inside[1] ?? '').replace(/\\(.)/gs, '$1') : text.trim()
}

const key = (one: Recipient): string => one.address.toLowerCase()

/** Both lists, nobody twice. */
export function joined(first: readonly Recipient[], second: readonly Recipient[]): Recipient[] {
  const known = new Set<string>()
  return [...first, ...second].filter((one) => !known.has(key(one)) && known.add(key(one)))
}

export const without = (all: readonly Recipient[], address: string): Recipient[] => all.filter((one) => one.address !== address)

export const same = (a: readonly Recipient[], b: readonly Recipient[]): boolean =>
  a.length === b.length && a.every((one, index) => key(one) === key(b[index] ?? { name: '', address: '' }))

export const fromWire = (parties: readonly PartyIn[] | undefined): Recipient[] =>
  (parties ?? []).map(({ name, address }) => ({ name: name ?? '', address }))

/** As it is written in a head: the name where there is one. */
export const shown = (one: Recipient): string => one.name || one.address

/** As it can be typed, and read back by `parse`. */
export function typed({ name, address }: Recipient): string {
  if (!name) return address
  return `${/[",;<>@，；、]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name} <${address}>`
}

/** Those of `known` that fit what is being typed and are not taken yet, the best eight. */
export function suggested(known: readonly Recipient[], text: string, taken: readonly Recipient[]): Recipient[] {
  const wanted = text.trim().toLowerCase()
  const used = new Set(taken.map(key))
  const begins = (one: Recipient) => key(one).startsWith(wanted) || one.name.toLowerCase().startsWith(wanted)
  const fits = joined([], known).filter(
    (one) => !used.has(key(one)) && (key(one).includes(wanted) || one.name.toLowerCase().includes(wanted)),
  )
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))].slice(0, 8)
}
