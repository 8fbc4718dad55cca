// In which order an agent's own contacts stand: what is late or due first, everything else where it was.
import type { Card, QueueView } from '../../desk/wire'

export interface Sections {
  active: readonly Card[]
  wrapping: readonly Card[]
  /** Waits in line for me by name. */
  named: readonly Card[]
  held: readonly Card[]
}

/** Since when the customer waits for a word, or null: nothing unread. ISO 8601. */
export const unansweredSince = (card: Card): string | null => (card.unread > 0 ? card.last_at : null)

/** Longer than the queue promises to answer; `now` in milliseconds. */
export function isLate(card: Card, queue: QueueView | undefined, now: number): boolean {
  const since = unansweredSince(card)
  return since !== null && queue !== undefined && now - Date.parse(since) > queue.service_level_seconds * 1_000
}

export function sections(cards: readonly Card[], queues: readonly QueueView[], now: number): Sections {
  const queueOf = (card: Card) => queues.find((queue) => queue.id === card.queue)
  const waits = (card: Card) => (isLate(card, queueOf(card), now) ? Date.parse(card.last_at) : Infinity)
  const late = (card: Card) => Math.min(waits(card), card.clock?.due_at ? Date.parse(card.clock.due_at) : Infinity)
  const started = (card: Card) => card.answered_at ?? card.entered_at
  const byLate = (a: Card, b: Card) => {
    const [x, y] = [late(a), late(b)]
    return x === y ? started(a).localeCompare(started(b)) : x - y
  }
  const byDue = (a: Card, b: Card) => (a.due_at ?? '').localeCompare(b.due_at ?? '')
  return {
    active: cards.filter((card) => card.state === 'active').sort(byLate),
    wrapping: cards.filter((card) => card.state === 'wrapping').sort(byDue),
    named: cards.filter((card) => card.state === 'queued').sort((a, b) => a.queued_at.localeCompare(b.queued_at)),
    held: cards.filter((card) => card.state === 'waiting' || card.state === 'parked').sort(byDue),
  }
}

/** All of them as one list, as the arrow keys walk it. */
export const inOrder = ({ active, wrapping, named, held }: Sections): readonly Card[] => [...active, ...wrapping, ...named, ...held]
