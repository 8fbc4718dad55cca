// A hub of toy size: the truth, the events it sends, and a network that loses, doubles and reorders them.
import { apply } from '../apply'
import type { DeskEvent } from '../apply'
import { createClock } from '../clock'
import { headOf } from '../head'
import { empty } from '../state'
import type { DeskState } from '../state'
import { Sync } from '../sync'
import type { Card, Detail, Events, TouchView } from '../wire'
import { agent, card, detail, snapshot, touch } from './make'

/** Mulberry32: small, seeded, so that a failing run can be repeated. */
export function dice(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export class World {
  readonly items = new Map<string, { version: number; mine: boolean; touches: TouchView[] }>()
  private readonly roll: () => number

  constructor(roll: () => number) {
    this.roll = roll
  }

  private cardOf(id: string): Card {
    const item = this.items.get(id)
    return card({ id, version: item?.version ?? 0, last_text: `at ${item?.version ?? 0}` })
  }

  cards(): Card[] {
    return [...this.items].filter(([, item]) => item.mine).map(([id]) => this.cardOf(id))
  }

  detail(id: string): Detail {
    return detail(this.cardOf(id), [...(this.items.get(id)?.touches ?? [])])
  }

  /** Something happens to one of five interactions; the event that tells it. */
  move(): Events['card'] {
    const id = `i${Math.floor(this.roll() * 5)}`
    const item = this.items.get(id) ?? { version: 0, mine: false, touches: [] }
    const version = item.version + 1
    const happened = touch({ interaction_id: id, version })
    this.items.set(id, { version, mine: this.roll() < 0.8, touches: [...item.touches, happened] })
    return { id, version, card: this.items.get(id)?.mine ? this.cardOf(id) : null, touch: happened }
  }

  heartbeat(): Events['heartbeat'] {
    return { now: '2025-03-03T10:00:00Z', head: snapshot(this.cards()).head }
  }
}

/** A desk joined to a world whose answers take `latency()` turns; `turn` lets the ones that are due arrive. */
export function deskIn(world: World, latency: () => number) {
  let state: DeskState = { ...empty, me: agent() }
  let turn = 0
  const due: { at: number; go: () => void }[] = []
  const answer = <T>(read: () => T) => {
    const value = read() // read when asked, seen later: what happens in between comes as events only
    return new Promise<T>((resolve) => due.push({ at: turn + latency(), go: () => resolve(value) }))
  }
  const sync = new Sync({
    load: {
      desk: () => answer(() => snapshot(world.cards())),
      interaction: (id) => answer(() => world.detail(id)),
    },
    get: () => state,
    dispatch: (event: DeskEvent) => {
      state = apply(state, event)
    },
    clock: createClock(() => 0),
    later: () => () => undefined,
    onNoSession: () => undefined,
  })
  return {
    sync,
    get state() {
      return state
    },
    head: () => headOf(state),
    async turn(): Promise<void> {
      turn += 1
      due.filter((one) => one.at <= turn).forEach((one) => one.go())
      due.splice(0, due.length, ...due.filter((one) => one.at > turn))
      for (let i = 0; i < 8; i++) await Promise.resolve()
    },
  }
}
