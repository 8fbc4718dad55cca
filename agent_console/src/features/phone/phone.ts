// The agent's telephone: its ports (one for each account), its call, and what rings. Sound and network are the ports'.
import { createStore } from 'zustand/vanilla'
import type { SoftphoneTicket } from '../../desk/wire'
import type { Owner } from './owner'
import type { CallState, CreatePort, EndReason, Fault, PhoneCall, SoftphonePort } from './port'

export interface Heard {
  who: string
  text: string
  mine: boolean
}

export interface PhoneState {
  /** `none`: no number is configured. `elsewhere`: another tab of this browser is the telephone. */
  standing: 'none' | 'starting' | 'ready' | 'lost' | 'elsewhere'
  fault: { fault: Fault; code: number } | null
  call: PhoneCall | null
  state: CallState | null
  muted: boolean
  /** A colleague asks: it is answered by hand. */
  asks: PhoneCall | null
  heard: readonly Heard[]
  /** Why the last call ended, until the next one. */
  ended: EndReason | null
}

const nothing: PhoneState = { standing: 'none', fault: null, call: null, state: null, muted: false, asks: null, heard: [], ended: null }
const HEARD_KEPT = 30
const AGAIN_MS = 5_000

interface Needs {
  tickets: () => Promise<readonly SoftphoneTicket[]>
  port: (ticket: SoftphoneTicket) => CreatePort
  owner: Owner
  later: (job: () => void, ms: number) => () => void
}

export class Phone {
  readonly store = createStore<PhoneState>(() => nothing)
  private readonly needs: Needs
  private readonly ports = new Map<string, SoftphonePort>()
  private readonly ready = new Set<string>()
  /** What waits to be tried again, by account; '' for the tickets of all. */
  private readonly waiting = new Map<string, () => void>()
  private devices = { microphone: '', loudspeaker: '' }

  constructor(needs: Needs) {
    this.needs = needs
  }

  start(): void {
    this.needs.owner.start((mine) => {
      if (mine) this.open()
      else this.close('elsewhere')
    })
  }

  stop(): void {
    this.needs.owner.stop()
    this.close('none')
  }

  /** Makes this tab the telephone. */
  takeHere(): void {
    this.needs.owner.take()
  }

  answer(): void {
    const { asks } = this.store.getState()
    if (!asks) return
    this.set({ asks: null })
    asks.accept()
  }

  decline(): void {
    this.store.getState().asks?.reject()
    this.set({ asks: null })
  }

  mute(on: boolean): void {
    const { call } = this.store.getState()
    if (!call) return
    call.mute(on)
    this.set({ muted: on })
  }

  /** Which devices calls use; '' leaves the choice to the system. */
  useDevices(microphone: string, loudspeaker: string): void {
    this.devices = { microphone, loudspeaker }
    for (const port of this.ports.values()) this.applyDevices(port)
  }

  press(digits: string): void {
    this.store.getState().call?.press(digits)
  }

  hangUp(): void {
    this.store.getState().call?.hangUp()
  }

  say(text: string): void {
    const { call } = this.store.getState()
    if (!call?.say || !text.trim()) return
    call.say(text)
    this.listen({ who: '', text, mine: true })
  }

  private set(change: Partial<PhoneState>): void {
    this.store.setState(change)
  }

  private open(): void {
    this.set({ standing: 'starting', fault: null })
    this.needs.tickets().then(
      (tickets) => {
        if (!tickets.length) this.set({ standing: 'none' })
        for (const ticket of tickets) this.begin(ticket)
      },
      () => {
        this.set({ standing: 'lost' })
        this.again('', () => this.open())
      },
    )
  }

  private close(standing: 'none' | 'elsewhere'): void {
    for (const cancel of this.waiting.values()) cancel()
    this.waiting.clear()
    const { standing: before } = this.store.getState()
    for (const port of this.ports.values()) port.stop()
    this.ports.clear()
    this.ready.clear()
    this.store.setState({ ...nothing, standing: before === 'none' && standing === 'none' ? 'none' : standing })
  }

  private begin(ticket: SoftphoneTicket): void {
    const { account } = ticket
    const port = this.needs.port(ticket)({
      onReady: (ready) => this.readied(account, ready),
      onIncoming: (call) => this.ring(call),
      onState: (call, state, reason) => this.moved(call, state, reason),
      onExpiring: () => this.renew(account),
      onFault: (fault, code) => {
        this.set({ fault: { fault, code } })
        if (fault === 'expired') this.renewLater(account) // the machine slept through the warning
      },
      onHeard: (call, who, text) => {
        if (call.id === this.store.getState().call?.id) this.listen({ who, text, mine: false })
      },
    })
    this.ports.set(account, port)
    port.start(ticket.token)
  }

  private readied(account: string, ready: boolean): void {
    if (!this.ports.has(account)) return
    const port = this.ports.get(account)
    if (ready && port) this.applyDevices(port)
    if (ready) this.ready.add(account)
    else this.ready.delete(account)
    const all = this.ready.size === this.ports.size
    this.set(all ? { standing: 'ready', fault: null } : { standing: 'lost' })
  }

  /** A device that is gone is no reason to miss a call: then the system's own is used. */
  private applyDevices(port: SoftphonePort): void {
    const { microphone, loudspeaker } = this.devices
    const missing = () => this.set({ fault: { fault: 'microphone_missing', code: 0 } })
    if (microphone) port.audio?.useInput(microphone).catch(missing)
    if (loudspeaker) port.audio?.useOutput(loudspeaker).catch(() => undefined)
  }

  private renew(account: string): void {
    this.needs.tickets().then(
      (tickets) => {
        const mine = tickets.find((one) => one.account === account)
        if (mine) this.ports.get(account)?.renew(mine.token)
      },
      () => this.renewLater(account),
    )
  }

  /** After a pause, for a clock that is wrong makes every token one that has expired. */
  private renewLater(account: string): void {
    this.again(account, () => this.renew(account))
  }

  private again(account: string, job: () => void): void {
    this.waiting.get(account)?.()
    this.waiting.set(account, this.needs.later(job, AGAIN_MS))
  }

  /** What I accepted, or wanted to hear, is answered at once: I have clicked already. */
  private ring(call: PhoneCall): void {
    if (call.role === 'consult') this.set({ asks: call })
    else if (!this.store.getState().call) call.accept()
  }

  private moved(call: PhoneCall, state: CallState, reason: EndReason | null): void {
    const { call: mine, asks } = this.store.getState()
    if (state !== 'ringing' && asks?.id === call.id) this.set({ asks: null })
    if (state === 'ended') {
      if (call.id === mine?.id) this.set({ call: null, state: null, muted: false, ended: reason })
    } else if (state !== 'ringing') {
      this.set({ call, state, ...(call.id === mine?.id ? {} : { muted: false, heard: [], ended: null }) })
    }
  }

  private listen(heard: Heard): void {
    this.set({ heard: [...this.store.getState().heard, heard].slice(-HEARD_KEPT) })
  }
}
