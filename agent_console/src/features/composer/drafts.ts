// Drafts reach the hub within two seconds, at once when the agent leaves, and never after the message was sent.

const PAUSE_MS = 1_200

export interface KeeperParts<T> {
  save: (id: string, value: T) => Promise<unknown>
  later: (job: () => void, ms: number) => () => void
  /** Told whenever something begins to wait, and when everything is saved. */
  onState?: (state: 'waiting' | 'saved' | 'failed') => void
}

/** Keeps the newest value of each key. */
export function createKeeper<T>({ save, later, onState = () => undefined }: KeeperParts<T>) {
  const waiting = new Map<string, { id: string; value: T; cancel: () => void }>()
  const sending = new Map<string, Promise<unknown>>()

  /** One after the other for each key, so that an older value cannot overtake a newer one. */
  function put(key: string): void {
    const entry = waiting.get(key)
    if (!entry) return
    entry.cancel()
    waiting.delete(key)
    const before = sending.get(key) ?? Promise.resolve()
    const next = before.then(() => save(entry.id, entry.value)).then(
      () => waiting.has(key) || onState('saved'),
      () => again(key, entry.id, entry.value),
    )
    sending.set(key, next)
  }

  /** Not saved: kept for the next try, unless something newer waits already. */
  function again(key: string, id: string, value: T): void {
    onState('failed')
    if (!waiting.has(key)) hold(key, id, value, PAUSE_MS * 3)
  }

  function hold(key: string, id: string, value: T, ms: number): void {
    waiting.set(key, { id, value, cancel: later(() => put(key), ms) })
  }

  return {
    /** `now`: without a pause. Who types on and on is saved all the same: the pause begins with the first change. */
    change: (key: string, id: string, value: T, now = false): void => {
      const before = waiting.get(key)
      if (before) before.value = value
      else hold(key, id, value, PAUSE_MS)
      onState('waiting')
      if (now) put(key)
    },
    flush: (): void => {
      for (const key of [...waiting.keys()]) put(key)
    },
  }
}
