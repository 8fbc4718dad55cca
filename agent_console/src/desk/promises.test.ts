import { expect, it } from 'vitest'
import { apply } from './apply'
import type { DeskEvent } from './apply'
import { empty } from './state'
import { agent, card, touch } from './testing/make'
import type { AgentView, TouchView } from './wire'

const told = (me: Partial<AgentView>, fields: Partial<TouchView>, mine = true): number => {
  const lay: DeskEvent = { type: 'card', event: { id: 'a', version: 2, card: card({ id: 'a', version: 2 }), touch: null } }
  const one = touch({ interaction_id: 'a', version: 3, actor: 'system', ...fields })
  const moved: DeskEvent = { type: 'card', event: { id: 'a', version: 3, card: null, touch: one } }
  const events = mine ? [lay, moved, moved] : [moved, moved]
  return events.reduce(apply, { ...empty, me: agent(me) }).notices.length
}
const tell = ['holder', 'supervisor']

it.each([
  ['a broken promise of mine', {}, { kind: 'sla_breached', data: { tell } }, true, 1],
  ['one of somebody else', {}, { kind: 'sla_breached', data: { tell } }, false, 0],
  ['one of anybody, to a supervisor', { role: 'supervisor' }, { kind: 'sla_breached', data: { tell } }, false, 1],
  ['one of anybody, to an administrator', { role: 'admin' }, { kind: 'sla_warned', data: { tell } }, false, 1],
  ['what was superseded in an outage', { role: 'supervisor' }, { kind: 'sla_warned', data: { tell: [] } }, true, 0],
  ['a step that tells supervisors', { role: 'supervisor' }, { kind: 'escalated', data: { tell: ['supervisor'] } }, false, 1],
  ['a step that tells agents, to one who may take it', {}, { kind: 'escalated', data: { tell: ['agent'] } }, false, 1],
  ['a step that tells agents, to a supervisor who holds it', { role: 'supervisor' }, { kind: 'escalated', data: { tell: ['agent'] } }, true, 1],
  ['a step that tells agents, to a supervisor who looks on', { role: 'supervisor' }, { kind: 'escalated', data: { tell: ['agent'] } }, false, 0],
  ['my own step', { role: 'supervisor' }, { kind: 'escalated', actor_id: 'me', data: { tell: ['supervisor'] } }, true, 0],
  ['a customer I did not answer', {}, { kind: 'requeued', data: { reason: 'unanswered' } }, true, 1],
  ['what I may not hold any more', {}, { kind: 'requeued', data: { reason: 'permission_lost' } }, true, 1],
  ['an offer that somebody else was first to accept', {}, { kind: 'accepted', actor_id: 'bo', data: { beside: ['me'] } }, true, 1],
  ['what somebody else accepted', {}, { kind: 'accepted', actor_id: 'bo', data: {} }, false, 0],
  ['what I gave back', {}, { kind: 'requeued', data: { reason: 'lunch' } }, true, 0],
] as const)('%s', (_, me, fields, mine, times) => expect(told(me, fields as Partial<TouchView>, mine)).toBe(times))

it('an offer that rings at several lies on each desk until somebody is first', () => {
  const rings = card({ id: 'a', version: 2, state: 'offered', agent_id: 'bo', beside: ['me'] })
  const offered = apply({ ...empty, me: agent() }, { type: 'card', event: { id: 'a', version: 2, card: rings, touch: null } })
  expect(Object.keys(offered.cards)).toEqual(['a'])
  const first = touch({ interaction_id: 'a', version: 3, kind: 'accepted', actor: 'agent', actor_id: 'bo', data: { beside: ['me'] } })
  const gone = apply(offered, { type: 'card', event: { id: 'a', version: 3, card: null, touch: first } })
  expect([Object.keys(gone.cards), gone.notices.map((one) => one.kind)]).toEqual([[], ['accepted']])
})
