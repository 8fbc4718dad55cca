// Drafts reach the hub within two seconds, at once when the agent leaves, and never after the message was sent.
import type { Kind } from '../../desk/state'
import type { Draft } from '../../desk/wire'

const PAUSE_MS = 1_200

export interface DraftParts {
  save: (id: string, draft: Draft) => Promise<unknown>
  later: (job: () => void, ms: number) => () => void
}

export function createDrafts({ save, later }: DraftParts) {
  const waiting = new Map<string, { id: string; draft: Draft; cancel: () => void }>()
  const sending = new Map<string, Promise<unknown>>()

  /** One after the other for each draft, so that an older text cannot overtake a newer one. */
  function put(key: string): void {
    const entry = waiting.get(key)
    if (!entry) return
    entry.cancel()
    waiting.delete(key)
    const before = sending.get(key) ?? Promise.resolve()
    const next = before.then(() => save(entry.id, entry.draft)).catch(() => again(key, entry.id, entry.draft))
    sending.set(key, next)
  }

  /** Not saved: kept for the next try, unless something newer waits already. */
  function again(key: string, id: string, draft: Draft): void {
    if (!waiting.has(key)) hold(key, id, draft, PAUSE_MS * 3)
  }

  function hold(key: string, id: string, draft: Draft, ms: number): void {
    waiting.get(key)?.cancel()
    waiting.set(key, { id, draft, cancel: later(() => put(key), ms) })
  }

  return {
    change: (id: string, kind: Kind, text: string): void => {
      const key = `${id} ${kind}`
      hold(key, id, { kind, text }, PAUSE_MS)
      if (!text) put(key)
    },
    flush: (): void => {
      for (const key of [...waiting.keys()]) put(key)
    },
  }
}
