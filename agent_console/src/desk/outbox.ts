// What the agent sent is kept until the hub has it: in order, over a bad network, with the same id on every attempt.
import { ApiError } from './api'
import type { Api } from './api'
import type { DeskEvent } from './apply'
import type { DeskState, Kind, Pending } from './state'
import type { Say, TouchView } from './wire'

export interface OutboxParts {
  api: Pick<Api, 'say' | 'note'>
  get: () => DeskState
  dispatch: (event: DeskEvent) => void
  later: (job: () => void, ms: number) => () => void
  newId: () => string
  now: () => number
  /** Survives a reload of the page. */
  keep: { read: () => string | null; write: (text: string) => void }
}

const RETRY_MS = 2_000

export function createOutbox(parts: OutboxParts) {
  const { get, dispatch } = parts
  const busy = new Set<string>()

  function change(pending: readonly Pending[]): void {
    dispatch({ type: 'pending', pending })
    parts.keep.write(JSON.stringify(pending))
  }

  const update = (id: string, fields: Partial<Pending>) =>
    change(get().pending.map((item) => (item.id === id ? { ...item, ...fields } : item)))
  const drop = (id: string) => change(get().pending.filter((item) => item.id !== id))

  /** Sends what is first in every interaction. What comes after a failed one waits: order matters to the reader. */
  function flush(): void {
    const first = new Map<string, Pending>()
    for (const item of get().pending) if (!first.has(item.interactionId)) first.set(item.interactionId, item)
    for (const item of first.values()) if (item.state === 'kept' && !busy.has(item.interactionId)) void attempt(item)
  }

  async function attempt(item: Pending): Promise<void> {
    busy.add(item.interactionId)
    update(item.id, { state: 'sending', error: null, after: seen(get(), item.interactionId) })
    try {
      const touch = await transmit(item)
      dispatch({ type: 'touch', touch })
      drop(item.id)
      busy.delete(item.interactionId)
      flush()
    } catch (error) {
      refused(item, error)
    }
  }

  function transmit(item: Pending): Promise<TouchView> {
    const say: Say = { id: item.id, text: item.text, files: item.files.map((file) => file.id) }
    return item.kind === 'note' ? parts.api.note(item.interactionId, say) : parts.api.say(item.interactionId, say)
  }

  function refused(item: Pending, error: unknown): void {
    busy.delete(item.interactionId)
    const passing = error instanceof ApiError && (error.passing || error.status === 401)
    const code = error instanceof ApiError ? error.code : 'broken'
    update(item.id, { state: passing ? 'kept' : 'failed', error: code })
    if (passing) parts.later(flush, RETRY_MS)
  }

  return {
    flush,
    send(interactionId: string, kind: Kind, text: string, files: Pending['files']): void {
      const item: Pending = {
        id: parts.newId(), interactionId, kind, text, files, state: 'kept', error: null, at: parts.now(),
        after: Infinity,
      }
      change([...get().pending, item])
      flush()
    },
    retry(id: string): void {
      update(id, { state: 'kept', error: null })
      flush()
    },
    discard(id: string): void {
      drop(id)
      flush()
    },
    /** Takes up what an earlier page of this browser could not send. */
    restore(): void {
      change(parsed(parts.keep.read()).map((item) => ({ ...item, state: item.state === 'failed' ? 'failed' : 'kept' })))
      flush()
    },
  }
}

function seen(state: DeskState, id: string): number {
  return state.details[id]?.card.version ?? state.cards[id]?.version ?? Infinity
}

/** What of an interaction is still to be shown as unsent: the event may come before the answer, but nothing twice. */
export function unsent(state: DeskState, id: string): readonly Pending[] {
  const touches = state.details[id]?.touches ?? []
  const landed = (item: Pending) =>
    item.state === 'sending' &&
    touches.some((touch) => touch.version > item.after && touch.actor_id === state.me?.id && same(touch, item))
  return state.pending.filter((item) => item.interactionId === id && !landed(item))
}

const same = (touch: TouchView, item: Pending): boolean =>
  touch.text === item.text && touch.note === (item.kind === 'note')

function parsed(text: string | null): Pending[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? (value as Pending[]).filter((item) => item.id && item.interactionId) : []
  } catch {
    return []
  }
}

export type Outbox = ReturnType<typeof createOutbox>
