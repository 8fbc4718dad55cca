// The desk put together: one store, kept true by sync over a socket, with an outbox for what the agent writes.
import { createStore } from 'zustand/vanilla'
import type { Api } from './api'
import { apply } from './apply'
import type { DeskEvent } from './apply'
import { createCalls } from './calls'
import { createClock } from './clock'
import { Outbox } from './outbox'
import { newId } from './ids'
import { createSocket } from './socket'
import { empty } from './state'
import type { DeskState } from './state'
import { Sync } from './sync'
import type { Me } from './wire'

/** `api` is the one that logged in: it holds the session's token. */
export function createDesk(api: Api, onNoSession: () => void) {
  const clock = createClock(() => Date.now())
  const store = createStore<DeskState>(() => empty)
  const dispatch = (event: DeskEvent) => store.setState((state) => apply(state, event), true)
  const later = (job: () => void, ms: number) => {
    const timer = setTimeout(job, ms)
    return () => clearTimeout(timer)
  }
  const kept = () => `outbox:${store.getState().me?.id ?? ''}`
  const sync = new Sync({
    load: { desk: api.desk, interaction: api.interaction },
    get: store.getState,
    dispatch,
    clock,
    later,
    onNoSession,
  })
  const outbox = new Outbox({
    api,
    get: store.getState,
    dispatch,
    later,
    newId,
    now: clock.now,
    look: sync.refresh,
    keep: { read: () => localStorage.getItem(kept()), write: (text) => localStorage.setItem(kept(), text) },
  })
  const calls = createCalls()
  const socket = createSocket({
    card: sync.card, message: sync.message, agent: sync.agent, figures: sync.figures,
    heartbeat: sync.heartbeat, typing: sync.typing, clock: sync.clock, call: calls.heard,
    disconnect: sync.disconnect,
    connect: () => {
      sync.connect()
      outbox.flush()
    },
    refused: () => void api.me().catch((error: unknown) => sync.sessionProblem(error)),
  })

  return {
    api, clock, store, dispatch, sync, outbox,
    typing: socket.typing,
    onCall: calls.on,
    start(me: Me): void {
      clock.hear(me.now)
      dispatch({ type: 'agent', event: { agent: me.agent } })
      store.setState({ me: me.agent })
      outbox.restore()
      void sync.resync()
      socket.start()
    },
    stop(): void {
      socket.stop()
      sync.stop()
      store.setState(empty, true)
    },
  }
}

export type Desk = ReturnType<typeof createDesk>
