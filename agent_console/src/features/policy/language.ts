// The language of `when` and `require` as far as typing needs it: what may stand at the caret. The hub alone judges. Pure.
import type { FactView } from '../../desk/wire'

export interface Completion {
  /** What is put in. */
  text: string
  /** What it means; the code of a message where `kind` is a test or word. */
  meaning: string
  kind: 'fact' | 'skill' | 'test' | 'value' | 'word'
}

export interface Completions {
  /** What is typed already of it stands from here to the caret. */
  from: number
  choices: Completion[]
}

interface Token {
  kind: 'name' | 'word' | 'text' | 'number' | 'sign' | 'open'
  value: string
  begin: number
  end: number
}

const WORDS = new Set(['and', 'or', 'not', 'in', 'between', 'contains', 'like'])
const TOKEN = /\s*(?:(`[^`]*`)|("(?:[^"]|"")*"|'(?:[^']|'')*')|(["'`][^]*$)|([+-]?\d+(?:\.\d+)?)|(<=|>=|!=|<>|==|[=<>(),])|([\p{L}_][\p{L}\p{N}_.-]*)|(\S))/uy

/** As far as it can be read; what nobody can read counts as a sign. */
export function tokens(source: string): Token[] {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
    const group = match.slice(1).findIndex((one: string | undefined) => one !== undefined) + 1
    const value = match[group] ?? ''
    const end = match.index + match[0].length
    const isWord = group === BARE && WORDS.has(value.toLowerCase())
    found.push({ kind: isWord ? 'word' : kindOfGroup(group), value: isWord ? value.toLowerCase() : value, begin: end - value.length, end })
  }
  return found
}

const BARE = 6
/** By the groups of TOKEN, which count from 1. */
const kindOfGroup = (group: number): Token['kind'] => KINDS[group] ?? 'sign'
const KINDS: readonly (Token['kind'] | undefined)[] = ['sign', 'name', 'text', 'open', 'number', 'sign', 'name', 'sign']

export type Names = { kind: 'facts'; facts: readonly FactView[] } | { kind: 'skills'; skills: readonly string[] }

/** Values of facts that can be only these. */
export const known: Partial<Record<string, readonly string[]>> = {
  channel: ['email', 'form', 'webchat', 'voice', 'sms', 'whatsapp', 'manual'],
  spam: ['none', 'suspected', 'sure'],
  weekday: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
}

const TESTS: Record<string, readonly string[]> = {
  flag: ['and', 'or'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', 'not in', 'and', 'or'],
  text: ['=', '!=', 'contains', 'like', 'in', 'not in', 'not contains', 'not like', 'and', 'or'],
  set: ['contains', 'like', '=', '!=', 'in', 'not in', 'and', 'or'],
}

/** A name as the language wants it: with spaces, or as one of its words, in backquotes. */
export const spelled = (name: string): string =>
  /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name) && !WORDS.has(name.toLowerCase()) ? name : `\`${name}\``

const bare = (name: string) => name.replaceAll('`', '')

/** What may stand where the caret is. */
export function complete(source: string, caret: number, names: Names): Completions {
  const before = tokens(source.slice(0, caret))
  const last = before.at(-1)
  if (last?.end !== caret || !['name', 'word', 'open'].includes(last.kind))
    return { from: caret, choices: choicesAfter(before, names, false).slice(0, MOST) }
  const typed = bare(last.value).replace(/^["']/, '').toLowerCase()
  const choices = choicesAfter(before.slice(0, -1), names, last.kind === 'open').filter((one) => fits(one, typed))
  const exact = choices.every((one) => one.text === last.value)
  return { from: last.begin, choices: exact ? [] : ranked(choices, typed).slice(0, MOST) }
}

const MOST = 40

const plain = (one: Completion) => one.text.replace(/["'`]/g, '').toLowerCase()
const fits = (one: Completion, typed: string) => plain(one).includes(typed)
const ranked = (all: Completion[], typed: string) => [...all].sort((a, b) => Number(plain(b).startsWith(typed)) - Number(plain(a).startsWith(typed)))

function choicesAfter(done: readonly Token[], names: Names, quoting: boolean): Completion[] {
  const last = done.at(-1)
  const asked = questionBefore(done)
  if (asked) return valuesOf(asked)
  if (quoting) return []
  if (!last || (last.kind === 'word' && ['and', 'or', 'not'].includes(last.value)) || last.value === '(') return namesOf(names)
  if (last.kind === 'name') return testsOf(kindOf(bare(last.value), names))
  return last.kind === 'sign' && last.value !== ')' ? [] : ['and', 'or'].map(asWord)
}

/** The name whose value is being written, if one is: after =, !=, contains, like, or within the list of `in`. */
function questionBefore(done: readonly Token[]): string | null {
  const values = done.map((one) => one.value)
  const last = values.at(-1) ?? ''
  const listing = [',', '('].includes(last)
  const opened = values.lastIndexOf('(')
  const test = listing ? opened - 1 : values.length - 1
  const asks = listing ? values[test] === 'in' : ['=', '==', '!=', 'contains', 'like'].includes(last)
  if (!asks) return null
  const name = done[values[test - 1] === 'not' ? test - 2 : test - 1]
  return name?.kind === 'name' ? bare(name.value) : null
}

const valuesOf = (name: string): Completion[] => (known[name] ?? []).map((one) => ({ text: `"${one}"`, meaning: '', kind: 'value' }))
const asWord = (word: string): Completion => ({ text: word, meaning: word, kind: ['and', 'or', 'not'].includes(word) ? 'word' : 'test' })
const testsOf = (kind: string): Completion[] => (TESTS[kind] ?? TESTS.text ?? []).map(asWord)

function kindOf(name: string, names: Names): string {
  if (names.kind === 'skills') return 'number'
  return factOf(name, names.facts)?.kind ?? 'text'
}

export const factOf = (name: string, facts: readonly FactView[]): FactView | undefined =>
  facts.find((one) => one.name === name) ?? facts.find((one) => one.name.endsWith('.') && name.startsWith(one.name))

function namesOf(names: Names): Completion[] {
  const own: Completion[] = names.kind === 'skills'
    ? names.skills.map((skill) => ({ text: spelled(skill), meaning: '', kind: 'skill' }))
    : names.facts.map((fact) => ({ text: fact.name, meaning: fact.meaning, kind: 'fact' }))
  return [...own, asWord('not')]
}

/** The text with a completion in it, and where the caret stands then. */
export function completed(source: string, caret: number, from: number, choice: Completion): { text: string; caret: number } {
  const family = choice.text.endsWith('.')
  const gap = family || /^\s/.test(source.slice(caret)) ? '' : ' '
  const put = choice.text + gap
  return { text: source.slice(0, from) + put + source.slice(caret), caret: from + put.length + (gap || family ? 0 : 1) }
}

/** The character at which a problem's words say the text cannot be read on: the first is 1. */
export function positionIn(words: string): number | null {
  const found = /^at character (\d+):/.exec(words)
  return found ? Number(found[1]) : null
}

/** A window around that character: what stands before it, the character (empty at the end) and what follows. */
export function around(source: string, position: number, width = 24): [string, string, string] {
  const letters = Array.from(source) // as the hub counts them
  const at = Math.min(position - 1, letters.length)
  const begin = Math.max(0, at - width)
  return [
    (begin > 0 ? '…' : '') + letters.slice(begin, at).join(''),
    letters[at] ?? '',
    letters.slice(at + 1, at + 1 + width).join('') + (letters.length > at + 1 + width ? '…' : ''),
  ]
}
