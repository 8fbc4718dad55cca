import { expect, it } from 'vitest'
import { card, detail, mail, touch } from '../../desk/testing/make'
import type { ReplyView } from '../../desk/wire'
import { draftOf, forgotten, headOf, known, letterOf, problemOf, turned, undeliverable, wireOf } from './letter'
import type { Letter } from './letter'

const ann = { name: 'Ann Li', address: 'ann@a.org' }
const bo = { name: '', address: 'bo@b.org' }
const cy = { name: '', address: 'cy@c.org' }
const view: ReplyView = {
  mailbox: 'support', author: { name: 'Support', address: 'support@acme.test' }, to: [ann], cc: [bo], subject: 'Re: No light',
  forward_subject: 'Fwd: No light', signature: 'Bye', template: '', undeliverable: [],
}
const plain: Letter = { mode: 'reply', edits: {} }

it('proposes for each way of answering what the hub says', () => {
  expect(headOf(plain, view)).toEqual({ to: [ann], cc: [], bcc: [], subject: 'Re: No light', quote: true })
  expect(headOf({ mode: 'all', edits: {} }, view)).toMatchObject({ to: [ann], cc: [bo] })
  expect(headOf({ mode: 'forward', edits: {} }, view)).toMatchObject({ to: [], cc: [], subject: 'Fwd: No light' })
})

it('keeps what was changed and lets the rest follow the thread', () => {
  const letter: Letter = { mode: 'reply', edits: { cc: [cy] } }
  expect(headOf(letter, { ...view, to: [bo], subject: 'Re: Still no light' })).toMatchObject({ to: [bo], cc: [cy], subject: 'Re: Still no light' })
})

it('begins anew with recipients and subject when another way is chosen', () => {
  const letter: Letter = { mode: 'reply', edits: { to: [cy], subject: 'x', bcc: [bo], quote: false } }
  expect(turned(letter, 'all')).toEqual({ mode: 'all', edits: { bcc: [bo], quote: false } })
  expect(headOf(turned(letter, 'forward'), view)).toMatchObject({ to: [], quote: true })
})

it.each<Letter>([
  plain,
  { mode: 'all', edits: {} },
  { mode: 'reply', edits: { cc: [cy], bcc: [bo] } },
  { mode: 'forward', edits: { to: [cy], quote: false } },
  { mode: 'reply', edits: { subject: 'Something else' } },
  { mode: 'all', edits: { to: [] } },
])('comes back from the hub as it was kept: %j', (letter) => {
  expect(letterOf(draftOf(letter, view), view)).toEqual(letter)
})

it('keeps nothing of a plain reply, but sends its recipients: they are frozen when it is written', () => {
  expect(draftOf(plain, view)).toBeNull()
  expect(wireOf('reply', headOf(plain, view))).toEqual({ kind: 'reply', to: [ann], cc: [], bcc: [], subject: 'Re: No light', quote: true })
})

it('says what is wrong with the recipients', () => {
  const head = headOf(plain, view)
  expect(problemOf(head)).toBeNull()
  expect(problemOf({ ...head, to: [] })).toEqual({ code: 'nobody', field: 'to' })
  expect(problemOf({ ...head, to: [], bcc: [bo] })).toBeNull()
  expect(problemOf({ ...head, cc: [{ name: '', address: 'bo@' }] })).toEqual({ code: 'invalid', field: 'cc', address: 'bo@' })
})

it('knows those who took part, the customer, and none of ourselves', () => {
  const touches = [touch({ interaction_id: 'i', version: 1, mail: mail({ author: ann, to: [view.author], cc: [bo] }) })]
  const one = { ...detail(card({ id: 'i' }), touches), reply: view }
  const address = { kind: 'email', value: 'ann@home.org', verified: true, undeliverable_at: '2026-01-01T00:00:00Z', undeliverable_reason: '550 no such user' }
  one.customer = { ...one.customer, addresses: [address] }
  expect(known(one).map((who) => who.address)).toEqual(['ann@a.org', 'bo@b.org', 'ann@home.org'])
  expect(undeliverable(one).get('ann@home.org')).toBe('550 no such user')
  const copied = { ...view, undeliverable: [{ address: 'bo@b.org', since: '2026-01-01T00:00:00Z', reason: '5.1.1 gone' }] }
  expect(undeliverable({ ...one, reply: copied }).get('bo@b.org')).toBe('5.1.1 gone')
})

it('notices a promised file that is not there', () => {
  expect([forgotten('The form is attached.', 0), forgotten('见附件', 0), forgotten('The form is attached.', 1), forgotten('Thanks', 0)]).toEqual([true, true, false, false])
})
