// What begins an interaction and is being written, mail or text: kept at the hub within two seconds, and when the page is left.
import { useMemo, useRef, useState } from 'react'
import { createKeeper } from './drafts'
import { saveOn, sheetOf, takeOver, turnOver, wireSheet } from './sheets'
import type { WireSheet } from './sheets'
import { later, useKept } from './useKept'

interface OnSheet {
  sheet: string
  version: number
}

export type KeptState = 'waiting' | 'saved' | 'failed'

/** `own`: what this window goes on with; `others` lie on sheets of other windows. */
export function useNewSheet<D extends object, K extends OnSheet>(
  key: string, own: K | null, others: readonly K[], save: (draft: D & WireSheet) => Promise<{ others: K[] }>,
) {
  const [state, setState] = useState<KeptState | null>(null)
  const [beside, setBeside] = useState(others)
  const base = useRef<OnSheet | null>(own)
  const keeper = useMemo(
    () => createKeeper<{ draft: D; on: WireSheet }>({
      save: async (_, { draft, on }) => {
        const found = await saveOn(key, on, () => save({ ...draft, ...on }))
        setBeside(found.filter((one) => one.sheet !== sheetOf(key).sheet))
      },
      later,
      onState: setState,
    }),
    [key, save],
  )
  useKept(keeper)
  const keep = (draft: D, now: boolean) => {
    if (base.current) takeOver(key, [base.current])
    base.current = null
    keeper.change('new', 'new', { draft, on: wireSheet(key) }, now)
  }
  /** What is being written stays on its sheet, and `draft`, read from `kept`, is gone on with, or begun. */
  const turn = (kept: K | null, draft: D) => {
    keeper.flush()
    turnOver(key)
    base.current = kept
    keep(draft, true)
  }
  return { state, keep, beside, turn }
}
