import { describe, expect, test } from 'vitest'

import { openKeep } from '../src/keep'
import { Outbox } from '../src/outbox'
import { Sender } from '../src/sender'
import type { Answer, Taken } from '../src/types'

/** A hub that stores each id once, on a network that the test breaks. */
class World {
  readonly outbox = new Outbox(openKeep('chat', null), () => 1)
  readonly stored: string[] = []
  readonly attempts: string[] = []
  readonly acknowledged: string[] = []
  readonly later: (() => void)[] = []
  faults: ('lost on the way' | 'answer lost' | 'unavailable' | 'invalid')[] = []
  online = true
  readonly sender = new Sender(this.outbox, {
    ask: (_, data) => this.ask(data as { id: string }),
    connected: () => this.online,
    later: (_, act) => this.later.push(act),
    sent: (letter) => this.acknowledged.push(letter.id),
    changed: () => undefined,
  })

  write(...ids: string[]): void {
    for (const id of ids) this.outbox.add({ id, text: id, files: [] })
  }

  async goOn(): Promise<void> {
    this.later.splice(0).forEach((act) => act())
    await new Promise((done) => setTimeout(done))
  }

  private async ask({ id }: { id: string }): Promise<Answer<Taken>> {
    await Promise.resolve()
    this.attempts.push(id)
    const fault = this.faults.shift()
    if (fault === 'lost on the way') throw new Error(fault)
    if (fault === 'unavailable') return { ok: false, code: fault, message: '', after: 5 }
    if (fault === 'invalid') return { ok: false, code: fault, message: '', fields: { text: 'too_long' } }
    if (!this.stored.includes(id)) this.stored.push(id)
    if (fault === 'answer lost') throw new Error(fault)
    return { ok: true, id, number: this.stored.indexOf(id) + 1, interaction_id: 'i', at: '', reference: '', token: '' }
  }
}

describe('sender', () => {
  test('sends in order, one at a time', async () => {
    const world = new World()
    world.write('a', 'b', 'c')
    await world.sender.flush()
    expect(world.stored).toEqual(['a', 'b', 'c'])
    expect(world.outbox.all()).toEqual([])
  })

  test.each(['lost on the way', 'answer lost', 'unavailable'] as const)('%s: neither lost nor doubled nor overtaken', async (fault) => {
    const world = new World()
    world.faults = [fault, fault]
    world.write('a', 'b')
    await world.sender.flush()
    await world.goOn()
    await world.goOn()
    expect(world.stored).toEqual(['a', 'b'])
    expect(world.acknowledged).toEqual(['a', 'b'])
    expect(world.attempts.slice(0, 3)).toEqual(['a', 'a', 'a'])
  })

  test('waits for a connection and asks nobody without one', async () => {
    const world = new World()
    world.online = false
    world.write('a')
    await world.sender.flush()
    expect(world.attempts).toEqual([])
    world.online = true
    await world.sender.flush()
    expect(world.stored).toEqual(['a'])
  })

  test('two calls at once send once', async () => {
    const world = new World()
    world.write('a')
    await Promise.all([world.sender.flush(), world.sender.flush()])
    expect(world.attempts).toEqual(['a'])
  })

  test('what will never be taken stays with its reason, and the rest goes on', async () => {
    const world = new World()
    world.faults = ['invalid']
    world.write('a', 'b')
    await world.sender.flush()
    expect(world.stored).toEqual(['b'])
    expect(world.outbox.all()).toMatchObject([{ id: 'a', refused: 'too_long' }])
  })
})
