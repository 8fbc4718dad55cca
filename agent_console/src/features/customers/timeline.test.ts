import { expect, test } from 'vitest'
import type { TouchView } from '../../desk/wire'
import { byDay, facts, grown, late, didOf, recordingOf, renewed, told } from './timeline'

const touch = (id: string, at: string, fields: Partial<TouchView> = {}): TouchView => ({
  id, interaction_id: 'i', reference: 'A-1', version: 1, channel: 'form', kind: 'received', at, recorded_at: at,
  actor: 'customer', actor_id: null, actor_name: '', data: {}, text: null, note: false, message_id: null,
  message_state: null, message_error: null, mail: null, files: [], ...fields,
})
const [a, b, c, d] = ['01', '02', '03', '04'].map((day) => touch(day, `2026-03-${day}T12:00:00Z`)) as [
  TouchView, TouchView, TouchView, TouchView,
]
const ids = (touches: readonly TouchView[]) => touches.map((one) => one.id)

test('older ones go below, once', () => {
  const pages = grown({ touches: [d, c, b], next: 'x' }, { touches: [b, a], next: null })
  expect(ids(pages.touches)).toEqual(['04', '03', '02', '01'])
  expect(pages.next).toBeNull()
})

test('a fresh first page joins what was there, and the newer reading wins', () => {
  const changed = { ...b, message_state: 'failed' as const }
  const pages = renewed({ touches: [b, a], next: 'x' }, { touches: [c, changed], next: 'y' })
  expect(ids(pages.touches)).toEqual(['03', '02', '01'])
  expect(pages.touches[1]?.message_state).toBe('failed')
  expect(pages.next).toBe('x')
})

test('a first page that does not reach the old ones replaces them: no hole is shown', () => {
  const pages = renewed({ touches: [a], next: null }, { touches: [d, c], next: 'y' })
  expect(ids(pages.touches)).toEqual(['04', '03'])
  expect(pages.next).toBe('y')
})

test('days, newest first', () => {
  const evening = touch('05', '2026-03-04T13:00:00Z')
  expect(byDay([evening, d, c]).map((day) => ids(day.touches))).toEqual([['05', '04'], ['03']])
})

test('what was entered later shows both times', () => {
  expect(late(touch('1', a.at, { recorded_at: '2026-03-01T12:04:00Z' }))).toBe(false)
  expect(late(touch('1', a.at, { recorded_at: '2026-03-01T12:06:00Z' }))).toBe(true)
})

test('facts name queues and outcomes, and never an object', () => {
  const names = { queue: (id: string) => id.toUpperCase(), disposition: (id: string) => `[${id}]`, way: (...way: string[]) => way.join(), agent: (id: string) => `<${id}>`, trouble: (error: string) => `!${error}`, why: (reason: string, kind: string) => `${kind}: ${reason}` }
  const moved = touch('1', a.at, { kind: 'transferred', data: { from: 'a', to: 'b', reason: 'language' } })
  expect(facts(touch('1', a.at, { kind: 'logged', data: { source: 'manual:fax', direction: 'in' } }), names)).toEqual(['fax,in'])
  expect(facts(touch('1', a.at, { kind: 'offered', data: { agent: '7', reasons: [{}] } }), names)).toEqual(['→ <7>'])
  expect(facts(moved, names)).toEqual(['A → B', 'transferred: language'])
  expect(facts(touch('1', a.at, { kind: 'wrapped_up', data: { disposition: 'solved', reason: {} } }), names)).toEqual(['[solved]'])
  expect(facts(touch('1', a.at, { kind: 'delivery', data: { state: 'failed', error: 'busy: 451 x' } }), names)).toEqual(['!busy: 451 x'])
})

test('of a call only what can be heard of it is told', () => {
  const at = '2026-03-01T12:00:00Z'
  const recorded = touch('r', at, { kind: 'call', data: { what: 'recorded', recording_id: 'x' } })
  const lost = touch('l', at, { kind: 'call', data: { what: 'recording_lost', recording_id: 'x' } })
  expect([a, recorded, lost, touch('h', at, { kind: 'call', data: { what: 'held' } })].map(told)).toEqual([true, true, false, false])
  expect(recordingOf(touch('v', at, { channel: 'voicemail', data: { recording_id: 'y' } }))).toBe('y')
  expect(recordingOf(lost)).toBeNull()
  expect([recorded, touch('v', at, { channel: 'voicemail' }), touch('c', at, { channel: 'voice' }), a].map(didOf)).toEqual(['recorded', 'spoke', 'called', 'received'])
})
