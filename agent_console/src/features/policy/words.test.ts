import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { messages, translator } from '../../i18n'
import { differences } from './diff'
import type { Document } from './document'
import { loses } from './leaving'
import { blocks, inline } from './markdown'
import { changed, toForm, toPut, wrongIn } from './work'
import { agent } from '../../desk/testing/make'
import { fieldWords, findingWords, pathWords, placeWords, problemWords, valueWords } from './words'

const [en, zh] = [translator('en'), translator('zh-Hans')]
const source = (name: string) => readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8')
const name = (id: string) => id.toUpperCase()
const called = { queue: name, rule: (id: string) => `“${id}”` }

it('has words in both languages for everything that the linter finds', () => {
  const codes = [...(/^Code = Literal\[\n([^]*?)^\]/m.exec(source('routing/lint.py'))?.[1] ?? '').matchAll(/^ {4}"(\w+)"/gm)].map(([, code]) => code ?? '')
  expect(codes).toContain('missing_default')
  for (const [language, table] of Object.entries(messages)) expect(codes.filter((code) => !Object.hasOwn(table, `finding.${code}`)), language).toEqual([])
})

it('has words in both languages for every fact', () => {
  const facts = [...source('routing/facts.py').matchAll(/^ {4}Fact\("([\w.]+)"/gm)].map(([, fact]) => fact ?? '')
  expect(facts.length).toBeGreaterThan(20)
  for (const [language, table] of Object.entries(messages)) expect(facts.filter((fact) => !Object.hasOwn(table, `fact.${fact}`)), language).toEqual([])
})

it('says what was found, with the names of queues', () => {
  const finding = { code: 'overflow_loop', severity: 'error' as const, path: 'queues[0]', data: { queues: ['a', 'b', 'a'], conditions: ['closed', 'closed'] } }
  expect(findingWords(finding, en, called)).toBe('Queues send each other their work: A → B → A.')
  expect(findingWords({ ...finding, code: 'unheard_of', data: { n: 1 } }, zh, called)).toBe('unheard of, n 1')
  expect(findingWords({ ...finding, code: 'rule_unreachable', data: { rule: 'b', by: 'a' } }, en, called)).toBe('Rule “b” is never reached: “a” above holds wherever it does. Move it up, or remove it.')
})

test.each([
  ['is missing', '缺少此项'], ['there is no queue biling; did you mean billing?', '没有队列 biling；您是指 billing 吗？'],
  ['at character 11: found \'email\', expected a text in quotes or a number (a text stands in quotes: "email")', '第 11 个字符：这里是 \'email\'，应为 引号中的文字或数字'],
  ['must be one of fifo, lifo, not \'fif\'; did you mean fifo?', '应为其中之一：fifo, lifo；而不是 \'fif\'；您是指 fifo 吗？'], ['something new', 'something new'],
])('says %s in Chinese', (english, chinese) => expect(problemWords(english, zh)).toBe(chinese))

it('says where a rule leads', () => {
  const place = { queue: 'billing', require: 'german >= 3', prefer: ['french'], priority: 3, target_minutes: 15, sticky: { to: 'owner', seconds: 90 }, rings: [{ after_seconds: 60 }] }
  expect(placeWords(place, en, name)).toEqual(['BILLING', 'needs german >= 3', 'prefers french', 'priority +3', 'answer in 15 min', 'waits 90 s for the customer’s owner', 'widens in 1 step'])
  expect(placeWords({}, en, name)).toEqual(['no queue yet'])
})

it('calls places and values by their names', () => {
  const policy: Document = { rules: [{ id: 'a', name: 'Invoices' }], calendars: { office: {} } }
  expect(pathWords('rules[0].place.rings[1].require', policy, en)).toBe('Rule Invoices · Widening while it waits 2 · Required skills')
  expect(pathWords('zone', policy, zh)).toBe('时区')
  expect(fieldWords('wrap_up.extensions', en)).toBe('Wrap-up · Extensions at most')
  expect([null, true, 'x', 3, ['a', 'b']].map((one) => valueWords(one, en))).toEqual(['not known', 'yes', '"x"', '3', '"a", "b"'])
})

it('tells what changed by things, not by lines', () => {
  const rule = (id: string, more: Document = {}) => ({ id, name: id.toUpperCase(), when: 'vip', place: { queue: 'a' }, ...more })
  const before: Document = { zone: 'UTC', skills: ['x', 'y'], rules: [rule('a'), rule('b'), rule('c')], calendars: { office: { zone: 'UTC' } } }
  const after: Document = {
    zone: 'Europe/Paris', skills: ['y', 'z'], rules: [rule('c'), rule('a'), rule('d'), rule('b', { place: { queue: 'b', prefer: ['x'] } })], calendars: {},
  }
  expect(differences(before, after).map((one) => [one.kind, one.group, one.id, one.entries.map((entry) => entry.field).join()])).toEqual([
    ['changed', 'zone', '', ''], ['changed', 'skills', '', ','], ['added', 'rules', 'd', 'name,when,place.queue'], ['changed', 'rules', 'b', 'place.queue,place.prefer'],
    ['moved', 'rules', 'c', ''], ['removed', 'calendars', 'office', 'zone'],
  ])
  expect(differences(before, after).find((one) => one.kind === 'moved')).toMatchObject({ from: 3, to: 1 })
  expect(differences(before, JSON.parse(JSON.stringify(before)) as Document)).toEqual([])
})

it('asks only whoever would lose something', () => {
  const form = '#/policy/agents/1'
  expect(loses(new Set(['agent']), form, '#/policy/rules')).toBe(true)
  expect(loses(new Set(['draft']), '#/policy', '#/policy/queues')).toBe(false)
  expect(loses(new Set(['draft']), '#/policy', '#/desk')).toBe(true)
  expect(loses(new Set(['saving']), '#/policy', '#/desk')).toBe(false)
})

it('reads the documentation', () => {
  const all = blocks(source('docs/routing.md'))
  expect(all[0]).toEqual({ kind: 'heading', level: 1, text: [{ kind: 'text', text: 'Routing policy' }] })
  const tables = all.filter((one) => one.kind === 'table')
  expect(tables.length).toBeGreaterThan(2)
  for (const table of tables) expect(new Set(table.rows.map((row) => row.length))).toEqual(new Set([table.head.length]))
  expect(inline('a `b` **c** d')).toEqual([{ kind: 'text', text: 'a ' }, { kind: 'code', text: 'b' }, { kind: 'text', text: ' ' }, { kind: 'strong', text: 'c' }, { kind: 'text', text: ' d' }])
})

it('brings the work of an agent back as it was sent', () => {
  const one = agent({ skills: { german: 3, billing: 1 }, queues: ['a'], capacity: 100 })
  const form = toForm(one)
  expect(changed(form, one)).toBe(false)
  expect(toPut(form, 7)).toEqual({ skills: { billing: 1, german: 3 }, queues: ['a'], capacity: 100, limits: {}, version: 7 })
  expect([...wrongIn({ ...form, capacity: 'x', skills: [{ name: 'a', level: '' }], limits: [{ channel: 'email', most: '2' }] })]).toEqual(['capacity', 'skill.0'])
})
