import { useEffect, useState } from 'react'
import type { TextStandingView } from '../../desk/wire'
import { useApi, useDeskParts } from '../../shared'
import { inTheWay } from './newText'
import type { InTheWay } from './newText'

const PAUSE_MS = 400
const SHORTEST = 3 // of a number that may be one

/** Whether this number may be texted from there, asked when the typing rests. What cannot be asked is refused later. */
export function useStanding(sender: string, number: string): { standing: TextStandingView | null; way: InTheWay | null } {
  const api = useApi()
  const { clock } = useDeskParts()
  const asked = `${sender} ${number.trim()}`
  const [found, setFound] = useState<{ asked: string; standing: TextStandingView; at: number } | null>(null)
  useEffect(() => {
    if (number.trim().length < SHORTEST) return
    let over = false
    const timer = setTimeout(() => {
      api.textStanding({ sender, number: number.trim() }).then(
        (standing) => over || setFound({ asked, standing, at: clock.now() }),
        () => undefined,
      )
    }, PAUSE_MS)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [api, clock, sender, number, asked])
  const current = found?.asked === asked ? found : null
  return { standing: current?.standing ?? null, way: inTheWay(current?.standing ?? null, current?.at ?? 0) }
}
