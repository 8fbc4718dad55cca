import type { Card } from '../../desk/wire'
import { useDeskParts, useTell } from '../../shared'

/** Shows at once what a command answered, or says why it was refused and looks at the truth again. */
export function useAct(): (work: Promise<Card>) => void {
  const { dispatch, sync } = useDeskParts()
  const tell = useTell()
  return (work) => {
    work.then(
      (card) => dispatch({ type: 'answer', card }),
      (error: unknown) => {
        tell.failure(error)
        void sync.resync()
      },
    )
  }
}
