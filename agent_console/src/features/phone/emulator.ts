// A softphone on the emulator's websocket. There is no sound in it: what is said goes as text.
import { faultOf, roleOf } from './port'
import type { CreatePort, EndReason, PhoneCall, PortEvents, SoftphonePort } from './port'

const FIRST_MS = 250
const MOST_MS = 5_000
const OPEN = 1

type Message = { type: string } & Record<string, unknown>
type OpenSocket = (url: string) => WebSocket

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** `base`: the emulator's address, such as http://127.0.0.1:8081. */
export const emulatorPort =
  (base: string, open: OpenSocket = (url) => new WebSocket(url)): CreatePort =>
  (events) =>
    new EmulatorPort(`${base.replace(/^http/, 'ws')}/_sim/device`, open, events)

class EmulatorPort implements SoftphonePort {
  readonly audio = null
  private readonly url: string
  private readonly open: OpenSocket
  private readonly events: PortEvents
  private readonly calls = new Map<string, PhoneCall>()
  private socket: WebSocket | null = null
  private token = ''
  private stopped = true
  private pause = FIRST_MS
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(url: string, open: OpenSocket, events: PortEvents) {
    this.url = url
    this.open = open
    this.events = events
  }

  start(token: string): void {
    this.token = token
    this.stopped = false
    this.connect()
  }

  renew(token: string): void {
    this.token = token
    this.send({ type: 'updateToken', token })
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.socket?.close()
  }

  private connect(): void {
    const mine = this.open(this.url)
    this.socket = mine
    mine.onopen = () => this.send({ type: 'hello', token: this.token })
    mine.onmessage = ({ data }: MessageEvent<string>) => this.hear(JSON.parse(data) as Message)
    mine.onclose = () => this.lost(mine)
  }

  /** Its calls went with it; the next try waits longer each time. */
  private lost(mine: WebSocket): void {
    if (this.socket !== mine) return
    this.socket = null
    this.events.onReady(false)
    for (const call of [...this.calls.values()]) this.end(call, 'lost')
    if (this.stopped) return
    this.timer = setTimeout(() => this.connect(), this.pause)
    this.pause = Math.min(this.pause * 2, MOST_MS)
  }

  private send(message: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(message))
  }

  private end(call: PhoneCall | undefined, reason: EndReason): void {
    if (call && this.calls.delete(call.id)) this.events.onState(call, 'ended', reason)
  }

  private hear(message: Message): void {
    const call = this.calls.get(text(message.callSid))
    switch (message.type) {
      case 'registered':
        this.pause = FIRST_MS
        this.events.onReady(true)
        break
      case 'tokenWillExpire':
        this.events.onExpiring()
        break
      case 'incoming':
        this.ring(message)
        break
      case 'cancel':
        this.end(call, 'taken_elsewhere')
        break
      case 'state':
        this.moved(call, message.state === 'open')
        break
      case 'heard':
        if (call) this.events.onHeard(call, text(message.who), text(message.text))
        break
      case 'error':
        this.wrong(Number(message.code))
    }
  }

  private ring(message: Message): void {
    const id = text(message.callSid)
    const call: PhoneCall = {
      id,
      role: roleOf((message.params as Record<string, string> | undefined)?.role),
      from: text(message.from),
      accept: () => this.send({ type: 'accept', callSid: id }),
      reject: () => this.send({ type: 'reject', callSid: id }),
      hangUp: () => this.send({ type: 'hangup' }),
      mute: (muted) => this.send({ type: 'mute', muted }),
      press: (digits) => this.send({ type: 'dtmf', digits }),
      say: (said) => this.send({ type: 'speak', text: said }),
    }
    this.calls.set(id, call)
    this.events.onIncoming(call)
    this.events.onState(call, 'ringing', null)
  }

  private moved(call: PhoneCall | undefined, isOpen: boolean): void {
    if (!isOpen) this.end(call, 'hung_up')
    else if (call) this.events.onState(call, 'open', null)
  }

  private wrong(code: number): void {
    const fault = faultOf(code)
    if (fault === 'token') this.stopped = true // the same token again is of no use
    if (fault === 'expired') this.events.onReady(false)
    this.events.onFault(fault, code)
  }
}
