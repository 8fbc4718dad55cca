import { expect, test } from 'vitest'
import type { Ledger, LedgerRow } from '../../desk/wire'
import { balanced, total, unaccounted } from './sums'

const row = (fields: Partial<LedgerRow>): LedgerRow => ({
  source: 'form', received: 0, stored: 0, duplicate: 0, quarantined: 0, refused: 0, refusals: {}, unaccounted: 0,
  last_at: null, ...fields,
})
const ledger = (rows: LedgerRow[], said = 0): Ledger => ({
  rows, mailboxes: [], undecided: 0, unaccounted: said, misplaced: [], outbox_pending: 0, outbox_oldest_at: null,
  unconfirmed: 0, now: '',
})

test('what was received is what became of it', () => {
  const good = row({ received: 10, stored: 6, duplicate: 2, quarantined: 1, refused: 1 })
  expect(unaccounted(good)).toBe(0)
  expect(balanced(ledger([good]))).toBe(true)
})

test('a hub that says 0 is not believed when its own numbers say otherwise', () => {
  expect(balanced(ledger([row({ received: 3, stored: 2 })], 0))).toBe(false)
})

test('one too many here and one too few there do not cancel out', () => {
  const rows = [row({ received: 3, stored: 2 }), row({ source: 'chat', received: 2, stored: 3 })]
  expect(total(rows)).toMatchObject({ received: 5, stored: 5, unaccounted: 2 })
})
