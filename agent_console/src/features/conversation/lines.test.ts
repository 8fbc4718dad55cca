import { expect, it } from 'vitest'
import { touch } from '../../desk/testing/make'
import { translator } from '../../i18n'
import { eventText, lines } from './lines'

const t = translator('en')
const names = { customer: 'Ann Li', agent: (id: string) => (id === 'a1' ? 'Bo' : id), queue: (id: string) => id.toUpperCase(), disposition: (id: string) => id }
const event = (kind: string, data: Record<string, unknown> = {}) =>
  touch({ interaction_id: 'i', version: 1, kind, text: null, actor: 'agent', actor_name: 'Bo', data })

it('puts a day before the first line of each day and leaves out what says nothing', () => {
  const all = lines(
    [
      touch({ interaction_id: 'i', version: 1, at: '2025-03-03T10:00:00Z' }),
      touch({ interaction_id: 'i', version: 2, at: '2025-03-03T11:00:00Z', kind: 'read', text: null }),
      touch({ interaction_id: 'i', version: 3, at: '2025-03-03T12:00:00Z', note: true, kind: 'noted' }),
      touch({ interaction_id: 'i', version: 4, at: '2025-03-05T12:00:00Z', kind: 'ended', text: null }),
    ],
    t,
  )
  expect(all.map((line) => line.kind)).toEqual(['day', 'message', 'note', 'day', 'event'])
})

it.each([
  [event('accepted', { waited: 65 }), 'Bo accepted after 1:05'],
  [event('offered', { agent: 'a1' }), 'Offered to Bo'],
  [event('offered', { agent: 'a1', beside: ['a1', 'a1'] }), 'Offered to Bo, and at once to Bo, Bo'],
  [event('declined', { reason: 'busy' }), 'Bo declined: I am still busy'],
  [event('declined', { reason: 'Lunch now' }), 'Bo declined: Lunch now'],
  [event('transferred', { from: 'a', to: 'b', reason: 'billing matter' }), 'Bo moved it from A to B: billing matter'],
  [event('reprioritised', { from: 0, to: 5, reason: 'angry' }), 'Bo changed the priority from 0 to 5: angry'],
  [event('wrapped_up', { automatic: true }), 'Closed: the time for the wrap-up was over'],
  [event('delivery', { state: 'failed', error: 'mailbox_unknown: 550 5.1.1 <a@b.org>: User unknown' }), 'A message was not delivered: There is no such mailbox.'],
  [event('delivery', { state: 'unconfirmed', error: 'no_answer: EOF' }), 'Nobody knows whether a message arrived: The connection broke before the answer came.'],
  [event('reported', { action: 'failed', recipient: 'a@b.org', text: '550 no' }), 'Not delivered to a@b.org: 550 no'],
  [event('reported', { action: 'delayed', recipient: 'a@b.org', text: '' }), 'Delayed on the way to a@b.org; the mail server goes on trying'],
  [event('acknowledged'), 'The hub told the customer that the mail has arrived'],
  [event('taken_back'), 'Bo took the mail back before it left'],
  [event('decided', { what: 'sent' }), 'Bo knows that the mail arrived'],
  [event('linked', { accepted: false }), 'Bo found no relation to another contact'],
  [event('invented_tomorrow'), 'Bo: invented tomorrow'],
])('says in words what happened: %#', (one, text) => {
  expect(eventText(one, t, names)).toBe(text)
})
