import { describe, expect, test } from 'vitest'
import { blank, contactOf, localField, wrong } from './entry'
import type { Entry } from './entry'

const NOW = Date.parse('2026-03-02T09:00:30Z')
const entry = (fields: Partial<Entry>): Entry => ({ ...blank('id-1', NOW), name: 'Ann', text: 'asked for a form', ...fields })

describe('wrong', () => {
  test('a good entry', () => expect(wrong(entry({}), NOW)).toEqual({}))
  test('somebody has to be named', () => expect(wrong(entry({ name: '  ' }), NOW)).toEqual({ who: 'who' }))
  test('a phone number is enough', () => expect(wrong(entry({ name: '', phone: '+49 30 1' }), NOW)).toEqual({}))
  test('so is a known customer', () => expect(wrong(entry({ name: '', customerId: 'c' }), NOW)).toEqual({}))
  test('a file alone says nothing to the next reader', () =>
    expect(wrong(entry({ text: '\n', files: [{ id: 'f', name: 'fax.pdf' }] }), NOW)).toEqual({ text: 'required' }))
  test('the past is welcome', () => expect(wrong(entry({ at: '1999-12-31T23:59' }), NOW)).toEqual({}))
  test('the future is not', () => expect(wrong(entry({ at: localField(NOW + 3_600_000) }), NOW)).toEqual({ at: 'future' }))
  test('an emptied date', () => expect(wrong(entry({ at: '' }), NOW)).toEqual({ at: 'at' }))
  test('an address without @', () => expect(wrong(entry({ email: 'ann' }), NOW)).toEqual({ email: 'email' }))
})

describe('contact', () => {
  test('the local time becomes the moment it means', () =>
    expect(contactOf(entry({ at: localField(NOW - 60_000) })).at).toBe('2026-03-02T08:59:00.000Z'))
  test('a time that nobody touched is kept to the second', () =>
    expect(contactOf(entry({})).at).toBe('2026-03-02T09:00:30.000Z'))
  test('the id of the dialog is kept, so that a second attempt is the same contact', () =>
    expect(contactOf(entry({})).id).toBe('id-1'))
  test('a known customer is not described again', () =>
    expect(contactOf(entry({ customerId: 'c', email: 'x@y' }))).toMatchObject({ customer_id: 'c', name: '', email: '' }))
  test('what is followed up has no outcome yet', () =>
    expect(contactOf(entry({ followUp: 'support', disposition: 'solved' }))).toMatchObject({ follow_up: 'support', disposition: null }))
})
