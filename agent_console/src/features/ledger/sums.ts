// The ledger's sum, computed again from its parts: the screen does not take the hub's word for it. Pure.
import type { Ledger, LedgerRow } from '../../desk/wire'

const parts = ['stored', 'duplicate', 'quarantined', 'refused'] as const
export type Part = (typeof parts)[number]
export { parts }

export type Sum = Record<'received' | 'unaccounted' | Part, number>

/** Received minus all that it became. The hub's own figure is the same, or the ledger itself is wrong. */
export const unaccounted = (row: Pick<LedgerRow, 'received' | Part>): number =>
  row.received - parts.reduce((sum, part) => sum + row[part], 0)

export function total(rows: readonly LedgerRow[]): Sum {
  const names = ['received', ...parts] as const
  const sums = Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)])) as Sum
  return { ...sums, unaccounted: rows.reduce((sum, row) => sum + Math.abs(unaccounted(row)), 0) }
}

export const balanced = (ledger: Ledger): boolean => ledger.unaccounted === 0 && total(ledger.rows).unaccounted === 0
