import { describe, expect, it, vi } from 'vitest'
import { ApiError } from './api'
import { apply } from './apply'
import { createClock } from './clock'
import { empty } from './state'
import type { DeskState } from './state'
import { Sync } from './sync'
import { agent, card, snapshot, touch } from './testing/make'
import { deskIn, dice, World } from './testing/world'
import type { Snapshot } from './wire'

async function settle(desk: ReturnType<typeof deskIn>, turns = 12): Promise<void> {
  for (let i = 0; i < turns; i++) await desk.turn()
}

describe('whatever the network does, a heartbeat later the screen is the truth', () => {
  it.each(Array.from({ length: 150 }, (_, seed) => seed))('seed %i', async (seed) => {
    const roll = dice(seed)
    const world = new World(roll)
    const desk = deskIn(world, () => 1 + Math.floor(roll() * 4))
    desk.sync.connect()
    desk.sync.open('i0')
    const late: (() => void)[] = []
    for (let step = 0; step < 60; step++) {
      const event = world.move()
      const deliver = () => desk.sync.card(event)
      const fate = roll()
      if (fate < 0.15) late.push(deliver)
      else if (fate > 0.25) deliver() // between the two: lost
      if (fate > 0.9) deliver()
      if (roll() < 0.2) late.splice(Math.floor(roll() * late.length), 1)[0]?.()
      if (roll() < 0.05) desk.sync.connect()
      if (roll() < 0.5) await desk.turn()
    }
    await settle(desk)
    late.forEach((deliver) => deliver())
    desk.sync.heartbeat(world.heartbeat())
    await settle(desk)
    desk.sync.heartbeat(world.heartbeat())
    await settle(desk)
    expect(Object.values(desk.state.cards).sort((a, b) => a.id.localeCompare(b.id))).toEqual(
      world.cards().sort((a, b) => a.id.localeCompare(b.id)),
    )
    expect(desk.state.details.i0?.touches).toEqual(world.detail('i0').touches)
    expect(desk.state.gaps).toEqual([])
  })
})

function bench(desk: () => Promise<Snapshot>) {
  let state: DeskState = { ...empty, me: agent() }
  const jobs: (() => void)[] = []
  const onNoSession = vi.fn()
  const load = { desk: vi.fn(desk), interaction: vi.fn(() => Promise.reject(new ApiError(404, { code: 'not_found' }))) }
  const sync = new Sync({
    load, onNoSession, clock: createClock(() => 0),
    get: () => state,
    dispatch: (event) => {
      state = apply(state, event)
    },
    later: (job) => {
      jobs.push(job)
      return () => undefined
    },
  })
  return { sync, load, jobs, onNoSession, state: () => state }
}

const tick = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('sync', () => {
  it('holds events while a snapshot loads and applies only the newer ones', async () => {
    let answer: (value: Snapshot) => void = () => undefined
    const b = bench(() => new Promise((resolve) => (answer = resolve)))
    b.sync.connect()
    b.sync.card({ id: 'a', version: 4, card: card({ id: 'a', version: 4, last_text: 'old' }), touch: null })
    b.sync.card({ id: 'b', version: 2, card: card({ id: 'b', version: 2 }), touch: null })
    expect(b.state().cards).toEqual({})
    answer(snapshot([card({ id: 'a', version: 5, last_text: 'newer' })]))
    await tick()
    expect(b.state().cards.a?.last_text).toBe('newer')
    expect(b.state().cards.b?.version).toBe(2)
    expect(b.state().link).toBe('live')
  })

  it('tries again after a failure and keeps the events meanwhile', async () => {
    let fail = true
    const b = bench(() => (fail ? Promise.reject(new ApiError(0, {})) : Promise.resolve(snapshot([]))))
    b.sync.connect()
    b.sync.card({ id: 'a', version: 1, card: card({ id: 'a' }), touch: null })
    await tick()
    expect(b.state().cards.a).toBeDefined()
    fail = false
    b.jobs.forEach((job) => job())
    await tick()
    expect(b.state().cards).toEqual({})
    expect(b.state().link).toBe('live')
  })

  it('says that the session is over and does not try again', async () => {
    const b = bench(() => Promise.reject(new ApiError(401, { code: 'no_session' })))
    b.sync.connect()
    await tick()
    expect(b.onNoSession).toHaveBeenCalledOnce()
    expect(b.state().link).toBe('ended')
    expect(b.jobs).toEqual([])
  })

  it('asks for nothing when the heartbeat agrees', async () => {
    const b = bench(() => Promise.resolve(snapshot([card({ id: 'a' })])))
    b.sync.connect()
    await tick()
    b.sync.heartbeat({ now: '2025-03-03T10:00:10Z', head: snapshot([card({ id: 'a' })]).head })
    expect(b.load.desk).toHaveBeenCalledOnce()
    b.sync.heartbeat({ now: '2025-03-03T10:00:10Z', head: snapshot([]).head })
    expect(b.load.desk).toHaveBeenCalledTimes(2)
  })

  it('marks the moment at which the connection was lost, and recovers', async () => {
    const b = bench(() => Promise.resolve(snapshot([])))
    b.sync.connect()
    await tick()
    const asOf = b.state().asOf
    b.sync.disconnect()
    expect(b.state()).toMatchObject({ link: 'lost', asOf })
    b.sync.connect()
    await tick()
    expect(b.state().link).toBe('live')
  })

  it('says why an interaction cannot be opened', async () => {
    const b = bench(() => Promise.resolve(snapshot([])))
    b.sync.open('gone')
    await tick()
    expect(b.state().problems).toEqual({ gone: 'not_found' })
  })

  it('fetches an opened interaction again when a touch was missed', async () => {
    const world = new World(dice(1))
    world.items.set('i0', { version: 3, mine: true, touches: [touch({ interaction_id: 'i0', version: 3 })] })
    const desk = deskIn(world, () => 1)
    desk.sync.open('i0')
    await settle(desk, 3)
    world.items.set('i0', { version: 6, mine: true, touches: [touch({ interaction_id: 'i0', version: 6 })] })
    desk.sync.card({ id: 'i0', version: 6, card: card({ id: 'i0', version: 6 }), touch: touch({ interaction_id: 'i0', version: 6 }) })
    await settle(desk, 3)
    expect(desk.state.details.i0?.card.version).toBe(6)
  })
})
