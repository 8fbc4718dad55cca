// What the customer wrote while the agent was writing: to be read before the answer leaves.
import { useState } from 'react'
import type { TouchView } from '../../desk/wire'
import { useDesk } from '../../shared'

export interface Seen {
  /** Version of the contact that the writer has read. */
  seen: number
  missed: readonly TouchView[]
  read: () => void
}

/** Who has not begun to write has read what is on the screen; who has, reads on only by saying so. */
export function useSeen(id: string, text: string): Seen {
  const version = useDesk((state) => state.details[id]?.card.version ?? 0)
  const [seen, setSeen] = useState(version)
  const idle = text.trim() === ''
  if (idle && seen !== version) setSeen(version)
  const missed = useDesk((state) =>
    (state.details[id]?.touches ?? []).filter((touch) => touch.version > seen && touch.actor === 'customer' && touch.text !== null),
  )
  return { seen, missed: idle ? [] : missed, read: () => setSeen(version) }
}
