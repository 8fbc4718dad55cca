import { expect, it } from 'vitest'
import type { CustomerView, TextStandingView } from '../../desk/wire'
import { blankText, fileFlaw, fromKept, inTheWay, isBlankText, textGist, textTo, toKeep } from './newText'

const full = { sender: 'sms:main:+1', customerId: 'c1', number: '+1555', text: '\nHello\nAnn' }
const kept = { sheet: 's1', version: 1, saved_at: '', sender: full.sender, customer_id: 'c1', number: full.number, text: full.text }
const customer = (id: string, value: string) => ({ id, addresses: [{ kind: 'email', value: 'a@b.c' }, { kind: 'phone', value }] }) as unknown as CustomerView
const standing = (more: Partial<NonNullable<TextStandingView['texting']>>, open: string | null = null): TextStandingView => ({
  number: '+1', open,
  texting: { kind: 'sms', sender: '+1', longest: 1600, opted_out_at: null, free_until: null, templates: [], unreachable: null, ...more },
})

it('comes back from the hub as it was kept, and is known by its number and first line', () => {
  expect(fromKept(kept)).toEqual(full)
  expect(kept).toMatchObject(toKeep(full))
  expect(textGist(kept)).toBe('+1555 · Hello')
  expect(isBlankText({ ...full, number: ' ', text: '\n' })).toBe(true)
})

it('goes to the customer it was opened from, and keeps what was begun for him', () => {
  expect(textTo(full, customer('c1', '+2'))).toEqual(full)
  expect(textTo(full, customer('c2', '+2'))).toEqual({ sender: full.sender, customerId: 'c2', number: '+2', text: '' })
  expect(textTo(blankText, { ...customer('c2', ''), addresses: [] }).number).toBe('')
})

it('knows how many files go with a text, and how large', () => {
  const of = (...sizes: number[]) => sizes.map((size) => ({ size }))
  expect(fileFlaw('sms', of(2_500_000, 2_500_000))).toBeNull()
  expect(fileFlaw('sms', of(2_500_000, 2_500_001))).toBe('text_bytes')
  expect(fileFlaw('sms', of(...Array<number>(11).fill(1)))).toBe('text_files')
  expect(fileFlaw('whatsapp', of(16_000_000))).toBeNull()
  expect(fileFlaw('whatsapp', of(1, 1))).toBe('text_files')
  expect(fileFlaw('whatsapp', of(16_000_001))).toBe('text_bytes')
})

it('says what is in the way before a word is written', () => {
  const now = Date.parse('2026-11-23T10:00:00Z')
  expect(inTheWay(null, now)).toBeNull()
  expect(inTheWay({ number: null, texting: null, open: null }, now)).toBeNull()
  expect(inTheWay(standing({}), now)).toBeNull()
  expect(inTheWay(standing({ opted_out_at: '2026-01-01T00:00:00Z' }), now)).toBe('opted_out')
  expect(inTheWay(standing({}, 'i1'), now)).toBe('open_already')
  expect(inTheWay(standing({ kind: 'whatsapp' }), now)).toBe('window_closed')
  expect(inTheWay(standing({ kind: 'whatsapp', free_until: '2026-11-23T10:00:00Z' }), now)).toBe('window_closed')
  expect(inTheWay(standing({ kind: 'whatsapp', free_until: '2026-11-23T10:00:01Z' }), now)).toBeNull()
})
