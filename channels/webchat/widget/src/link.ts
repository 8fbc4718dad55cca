// The one connection to the hub.

import { io, type Socket } from 'socket.io-client'

import type { Mark, Said, Standing, Welcome } from './types'

export interface Heard {
  welcome(welcome: Welcome): void
  message(event: { message: Said }): void
  mark(mark: Mark): void
  standing(standing: Standing): void
  typing(event: { name: string; on: boolean }): void
}

export interface LinkSettings {
  base: string
  auth: () => { token?: string; language: string }
  heard: Heard
  /** The connection came or went. */
  turned: (connected: boolean) => void
}

const ANSWER_MS = 20_000
const AGAIN_MS = 5_000

export class Link {
  private readonly socket: Socket

  constructor({ base, auth, heard, turned }: LinkSettings) {
    const { origin, pathname } = new URL(base)
    this.socket = io(`${origin}/chat`, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      auth: (give) => give(auth()),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      autoConnect: false,
      reconnectionDelay: 500,
      reconnectionDelayMax: 8_000,
    })
    for (const [event, hear] of Object.entries(heard)) this.socket.on(event, hear as (data: unknown) => void)
    this.socket.on('connect', () => turned(true))
    this.socket.on('disconnect', () => this.lost(turned))
    this.socket.on('connect_error', () => this.lost(turned))
  }

  get connected(): boolean {
    return this.socket.connected
  }

  open(): void {
    if (!this.socket.active) this.socket.connect()
  }

  /** Rejects when no answer came in time or there is no connection: nothing is queued here. */
  async ask<T>(event: string, data: object, limit = ANSWER_MS): Promise<T> {
    if (!this.socket.connected) throw new Error('not connected')
    return (await this.socket.timeout(limit).emitWithAck(event, data)) as T
  }

  tell(event: string, data: object): void {
    if (this.socket.connected) this.socket.volatile.emit(event, data)
  }

  /** A connection that looks alive and is not: begin anew. */
  renew(): void {
    this.socket.disconnect().connect()
  }

  /** The library tries again by itself unless the hub refused or ended the connection. */
  private lost(turned: (connected: boolean) => void): void {
    turned(false)
    if (!this.socket.active) setTimeout(() => this.open(), AGAIN_MS)
  }
}
