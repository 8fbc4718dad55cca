import { expect, it } from 'vitest'
import { addressedTo, blank, doubtOf, flawOf, fromDraft, gist, isBlank, mailboxOf, toDraft, toSend } from './newMail'
import type { Fresh } from './newMail'

const ann = { name: 'Ann Li', address: 'ann@a.org' }
const kept = ({ mailbox, customerId, text, ...head }: Fresh) => ({
  sheet: 's1', version: 1, saved_at: '', mailbox, customer_id: customerId, mail: toDraft({ ...blank, ...head }).mail ?? {}, text,
})
const full = { ...blank, mailbox: 'sales', customerId: 'c1', to: [ann], cc: [{ name: '', address: 'bo@b.org' }], subject: 'Offer', text: 'Dear Ann' }

it('comes back from the hub as it was kept', () => {
  expect(fromDraft(kept(full))).toEqual(full)
  expect(fromDraft(kept(blank))).toEqual(blank)
})

it('is known by whom it goes to, its subject and its first line', () => {
  expect(gist(kept({ ...full, text: '\nDear Ann,\nhere' }))).toBe('Ann Li · Offer · Dear Ann,')
  expect(gist(kept({ ...blank, text: 'half' }))).toBe('half')
})

it('sends what stands there', () => {
  expect(toSend('m1', full, 'sales', ['f1'], { sheet: 's1' })).toEqual({
    id: 'm1', sheet: { sheet: 's1' }, mailbox: 'sales', customer_id: 'c1', text: 'Dear Ann', files: ['f1'],
    mail: { kind: 'new', to: [ann], cc: [{ name: '', address: 'bo@b.org' }], bcc: [], subject: 'Offer', quote: false },
  })
})

it('leaves from the chosen mailbox while there is one, else from the first', () => {
  const box = (id: string) => ({ id, address: `${id}@acme.test`, name: id, signature: '', queue: 'support' })
  expect(mailboxOf(full, [box('support'), box('sales')])?.id).toBe('sales')
  expect(mailboxOf(full, [box('support')])?.id).toBe('support')
  expect(mailboxOf(full, [])).toBeUndefined()
})

it('says what keeps it from being sent, and what is asked about once', () => {
  expect(flawOf(blank, 0)).toBe('recipients')
  expect(flawOf({ ...full, text: ' ' }, 0)).toBe('unwritten')
  expect(flawOf({ ...full, text: '' }, 1)).toBeNull()
  expect(doubtOf({ ...full, subject: ' ' }, 0)).toBe('no_subject')
  expect(doubtOf({ ...full, text: 'see attachment' }, 0)).toBe('forgotten')
  expect(doubtOf(full, 0)).toBeNull()
})

it('begins with the customer it was opened from, and adds him to what is being written', () => {
  const customer = { id: 'c2', name: 'Bo', address: 'BO@b.org' }
  expect(addressedTo(blank, customer)).toMatchObject({ customerId: 'c2', to: [{ name: 'Bo', address: 'BO@b.org' }] })
  expect(addressedTo({ ...full, cc: [] }, customer)).toMatchObject({ customerId: 'c1', to: [ann, { address: 'BO@b.org' }] })
  expect(addressedTo(addressedTo(blank, customer), { ...customer, address: 'bo@B.org' }).to).toHaveLength(1)
  expect(isBlank(addressedTo(blank, { ...customer, address: '' }))).toBe(true)
})
