import { describe, expect, it } from 'vitest'
import { apply } from './apply'
import type { DeskEvent } from './apply'
import { empty } from './state'
import { agent, card, detail, mail, snapshot, touch } from './testing/make'

const run = (...events: DeskEvent[]) => events.reduce(apply, { ...empty, me: agent() })
const moved = (version: number, fields: Parameters<typeof card>[0] | null, note?: ReturnType<typeof touch>): DeskEvent => ({
  type: 'card',
  event: { id: 'a', version, card: fields && card({ ...fields, version }), touch: note ?? null },
})

describe('cards', () => {
  it('takes a newer version and ignores an older or equal one', () => {
    const state = run(moved(3, { id: 'a', last_text: 'new' }), moved(2, { id: 'a', last_text: 'old' }), moved(3, { id: 'a', last_text: 'twin' }))
    expect(state.cards.a?.last_text).toBe('new')
  })

  it('does not bring back what has left', () => {
    const state = run(moved(2, { id: 'a' }), moved(4, null), moved(3, { id: 'a' }))
    expect(state.cards).toEqual({})
    expect(state.left).toEqual({ a: 4 })
  })

  it('takes back what returns with a newer version', () => {
    expect(run(moved(4, null), moved(5, { id: 'a' })).cards.a?.version).toBe(5)
  })

  it('forgets with a snapshot what the snapshot does not have, and remembers that it left', () => {
    const state = run(moved(3, { id: 'a' }), { type: 'snapshot', snapshot: snapshot([card({ id: 'b' })]) }, moved(3, { id: 'a' }))
    expect(Object.keys(state.cards)).toEqual(['b'])
  })

  it('removes what a command closed and keeps what it made mine', () => {
    const done = run(moved(3, { id: 'a' }), { type: 'answer', card: card({ id: 'a', version: 4, state: 'done' }) })
    expect(done.cards).toEqual({})
    const accepted = run({ type: 'answer', card: card({ id: 'a', version: 4 }) })
    expect(accepted.cards.a?.version).toBe(4)
    const foreign = run({ type: 'answer', card: card({ id: 'a', version: 4, agent_id: 'other' }) })
    expect(foreign.cards).toEqual({})
  })
})

it('changes the clock of a card without a new version, and keeps it through older news', () => {
  const clock = { name: 'first_response', state: 'warned', due_at: '2025-03-03T10:05:00Z', left_seconds: 300 } as const
  const told: DeskEvent = { type: 'clock', event: { interaction_id: 'a', clock } }
  const state = run(moved(3, { id: 'a' }), { type: 'detail', detail: detail(card({ id: 'a', version: 3 })) }, told)
  expect(state.cards.a?.clock).toEqual(clock)
  expect(state.details.a?.card.clock).toEqual(clock)
  expect(run(told).cards).toEqual({})
})

describe('an opened interaction', () => {
  const opened: DeskEvent = { type: 'detail', detail: detail(card({ id: 'a', version: 3 })) }

  it('takes the very next touch', () => {
    const state = run(opened, moved(4, { id: 'a' }, touch({ interaction_id: 'a', version: 4 })))
    expect(state.details.a?.touches).toHaveLength(1)
    expect(state.details.a?.card.version).toBe(4)
    expect(state.gaps).toEqual([])
  })

  it('notices a jump and asks for the whole, without showing a history with a hole', () => {
    const state = run(opened, moved(5, { id: 'a' }, touch({ interaction_id: 'a', version: 5 })))
    expect(state.gaps).toEqual(['a'])
    expect(state.details.a?.touches).toEqual([])
    expect(state.cards.a?.version).toBe(5)
  })

  it('shows a touch once, whether it comes from the answer or the event first', () => {
    const note = touch({ interaction_id: 'a', version: 4, kind: 'noted', note: true })
    const state = run(opened, { type: 'touch', touch: note }, moved(4, { id: 'a' }, note))
    expect(state.details.a?.touches).toHaveLength(1)
  })

  it('is not overwritten by an answer that is older than what came live', () => {
    const state = run(opened, moved(4, { id: 'a' }, touch({ interaction_id: 'a', version: 4 })), opened)
    expect(state.details.a?.card.version).toBe(4)
  })

  it('is looked at again after a snapshot', () => {
    expect(run(opened, { type: 'snapshot', snapshot: snapshot([]) }).gaps).toEqual(['a'])
  })
})

describe('delivery marks', () => {
  const sent = touch({ interaction_id: 'a', version: 3, kind: 'said', message_id: 'm', message_state: 'pending' })
  const opened: DeskEvent = { type: 'detail', detail: detail(card({ id: 'a', version: 3 }), [sent]) }
  const mark = (state: 'sent' | 'delivered' | 'read'): DeskEvent => ({
    type: 'message', event: { interaction_id: 'a', message_id: 'm', state, error: null },
  })

  it('only go forward', () => {
    const state = run(opened, mark('read'), mark('delivered'), mark('sent'))
    expect(state.details.a?.touches[0]?.message_state).toBe('read')
  })
})

it('does not put on a supervisor\'s desk what others hold, although he hears of it', () => {
  const boss = agent({ role: 'supervisor' })
  const heard = apply({ ...empty, me: boss }, moved(3, { id: 'a', agent_id: 'other' }))
  expect(heard.cards).toEqual({})
  const parked = apply({ ...empty, me: boss }, moved(3, { id: 'a', agent_id: null, state: 'parked' }))
  expect(parked.cards).toEqual({})
})

