// The floor's data: figures and agents come live over the socket; ledger and agents are also read again regularly.
import { useEffect, useState } from 'react'
import type { AgentView, Ledger, QueueFigures } from '../../desk/wire'
import { useDesk, useDeskParts, useNow } from '../../shared'

const LOOK_MS = 10_000
const STALE_MS = 15_000 // the hub's heart beats every ten seconds

export interface FloorData {
  figures: readonly QueueFigures[]
  agents: readonly AgentView[]
  ledger: Ledger | null
  error: unknown
}

export function useFloor(): FloorData {
  const { api, clock, dispatch } = useDeskParts()
  const [ledger, setLedger] = useState<Ledger | null>(null)
  const [error, setError] = useState<unknown>(null)
  const live = useDesk((state) => state.link === 'live')
  useEffect(() => {
    let current = true
    const look = () =>
      api.floor().then(
        (floor) => {
          if (!current) return
          clock.hear(floor.now)
          dispatch({ type: 'agents', agents: floor.agents })
          setLedger(floor.ledger)
          setError(null)
        },
        (problem: unknown) => current && setError(problem),
      )
    void look()
    const timer = setInterval(() => void look(), LOOK_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [api, clock, dispatch, live])
  const figures = useDesk((state) => state.figures)
  const agents = useDesk((state) => Object.values(state.agents))
  return { figures, agents, ledger, error }
}

/** Server time of the last sign of life, if that is too long ago to trust the numbers; else null. */
export function useStale(): number | null {
  const now = useNow()
  const { link, asOf } = useDesk((state) => ({ link: state.link, asOf: state.asOf }))
  return link !== 'live' || now - asOf > STALE_MS ? asOf : null
}
