// What is being written is kept when the page is left, or what it is written in.
import { useEffect } from 'react'

export function useKept(keeper: { flush: () => void }): void {
  useEffect(() => {
    addEventListener('pagehide', keeper.flush)
    return () => {
      removeEventListener('pagehide', keeper.flush)
      keeper.flush()
    }
  }, [keeper])
}

/** As a keeper wants it: does a job later, unless it is called off. */
export const later = (job: () => void, ms: number): (() => void) => {
  const timer = setTimeout(job, ms)
  return () => clearTimeout(timer)
}
