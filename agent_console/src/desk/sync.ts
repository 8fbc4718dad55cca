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

/** Public members are bound, so that a socket can be given them one by one. */
export class Sync {
  private readonly parts: SyncParts
  private held: DeskEvent[] | null = null // events that arrive while a snapshot loads
  private again = false
  private connected = false
  private failures = 0
  private cancel: () => void = () => undefined
  private readonly fetching = new Set<string>()
  private readonly viewed = new Map<string, number>()

  constructor(parts: SyncParts) {
    this.parts = parts
  }

  // --- the socket's words -----------------------------------------------------------------------------------------

  readonly connect = (): void => {
    this.connected = true
    void this.resync()
  }

  readonly disconnect = (): void => {
    this.connected = false
    const { link, asOf } = this.parts.get()
    if (link === 'live') this.parts.dispatch({ type: 'link', link: 'lost', asOf })
  }

  readonly card = (event: Events['card']): void => this.take({ type: 'card', event })
  readonly message = (event: Events['message']): void => this.take({ type: 'message', event })
  readonly agent = (event: Events['agent']): void => this.take({ type: 'agent', event })

  readonly figures = (event: Events['figures']): void => {
    this.parts.clock.hear(event.now)
    this.take({ type: 'figures', event })
  }

  readonly typing = (event: Events['typing']): void =>
    this.take({ type: 'typing', event, until: this.parts.clock.now() + TYPING_MS })

  readonly clock = (event: Events['clock']): void => this.take({ type: 'clock', event })

  readonly heartbeat = ({ now, head }: Events['heartbeat']): void => {
    const { clock, get } = this.parts
    clock.hear(now)
    if (this.held) return
    this.alive()
    if (!sameHead(headOf(get()), head)) {
      void this.resync()
      return
    }
    for (const id of this.viewed.keys()) if (this.behind(id)) this.fetch(id)
  }

  // --- the views' words -------------------------------------------------------------------------------------------

  /** Somebody looks at an interaction: it is loaded now and kept true until `close`. */
  readonly open = (id: string): void => {
    this.viewed.set(id, (this.viewed.get(id) ?? 0) + 1)
    if (!this.parts.get().details[id] || this.behind(id)) this.fetch(id)
  }

  /** Something is known to be missing. */
  readonly refresh = (id: string): void => this.fetch(id)

  readonly close = (id: string): void => {
    const count = (this.viewed.get(id) ?? 1) - 1
    if (count > 0) {
      this.viewed.set(id, count)
      return
    }
    this.viewed.delete(id)
    if (!this.parts.get().cards[id]) this.parts.dispatch({ type: 'closed', id })
  }

  /** Loads a fresh snapshot. Asked for again while one loads, it loads one more: the first may be too old. */
  readonly resync = async (): Promise<void> => {
    if (this.held) {
      this.again = true
      return
    }
    this.held = []
    this.cancel()
    try {
      this.settle(await this.parts.load.desk())
    } catch (error) {
      this.failed(error)
    }
    if (!this.again) return
    this.again = false
    await this.resync()
  }

  /** True where the session is over, which is passed on. */
  readonly sessionProblem = (error: unknown): boolean => {
    if (!(error instanceof ApiError) || error.status !== 401) return false
    this.parts.dispatch({ type: 'link', link: 'ended', asOf: this.parts.get().asOf })
    this.parts.onNoSession()
    return true
  }

  readonly stop = (): void => this.cancel()

  // ----------------------------------------------------------------------------------------------------------------

  private take(event: DeskEvent): void {
    if (this.held) {
      this.held.push(event)
      return
    }
    this.parts.dispatch(event)
    this.mend()
  }

  private settle(snapshot: Snapshot): void {
    this.failures = 0
    this.parts.clock.hear(snapshot.now)
    this.parts.dispatch({ type: 'snapshot', snapshot })
    this.release()
    this.alive()
    this.mend()
  }

  /** Applies what was held back; each event is checked against the version it meets. */
  private release(): void {
    const waiting = this.held ?? []
    this.held = null
    waiting.forEach(this.parts.dispatch)
  }

  private alive(): void {
    this.parts.dispatch({ type: 'link', link: this.connected ? 'live' : 'lost', asOf: this.parts.clock.now() })
  }

  private failed(error: unknown): void {
    this.release()
    if (!this.sessionProblem(error)) this.cancel = this.parts.later(() => void this.resync(), this.delay())
  }

  private delay(): number {
    return RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)] ?? 4_000
  }

  /** Fetches every opened interaction of which something is missing. */
  private mend(): void {
    if (!this.held) this.parts.get().gaps.forEach((id) => this.fetch(id))
  }

  private fetch(id: string): void {
    if (!this.fetching.has(id)) void this.load(id)
  }

  private async load(id: string): Promise<void> {
    this.fetching.add(id)
    try {
      const detail = await this.parts.load.interaction(id)
      this.parts.dispatch({ type: 'detail', detail })
      this.fetching.delete(id)
      this.mend()
    } catch (error) {
      this.lost(id, error)
    }
  }

  private lost(id: string, error: unknown): void {
    const { dispatch, get, later } = this.parts
    const code = error instanceof ApiError ? error.code : 'broken'
    if (!(error instanceof ApiError) || !error.passing) {
      this.fetching.delete(id)
      dispatch({ type: 'closed', id })
      dispatch({ type: 'unopened', id, code })
      return
    }
    if (!get().details[id]) dispatch({ type: 'unopened', id, code })
    later(() => {
      this.fetching.delete(id)
      if (this.viewed.has(id) || get().gaps.includes(id)) this.fetch(id)
    }, this.delay())
  }

  /** An interaction that is not on my desk may send me no events, so it is looked at again with every heartbeat. */
  private behind(id: string): boolean {
    const { cards, details } = this.parts.get()
    const card = cards[id]
    return !card || card.version > (details[id]?.card.version ?? 0)
  }
}
