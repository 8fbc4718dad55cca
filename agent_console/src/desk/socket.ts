// The live connection. It carries events only; a connection that has gone silent is closed and made anew.
import { io } from 'socket.io-client'
import type { Events } from './wire'

export interface Listener {
  card: (event: Events['card']) => void
  message: (event: Events['message']) => void
  agent: (event: Events['agent']) => void
  figures: (event: Events['figures']) => void
  heartbeat: (event: Events['heartbeat']) => void
  typing: (event: Events['typing']) => void
  clock: (event: Events['clock']) => void
  call: (event: Events['call']) => void
  connect: () => void
  disconnect: () => void
  /** The hub refused the connection: perhaps the session is over. */
  refused: () => void
}

const SILENT_MS = 25_000
const CHECK_MS = 2_000
const SLEPT_MS = 8_000

export function createSocket(listener: Listener) {
  const socket = io('/desk', {
    autoConnect: false, reconnectionDelay: 250, reconnectionDelayMax: 2_000, timeout: 8_000, withCredentials: true,
  })
  let heard = Date.now()
  let checked = Date.now()

  const events = ['card', 'message', 'agent', 'figures', 'heartbeat', 'typing', 'clock', 'call'] as const
  for (const name of events) {
    socket.on(name, (event: unknown) => {
      heard = Date.now()
      ;(listener[name] as (event: unknown) => void)(event)
    })
  }
  socket.on('connect', () => {
    heard = Date.now()
    listener.connect()
  })
  socket.on('disconnect', (why) => {
    listener.disconnect()
    if (why === 'io server disconnect') socket.connect() // the library does not come back by itself then
  })
  socket.on('connect_error', () => {
    listener.refused()
    // Refused by the namespace, not by the network: the library gives up here, we do not.
    if (!socket.active) setTimeout(() => socket.connect(), CHECK_MS)
  })

  function again(): void {
    heard = Date.now()
    socket.disconnect().connect()
  }

  /** A closed lid stops timers, and a dead connection says nothing: both show as silence. */
  function check(): void {
    const slept = Date.now() - checked > SLEPT_MS
    checked = Date.now()
    if (slept || Date.now() - heard > SILENT_MS) again()
  }

  function wake(): void {
    if (document.visibilityState === 'visible') check()
  }

  const timer = setInterval(check, CHECK_MS)
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', again)
  addEventListener('offline', listener.disconnect)

  return {
    start: () => socket.connect(),
    typing: (interactionId: string, on: boolean) => socket.volatile.emit('typing', { interaction_id: interactionId, on }),
    stop(): void {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', wake)
      removeEventListener('online', again)
      removeEventListener('offline', listener.disconnect)
      socket.disconnect()
    },
  }
}

export type Socket = ReturnType<typeof createSocket>
