import { useRef } from 'react'
import { newId } from '../desk/ids'

/**
 * The id of what is sent once, whatever the network does: every attempt carries the same until what is sent has changed.
 * The hub answers a second one as it answered the first.
 */
export function useAttempt(): (what: unknown) => string {
  const attempt = useRef({ id: '', of: '' })
  return (what) => {
    const of = JSON.stringify(what)
    if (attempt.current.of !== of) attempt.current = { id: newId(), of }
    return attempt.current.id
  }
}
