// What the numbers of the floor mean, and which items stand behind each of them. Pure.
import type { Card, QueueFigures } from '../../desk/wire'

export type Figure =
  | 'ready' | 'waiting' | 'late' | 'offered' | 'active' | 'wrapping' | 'held' | 'abandoned' | 'closed' | 'level' | 'breached'
  | 'at_risk'

/** One number opened: of one queue or of all, or the items of one agent. */
export type Drill = { what: Figure; queue: string | null } | { agent: string }

const OPEN: readonly Card['state'][] = ['queued', 'offered', 'active', 'waiting', 'parked', 'wrapping']

/** Counted of all that is open, whenever it came. */
const PROMISED: readonly Figure[] = ['breached', 'at_risk']

const states: Record<Exclude<Figure, 'level' | 'ready'>, readonly Card['state'][]> = {
  waiting: ['queued'],
  late: OPEN,
  breached: OPEN,
  at_risk: OPEN,
  offered: ['offered'],
  active: ['active'],
  wrapping: ['wrapping'],
  held: ['parked', 'waiting'],
  abandoned: ['done'],
  closed: ['done'],
}

export const drillPath = (drill: Drill): string =>
  'agent' in drill
    ? `/floor/agent/${encodeURIComponent(drill.agent)}`
    : `/floor/${drill.what}${drill.queue === null ? '' : `/${encodeURIComponent(drill.queue)}`}`

/** What a path under /floor opens; null where it opens nothing. */
export function drillOf(path: string): Drill | null {
  const [, , what = '', of] = path.split('/')
  if (what === 'agent') return of ? { agent: plain(of) } : null
  const known = what === 'level' || what === 'ready' || Object.hasOwn(states, what)
  return known ? { what: what as Figure, queue: of ? plain(of) : null } : null
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // typed by hand, and not a valid escape
  }
}

/** The filter for the list of items. The service level is judged by those that came too late and still wait. */
export function queryOf(drill: Drill, now: number): Record<string, string | readonly string[] | number | null> {
  if ('agent' in drill) return { agent: drill.agent, state: ['offered', 'active', 'wrapping', 'parked', 'waiting'], limit: 200 }
  return {
    queue: drill.queue, state: drill.what === 'level' || drill.what === 'ready' ? OPEN : states[drill.what],
    since: isExact(drill) || PROMISED.includes(drill.what) ? null : `${new Date(now).toISOString().slice(0, 10)}T00:00:00Z`, limit: 200,
    ...(drill.what === 'waiting' && { order: 'line' }),
  }
}

/** Whether the hub's own filter is all that the number needs. */
export const isExact = (drill: Drill): boolean =>
  'agent' in drill || !['late', 'level', 'abandoned', 'closed', ...PROMISED].includes(drill.what)

/** Whether a listed item is one of those that the number counts; the filter of the hub knows states only. */
export function counts(drill: Drill, card: Card, now: number, seconds: (queue: string) => number): boolean {
  if ('agent' in drill) return true
  if (PROMISED.includes(drill.what)) return card.clock?.state === (drill.what === 'breached' ? 'breached' : 'warned')
  return countsOfToday(drill.what, card, now, seconds)
}

function countsOfToday(what: Figure, card: Card, now: number, seconds: (queue: string) => number): boolean {
  if (what === 'late' || what === 'level')
    return today(card.created_at, now) && late(card, now, seconds(card.queue))
  if (what === 'abandoned')
    return today(card.created_at, now) && card.answered_at === null && card.disposition === null
  return what !== 'closed' || today(card.entered_at, now)
}

const late = (card: Card, now: number, seconds: number) =>
  card.answered_at === null && now - Date.parse(card.created_at) > seconds * 1_000

/** The hub's day begins at midnight UTC. */
const today = (iso: string, now: number) => iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)

/** n of the service level: everything of today that has been judged. */
export const judged = (row: QueueFigures): number => row.answered + row.late_waiting + row.abandoned

export interface Totals {
  waiting: number
  oldestAt: string | null
  oldestId: string | null
  offered: number
  active: number
  wrapping: number
  held: number
  abandoned: number
  closed: number
  late: number
  breached: number
  atRisk: number
  n: number
  level: number | null
}

/** All queues together. The service level is that of all items, not the mean of the queues' levels. */
export function totals(rows: readonly QueueFigures[]): Totals {
  const sum = (pick: (row: QueueFigures) => number) => rows.reduce((all, row) => all + pick(row), 0)
  const oldest = rows
    .filter((row) => row.oldest_at !== null)
    .reduce<QueueFigures | null>((a, b) => (a && String(a.oldest_at) <= String(b.oldest_at) ? a : b), null)
  const n = sum(judged)
  return {
    waiting: sum((row) => row.waiting),
    oldestAt: oldest?.oldest_at ?? null,
    oldestId: oldest?.oldest_id ?? null,
    offered: sum((row) => row.offered),
    active: sum((row) => row.active),
    wrapping: sum((row) => row.wrapping),
    held: sum((row) => row.held),
    abandoned: sum((row) => row.abandoned),
    closed: sum((row) => row.closed),
    late: sum((row) => row.late_waiting),
    breached: sum((row) => row.breached),
    atRisk: sum((row) => row.at_risk),
    n,
    level: n ? sum((row) => row.answered_in_time) / n : null,
  }
}
