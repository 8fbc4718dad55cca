import { useEffect } from 'react'
import type { Pulls } from '../../desk/wire'
import { useApi, useLoad } from '../../shared'

export interface Pulled {
  value: Pulls | undefined
  error: unknown
}

/** From which queues I take work myself, and what would be my next; read again with each `turn`. */
export function usePulls(turn: number): { pulls: Pulled; again: () => void } {
  const api = useApi()
  const page = useLoad('pulls', () => api.pulls())
  const { reload } = page
  useEffect(reload, [turn, reload])
  return { pulls: { value: page.value ?? undefined, error: page.error }, again: reload }
}
