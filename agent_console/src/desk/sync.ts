// Keeps the desk true: snapshot + events by version, and a heartbeat that tells when something was lost on the way.
import { ApiError } from './api'
import type { Clock } from './clock'
import { headOf, sameHead } from './head'
import type { DeskEvent } from './apply'
import type { DeskState } from './state'
import type { Detail, Events, Snapshot } from './wire'

export interface SyncParts {
  load: { desk: () => Promise<Snapshot>; interaction: (id: string) => Promise<Detail> }
  get: () => DeskState
  dispatch: (event: DeskEvent) => void
  clock: Clock
  /** Runs `job` after `ms`; returns what cancels it. */
  later: (job: () => void, ms: number) => () => void
  /** The session is over: somebody has to log in again. */
  onNoSession: () => void
}

const RETRY_MS = [250, 500, 1_000, 2_000, 4_000] as const
const TYPING_MS = 6_000

export function createSync(parts: SyncParts) {
  const { get, dispatch, clock } = parts
  let held: DeskEvent[] | null = null // events that arrive while a snapshot loads
  let again = false
  let connected = false
  let failures = 0
  let cancel: () => void = () => undefined
  const fetching = new Set<string>()
  const viewed = new Map<string, number>()

  function take(event: DeskEvent): void {
    if (held) held.push(event)
    else dispatch(event)
    if (!held) mend()
  }

  /** Loads a fresh snapshot. Asked for again while one loads, it loads one more: the first may be too old. */
  async function resync(): Promise<void> {
    if (held) {
      again = true
      return
    }
    held = []
    cancel()
    try {
      const snapshot = await parts.load.desk()
      settle(snapshot)
    } catch (error) {
      failed(error)
    }
    if (again) {
      again = false
      await resync()
    }
  }

  function settle(snapshot: Snapshot): void {
    const waiting = held ?? []
    held = null
    failures = 0
    clock.hear(snapshot.now)
    dispatch({ type: 'snapshot', snapshot })
    waiting.forEach(dispatch)
    dispatch({ type: 'link', link: connected ? 'live' : 'lost', asOf: clock.now() })
    mend()
  }

  function failed(error: unknown): void {
    const waiting = held ?? []
    held = null
    waiting.forEach(dispatch)
    if (sessionProblem(error)) return
    cancel = parts.later(() => void resync(), delay())
  }

  function sessionProblem(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.status !== 401) return false
    dispatch({ type: 'link', link: 'ended', asOf: get().asOf })
    parts.onNoSession()
    return true
  }

  function delay(): number {
    return RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 4_000
  }

  /** Fetches every opened interaction of which something is missing. */
  function mend(): void {
    if (held) return
    for (const id of get().gaps) if (!fetching.has(id)) void fetchDetail(id)
  }

  async function fetchDetail(id: string): Promise<void> {
    fetching.add(id)
    try {
      dispatch({ type: 'detail', detail: await parts.load.interaction(id) })
      fetching.delete(id)
      mend()
    } catch (error) {
      lost(id, error)
    }
  }

  function lost(id: string, error: unknown): void {
    const code = error instanceof ApiError ? error.code : 'broken'
    const passing = error instanceof ApiError && error.passing
    if (!passing) {
      fetching.delete(id)
      dispatch({ type: 'closed', id })
      dispatch({ type: 'unopened', id, code })
      return
    }
    if (!get().details[id]) dispatch({ type: 'unopened', id, code })
    parts.later(() => {
      fetching.delete(id)
      if (viewed.has(id) || get().gaps.includes(id)) void fetchDetail(id)
    }, delay())
  }

  function heartbeat({ now, head }: Events['heartbeat']): void {
    clock.hear(now)
    if (held) return
    const state = get()
    dispatch({ type: 'link', link: connected ? 'live' : 'lost', asOf: clock.now() })
    if (!sameHead(headOf(state), head)) {
      void resync()
      return
    }
    for (const id of viewed.keys()) if (behind(state, id) && !fetching.has(id)) void fetchDetail(id)
  }

  /** An interaction that is not on my desk sends me no events, so it is looked at again with every heartbeat. */
  function behind(state: DeskState, id: string): boolean {
    const card = state.cards[id]
    return !card || card.version > (state.details[id]?.card.version ?? 0)
  }

  return {
    resync,
    sessionProblem,
    connect(): void {
      connected = true
      void resync()
    },
    disconnect(): void {
      connected = false
      if (get().link === 'live') dispatch({ type: 'link', link: 'lost', asOf: get().asOf })
    },
    card: (event: Events['card']) => take({ type: 'card', event }),
    message: (event: Events['message']) => take({ type: 'message', event }),
    agent: (event: Events['agent']) => take({ type: 'agent', event }),
    figures(event: Events['figures']): void {
      clock.hear(event.now)
      take({ type: 'figures', event })
    },
    typing: (event: Events['typing']) => take({ type: 'typing', event, until: clock.now() + TYPING_MS }),
    heartbeat,
    /** Somebody looks at an interaction: it is loaded now and kept true until `close`. */
    open(id: string): void {
      viewed.set(id, (viewed.get(id) ?? 0) + 1)
      if ((!get().details[id] || behind(get(), id)) && !fetching.has(id)) void fetchDetail(id)
    },
    close(id: string): void {
      const count = (viewed.get(id) ?? 1) - 1
      if (count > 0) viewed.set(id, count)
      else {
        viewed.delete(id)
        if (!get().cards[id]) dispatch({ type: 'closed', id })
      }
    },
    stop: () => cancel(),
  }
}

export type Sync = ReturnType<typeof createSync>
