import { expect, it } from 'vitest'
import { card } from '../../desk/testing/make'
import type { QueueView } from '../../desk/wire'
import { inOrder, isLate, sections } from './order'

const queue: QueueView = {
  id: 'support', name: {}, wrap_up_seconds: 60, service_level_seconds: 60, service_level_target: 0.8, dispositions: [],
}
const now = Date.parse('2025-03-03T10:10:00Z')
const at = (minute: number) => `2025-03-03T10:${String(minute).padStart(2, '0')}:00Z`

it('puts the longest late first and leaves the others where they were', () => {
  const cards = [
    card({ id: 'calm', answered_at: at(1), unread: 0 }),
    card({ id: 'new', answered_at: at(2), unread: 1, last_at: at(10) }),
    card({ id: 'late', answered_at: at(4), unread: 1, last_at: at(7) }),
    card({ id: 'later', answered_at: at(3), unread: 2, last_at: at(5) }),
  ]
  expect(sections(cards, [queue], now).active.map(({ id }) => id)).toEqual(['later', 'late', 'calm', 'new'])
})

it('is late only where the customer waits for a word, and the queue promises one', () => {
  const waiting = card({ id: 'a', unread: 1, last_at: at(5) })
  expect(isLate(waiting, queue, now)).toBe(true)
  expect(isLate(card({ id: 'a', unread: 0, last_at: at(5) }), queue, now)).toBe(false)
  expect(isLate(waiting, undefined, now)).toBe(false)
})

it('keeps offers out: they lie on top', () => {
  const cards = [card({ id: 'o', state: 'offered' }), card({ id: 'w', state: 'wrapping' }), card({ id: 'p', state: 'parked' }), card({ id: 'q', state: 'queued' }), card({ id: 'a' })]
  expect(inOrder(sections(cards, [queue], now)).map(({ id }) => id)).toEqual(['a', 'w', 'q', 'p'])
})
