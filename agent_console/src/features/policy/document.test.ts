import { expect, it, test } from 'vitest'
import type { Document } from './document'
import { addRule, at, duplicateRule, freeId, keysOf, move, pathOf, put, same, usesOf } from './document'
import { around, complete, completed, positionIn, tokens } from './language'
import type { Names } from './language'
import { here, pageOf, placeOf, spanOf, tabPath } from './places'

const policy: Document = {
  format: 1, queues: [{ id: 'billing', calendar: 'office' }, { id: 'general', overflow: { closed: { to: 'queue', queue: 'billing' } } }],
  rules: [{ id: 'a', name: 'A', when: 'vip', place: { queue: 'billing' } }, { id: 'b', name: 'B', when: 'known', place: { queue: 'general' } }],
  default: { queue: 'general' }, calendars: { office: { zone: 'UTC', week: {} } },
}

test.each(['rules[3].place.rings[0].require', 'zone', 'calendars.office.week.mon[0]', 'a[1][2]'])('reads the path %s both ways', (path) =>
  expect(pathOf(keysOf(path))).toBe(path))

it('changes a copy, and takes away what is not wanted any more', () => {
  const changed = put(policy, 'rules[1].place.sticky.seconds', 90)
  expect(at(changed, 'rules[1].place')).toEqual({ queue: 'general', sticky: { seconds: 90 } })
  expect(at(policy, 'rules[1].place')).toEqual({ queue: 'general' })
  expect(put(changed, 'rules[1].place.sticky', undefined)).toEqual(policy)
  expect(at(put(policy, 'rules[0]', undefined), 'rules')).toEqual([at(policy, 'rules[1]')])
  expect(at(policy, 'constructor')).toBeUndefined()
})

it('moves, copies and adds rules', () => {
  expect(at(move(policy, 'rules', 0, 1), 'rules[1].id')).toBe('a')
  expect(move(policy, 'rules', 0, 2)).toBe(policy)
  const copy = duplicateRule(policy, 0, 'A (copy)')
  expect(copy.id).toBe('a-2')
  expect(at(copy.document, 'rules[1]')).toEqual({ id: 'a-2', name: 'A (copy)', when: 'vip', place: { queue: 'billing' } })
  expect(addRule(policy, 'Neue Regel!').id).toBe('neue-regel')
  expect(freeId('规则', ['rule'], 'rule')).toBe('rule-2')
})

it('knows what speaks of a thing', () => {
  expect(usesOf(policy, 'queue', 'billing')).toEqual(['queues[1].overflow.closed.queue', 'rules[0].place.queue'])
  expect(usesOf(policy, 'calendar', 'office')).toEqual(['queues[0].calendar'])
})

it('compares what is said, not how it is ordered', () => {
  expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true)
  expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
})

test.each([
  ['rules[1].when', '/policy/rules/b'], ['queues[0].overflow.closed', '/policy/queues/billing'], ['default', '/policy/rules/-default-'],
  ['calendars.office.week', '/policy/hours/office'], ['zone', '/policy/general'], ['longest_overtake_minutes', '/policy/general'], ['rules', '/policy'],
  ['queus', '/policy/source'], ['format', '/policy/source'],
])('leads from %s to %s', (path, page) => expect(pageOf(policy, path)).toBe(page))

it('finds things that have no id of their own by their place', () => {
  const twice = put(policy, 'rules[1].id', 'a')
  expect(pageOf(twice, 'rules[1].when')).toBe('/policy/rules/%401')
  expect(placeOf(twice, 'rules', '@1')).toBe(1)
  expect(here('/policy/rules/%401')).toEqual({ tab: 'rules', id: '@1' })
  expect(here('/policy')).toEqual({ tab: 'rules', id: null })
  expect(tabPath('try')).toBe('/policy/try')
})

test.each(['rules[1].place.queue', 'queues[0]', 'calendars.office.week', 'rules[0].name'])('finds %s in the source', (path) => {
  const source = JSON.stringify(policy, null, 2)
  const [begin, end] = spanOf(source, path)
  expect(JSON.parse(source.slice(begin, end))).toEqual(at(policy, path))
})

it('finds the nearest place for what is missing, and none in what is no JSON', () => {
  const source = JSON.stringify({ rules: [{ id: 'x\\"' }] })
  expect(source.slice(...spanOf(source, 'rules[0].when'))).toBe('{"id":"x\\\\\\""}')
  expect(spanOf('{"rules": [', 'rules')).toEqual([0, 0])
})

const facts = {
  kind: 'facts',
  facts: [
    { name: 'channel', kind: 'text', always: true, meaning: 'how it came' }, { name: 'vip', kind: 'flag', always: false, meaning: '' },
    { name: 'hour', kind: 'number', always: true, meaning: '' }, { name: 'form.', kind: 'text', always: false, meaning: '' },
    { name: 'segment', kind: 'set', always: false, meaning: '' },
  ],
} satisfies Names
const offered = (source: string, names: Names = facts) => complete(source, source.length, names).choices.map((one) => one.text)

it('offers what can stand there', () => {
  expect(offered('')).toEqual(['channel', 'vip', 'hour', 'form.', 'segment', 'not'])
  expect(offered('ch')).toEqual(['channel'])
  expect(offered('channel')).toEqual([])
  expect(offered('channel ')).toContain('contains')
  expect(offered('channel = ')).toContain('"email"')
  expect(offered('channel = "we')).toEqual(['"webchat"'])
  expect(offered('channel in ("email", ')).toContain('"sms"')
  expect(offered('hour ')).toContain('between')
  expect(offered('vip ')).toEqual(['and', 'or'])
  expect(offered('vip and n')).toEqual(['channel', 'segment', 'not'].filter((one) => one.includes('n')).sort((a, b) => Number(b.startsWith('n')) - Number(a.startsWith('n'))))
  expect(offered('form.order = ')).toEqual([])
  expect(offered('ge', { kind: 'skills', skills: ['german', 'Key Account'] })).toEqual(['german'])
  expect(offered('key', { kind: 'skills', skills: ['german', 'Key Account'] })).toEqual(['`Key Account`'])
  expect(offered('german ', { kind: 'skills', skills: ['german'] })).toContain('>=')
})

it('puts in what was chosen', () => {
  expect(completed('vip and ch', 10, 8, { text: 'channel', meaning: '', kind: 'fact' })).toEqual({ text: 'vip and channel ', caret: 16 })
  expect(completed('fo = 1', 2, 0, { text: 'form.', meaning: '', kind: 'fact' }).text).toBe('form. = 1')
  expect(tokens('a "b "" c" \'d').map((one) => one.kind)).toEqual(['name', 'text', 'open'])
})

it('shows where a text cannot be read on', () => {
  expect(positionIn('at character 11: found x')).toBe(11)
  expect(positionIn('is missing')).toBeNull()
  expect(around('channel = email', 11)).toEqual(['channel = ', 'e', 'mail'])
  expect(around('vip and', 8)).toEqual(['vip and', '', ''])
})
