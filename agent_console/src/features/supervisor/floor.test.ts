import { describe, expect, test } from 'vitest'
import type { AgentView, Card, Ledger, QueueFigures } from '../../desk/wire'
import { counted, LONG_BREAK_MS, sorted, standing } from './agents'
import { alertsOf } from './alerts'
import { counts, drillOf, drillPath, queryOf, totals } from './figures'
import type { Drill } from './figures'

const NOW = Date.parse('2026-03-02T09:00:00Z')
const at = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString()

const row = (fields: Partial<QueueFigures>): QueueFigures => ({
  queue: 'support', waiting: 0, oldest_at: null, oldest_id: null, offered: 0, active: 0, wrapping: 0, held: 0, ready: 1,
  staff: 2, answered: 0, answered_in_time: 0, late_waiting: 0, service_level: null, abandoned: 0, closed: 0,
  breached: 0, at_risk: 0, ...fields,
})
const ledger = (fields: Partial<Ledger>): Ledger => ({
  rows: [], mailboxes: [], undecided: 0, unaccounted: 0, misplaced: [], outbox_pending: 0,
  outbox_oldest_at: null, unconfirmed: 0, now: at(0), ...fields,
})
const agent = (name: string, presence: Partial<AgentView['presence']>, used = 0): AgentView => ({
  id: name, login: name, name, role: 'agent', language: 'en', queues: [], skills: {}, capacity: 100, limits: {}, used, version: 1,
  presence: {
    declared: 'available', reason: null, since: at(60), pending: null, pending_reason: null, connected: true,
    routable: true, why_not: null, ...presence,
  },
})

describe('totals', () => {
  test('the level of all queues is that of all items, not a mean of means', () => {
    const all = totals([
      row({ answered: 90, answered_in_time: 90 }),
      row({ queue: 'sales', answered: 5, answered_in_time: 0, abandoned: 3, late_waiting: 2 }),
    ])
    expect(all.n).toBe(100)
    expect(all.level).toBe(0.9)
  })
  test('the oldest of all queues', () => {
    const all = totals([row({}), row({ oldest_at: at(10), oldest_id: 'b' }), row({ oldest_at: at(99), oldest_id: 'a' })])
    expect(all.oldestId).toBe('a')
  })
  test('nothing judged yet is not 0 %', () => expect(totals([row({})]).level).toBeNull())
})

describe('drill-down', () => {
  const drills: Drill[] = [{ what: 'waiting', queue: null }, { what: 'held', queue: 'a/b 支持' }, { agent: 'x' }]
  test.each(drills)('a path opens what it was made from: %o', (drill) => expect(drillOf(drillPath(drill))).toEqual(drill))
  test.each(['/floor', '/floor/', '/floor/tv', '/floor/constructor'])('%s opens nothing', (path) =>
    expect(drillOf(path)).toBeNull())
  test('held is parked and waiting for the customer', () =>
    expect(queryOf({ what: 'held', queue: 'q' }, 0).state).toEqual(['parked', 'waiting']))
  test('what is counted of today is asked for since midnight, by the clock of the hub', () => {
    const noon = Date.parse('2026-03-02T12:00:00Z')
    expect(queryOf({ what: 'closed', queue: null }, noon).since).toBe('2026-03-02T00:00:00Z')
    expect(queryOf({ what: 'waiting', queue: null }, noon).since).toBeNull()
  })
  test('late counts only what is beyond the promise of its queue', () => {
    const card = (seconds: number) => ({ queue: 'q', created_at: at(seconds), answered_at: null, disposition: null }) as Card
    const late: Drill = { what: 'late', queue: null }
    expect([19, 21].map((s) => counts(late, card(s), NOW, () => 20))).toEqual([false, true])
  })
  test('broken promises and those at risk are told by their clocks', () => {
    const card = (state: string) => ({ clock: { state } }) as Card
    const found = ['running', 'warned', 'breached'].map((state) =>
      (['breached', 'at_risk'] as const).map((what) => counts({ what, queue: null }, card(state), NOW, () => 20)))
    expect(found).toEqual([[false, false], [false, true], [true, false]])
  })
  test('closed counts those of today, by the clock of the hub', () => {
    const closed: Drill = { what: 'closed', queue: null }
    const card = (seconds: number) => ({ entered_at: at(seconds) }) as Card
    expect([8 * 3600, 10 * 3600].map((s) => counts(closed, card(s), NOW, () => 20))).toEqual([true, false])
  })
  test('abandoned counts only what nobody answered', () => {
    const gone: Drill = { what: 'abandoned', queue: null }
    const card = (answered_at: string | null) => ({ created_at: at(9), answered_at, disposition: null }) as Card
    expect([null, at(1)].map((s) => counts(gone, card(s), NOW, () => 20))).toEqual([true, false])
  })
})

describe('agents', () => {
  const missed = agent('Z', { declared: 'missed', routable: false })
  const gone = agent('Y', { connected: false, routable: false })
  const long = agent('X', { declared: 'break', since: at(LONG_BREAK_MS / 1_000 + 1) })
  const ready = agent('B', {})
  const busy = agent('A', { routable: false }, 100)
  const off = agent('C', { declared: 'offline', connected: false })
  test('what is wrong comes first', () =>
    expect(sorted([off, busy, ready, long, gone, missed], NOW).map((one) => one.name)).toEqual(['Z', 'Y', 'X', 'B', 'A', 'C']))
  test('available with room, but offered nothing, is odd', () =>
    expect(standing(agent('D', { routable: false }), NOW)).toBe('stuck'))
  test('a short break is none of our business', () =>
    expect(standing(agent('D', { declared: 'break' }), NOW)).toBe('break'))
  test('counted', () => expect(counted([missed, ready, busy], NOW)).toMatchObject({ missed: 1, ready: 1, busy: 1, offline: 0 }))
})

describe('alerts', () => {
  test('a quiet floor raises none', () => expect(alertsOf([row({ waiting: 3, ready: 1 })], ledger({}))).toEqual([]))
  test('somebody waits and nobody is ready', () =>
    expect(alertsOf([row({ waiting: 2, ready: 0 })], null)).toMatchObject([{ id: 'nobody_ready:support', n: 2, grave: true }]))
  test('what is grave comes first, and ids are stable while numbers move', () => {
    const first = alertsOf([row({ late_waiting: 1 })], ledger({ unaccounted: 1 }))
    const then = alertsOf([row({ late_waiting: 9 })], ledger({ unaccounted: 4 }))
    expect(first.map((one) => one.id)).toEqual(['unaccounted', 'late:support'])
    expect(then.map((one) => one.id)).toEqual(first.map((one) => one.id))
  })
})