it('asks again when two things happened before the first was told', () => {
  const event = moved(5, { id: 'a' }, touch({ interaction_id: 'a', version: 4 }))
  const state = run({ type: 'detail', detail: detail(card({ id: 'a', version: 3 })) }, event)
  expect(state.details.a?.touches.map((one) => one.version)).toEqual([4])
  expect(state.gaps).toEqual(['a'])
})

it('keeps the newest of my own presence', () => {
  const newer = agent({ version: 5, used: 2 })
  const state = run({ type: 'agent', event: { agent: newer } }, { type: 'agent', event: { agent: agent({ version: 4 }) } })
  expect(state.me?.used).toBe(2)
})

it('forgets a typist who stopped', () => {
  const typing = (on: boolean): DeskEvent => ({ type: 'typing', until: 9, event: { interaction_id: 'a', who: 'Ann', on } })
  expect(run(typing(true)).typing.a).toHaveLength(1)
  expect(run(typing(true), typing(true), typing(false)).typing.a).toEqual([])
})

describe('mails', () => {
  const opened: DeskEvent = { type: 'detail', detail: detail(card({ id: 'a', version: 1 })) }
  const happens = (fields: Partial<ReturnType<typeof touch>>): DeskEvent =>
    moved(2, { id: 'a' }, touch({ interaction_id: 'a', version: 2, ...fields }))

  it('shows a mail at once, and asks for what it changes besides: to whom an answer goes', () => {
    const state = run(opened, happens({ mail: mail() }))
    expect(state.details.a?.touches).toHaveLength(1)
    expect(state.gaps).toEqual(['a'])
    expect(run(opened, happens({})).gaps).toEqual([])
  })

  it.each([{ channel: 'whatsapp' }, { channel: 'sms', data: { opt: 'stop' } }, { channel: 'sms', data: { opt: 'start' } }])(
    'looks again after a text that opens or closes the way back', (fields) => {
      expect(run(opened, happens(fields)).gaps).toEqual(['a'])
      expect(run(opened, happens({ channel: 'sms' })).gaps).toEqual([])
    })

  it.each(['delivery', 'reported', 'taken_back', 'decided', 'linked', 'fetched'])('looks again after %s', (kind) => {
    expect(run(opened, happens({ kind, text: null })).gaps).toEqual(['a'])
  })

  it('ranks what became of a mail as the hub does', () => {
    const sent = touch({ interaction_id: 'a', version: 2, message_id: 'm', message_state: 'pending' })
    const says = (state: 'withdrawn' | 'sent' | 'failed' | 'delivered'): DeskEvent => ({ type: 'message', event: { interaction_id: 'a', message_id: 'm', state, error: null } })
    const after = (...states: Parameters<typeof says>[0][]) =>
      run({ type: 'detail', detail: detail(card({ id: 'a', version: 2 }), [sent]) }, ...states.map(says)).details.a?.touches[0]?.message_state
    expect([after('withdrawn'), after('sent', 'failed'), after('delivered', 'failed'), after('withdrawn', 'sent')]).toEqual(['withdrawn', 'failed', 'delivered', 'withdrawn'])
  })

  it('takes up other words about a mail that some have and others do not', () => {
    const sent = touch({ interaction_id: 'a', version: 2, message_id: 'm', message_state: 'sent', message_error: 'later bo@b.org: 450 busy' })
    const mark: DeskEvent = { type: 'message', event: { interaction_id: 'a', message_id: 'm', state: 'sent', error: null } }
    const state = run({ type: 'detail', detail: detail(card({ id: 'a', version: 2 }), [sent]) }, mark)
    expect(state.details.a?.touches[0]?.message_error).toBe(null)
  })

  it('holds what comes back until the composer has taken it up', () => {
    const back = { interactionId: 'a', kind: 'reply' as const, text: 'Dear Ann', files: [], mail: null }
    const state = run(opened, { type: 'returned', back })
    expect(state.returned.a).toBe(back)
    expect(apply(state, { type: 'taken_up', id: 'a' }).returned).toEqual({})
  })

  it('keeps the drafts of each kind', () => {
    const draft = (text: string) => [{ sheet: text, version: 1, saved_at: '', text, mail: null }]
    const state = run(opened, { type: 'drafted', id: 'a', kind: 'reply', drafts: draft('x') }, { type: 'drafted', id: 'a', kind: 'note', drafts: draft('y') })
    expect(state.details.a).toMatchObject({ drafts: { reply: draft('x'), note: draft('y') } })
  })
})

it('looks again for a mark that came while the message was still being fetched', () => {
  const mark: DeskEvent = { type: 'message', event: { interaction_id: 'a', message_id: 'm', state: 'sent', error: null } }
  const older: DeskEvent = { type: 'detail', detail: detail(card({ id: 'a' }), [touch({ interaction_id: 'a', version: 1, message_id: 'm', message_state: 'pending' })]) }
  const state = run({ type: 'detail', detail: detail(card({ id: 'a' })) }, mark, older)
  expect(state.gaps).toEqual(['a'])
  expect(apply(state, older).gaps).toEqual([])
})
