import { useState } from 'react'
import type { Detail } from '../../desk/wire'
import { foldable } from './mails'

/** Which mails are one line. Settled when the contact is opened: what arrives later folds nothing under a reader. */
export function useFolding({ touches, card }: Detail) {
  const [older] = useState(() => foldable(touches, card.unread))
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => new Set(older))
  return {
    older,
    folded,
    fold: (id: string, fold: boolean) =>
      setFolded((all) => new Set(fold ? [...all, id] : [...all].filter((other) => other !== id))),
    toggleAll: () => setFolded((all) => new Set(all.size ? [] : older)),
  }
}
