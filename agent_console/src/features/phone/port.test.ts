// One contract for every softphone: the fake, the emulator's, and Twilio's SDK with its events played by hand.
import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { emulatorPort } from './emulator'
import { FakePort } from './fake'
import { faultOf } from './port'
import type { CreatePort, PhoneCall, PortEvents } from './port'
import { twilioPort } from './twilio'

/** The other side of a port, played by a test. */
interface Other {
  create: CreatePort
  ready: () => Promise<void>
  ring: (id: string, role?: string) => void
  cancel: (id: string) => void
  hangUp: (id: string) => void
  expiring: () => void
  fault: (code: number) => void
  /** What the port asked for, as `accept C1` or `renew T2`. */
  did: readonly string[]
}

function fake(): Other {
  const port = new FakePort()
  return {
    create: port.create, did: port.did,
    ready: () => {
      port.ready()
      return Promise.resolve()
    },
    ring: (id, role) => port.ring(id, role),
    cancel: (id) => port.cancel(id),
    hangUp: (id) => port.hangUp(id),
    expiring: () => port.expiring(),
    fault: (code) => port.fault(faultOf(code), code),
  }
}

class Socket {
  static all: Socket[] = []
  readyState = 1
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  readonly did: string[]

  constructor(did: string[]) {
    this.did = did
    Socket.all.push(this)
  }

  send(data: string) {
    const { type, ...more } = JSON.parse(data) as Record<string, unknown>
    const words: Record<string, string> = {
      hello: `start ${String(more.token)}`, updateToken: `renew ${String(more.token)}`, accept: `accept ${String(more.callSid)}`,
      reject: `reject ${String(more.callSid)}`, hangup: `hangup ${this.open ?? ''}`, mute: `mute ${String(more.muted)}`, dtmf: `press ${String(more.digits)}`,
    }
    this.did.push(words[String(type)] ?? String(type))
    if (type === 'accept') this.state('open', String(more.callSid))
    if (type === 'hangup' && this.open) this.state('closed', this.open)
    if (type === 'reject') this.hear({ type: 'cancel', callSid: more.callSid })
  }

  open: string | null = null

  state(state: string, callSid: string) {
    this.open = state === 'open' ? callSid : null
    this.hear({ type: 'state', state, callSid })
  }

  hear(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  close() {
    this.readyState = 3
    this.did.push('stop')
    this.onclose?.()
  }
}

function emulator(): Other {
  const did: string[] = []
  const last = () => Socket.all.at(-1)
  return {
    create: emulatorPort('http://127.0.0.1:9', () => new Socket(did) as unknown as WebSocket),
    did,
    ready: () => {
      last()?.onopen?.()
      last()?.hear({ type: 'registered', identity: 'agent_1' })
      return Promise.resolve()
    },
    ring: (callSid, role = 'partner') => last()?.hear({ type: 'incoming', callSid, from: '+15550001000', params: { role } }),
    cancel: (callSid) => last()?.hear({ type: 'cancel', callSid }),
    hangUp: (callSid) => last()?.state('closed', callSid),
    expiring: () => last()?.hear({ type: 'tokenWillExpire' }),
    fault: (code) => last()?.hear({ type: 'error', code, text: '' }),
  }
}

class SdkCall extends EventEmitter {
  parameters: Record<string, string>
  customParameters: Map<string, string>
  private readonly did: string[]

  constructor(id: string, role: string, did: string[]) {
    super()
    this.parameters = { CallSid: id, From: '+15550001000' }
    this.customParameters = new Map([['role', role]])
    this.did = did
  }

  private tell(what: string, event: string) {
    this.did.push(what)
    this.emit(event, this)
  }

  accept() {
    this.tell(`accept ${this.parameters.CallSid ?? ''}`, 'accept')
  }

  reject() {
    this.tell(`reject ${this.parameters.CallSid ?? ''}`, 'reject')
  }

  disconnect() {
    this.tell(`hangup ${this.parameters.CallSid ?? ''}`, 'disconnect')
  }

  mute(on: boolean) {
    this.tell(`mute ${String(on)}`, 'mute')
  }

  sendDigits(digits: string) {
    this.did.push(`press ${digits}`)
  }
}

function twilio(): Other {
  const did: string[] = []
  const calls = new Map<string, SdkCall>()
  const device = Object.assign(new EventEmitter(), {
    audio: null,
    register: () => Promise.resolve(),
    updateToken: (token: string) => void did.push(`renew ${token}`),
    destroy: () => void did.push('stop'),
  })
  return {
    create: twilioPort((token) => {
      did.push(`start ${token}`)
      return Promise.resolve(device as never)
    }),
    did,
    ready: async () => {
      await new Promise((done) => setTimeout(done))
      device.emit('registered')
    },
    ring: (id, role = 'partner') => {
      const call = new SdkCall(id, role, did)
      calls.set(id, call)
      device.emit('incoming', call)
    },
    cancel: (id) => calls.get(id)?.emit('cancel'),
    hangUp: (id) => calls.get(id)?.emit('disconnect'),
    expiring: () => device.emit('tokenWillExpire', device),
    fault: (code) => device.emit('error', { code }),
  }
}

describe.each([['fake', fake], ['emulator', emulator], ['twilio', twilio]])('the softphone port: %s', (_, make) => {
  async function begun() {
    const other = make()
    const told: string[] = []
    const calls: PhoneCall[] = []
    const events: PortEvents = {
      onReady: (ready) => void told.push(`ready ${String(ready)}`),
      onIncoming: (call) => void calls.push(call),
      onState: (call, state, reason) => void told.push([call.id, state, reason].filter(Boolean).join(' ')),
      onExpiring: () => void told.push('expiring'),
      onFault: (fault, code) => void told.push(`${fault} ${code}`),
      onHeard: vi.fn(),
    }
    const port = other.create(events)
    port.start('T1')
    await other.ready()
    return { other, told, calls, port }
  }

  it('registers with its token, renews it, and stops', async () => {
    const { other, told, port } = await begun()
    expect(told).toEqual(['ready true'])
    other.expiring()
    port.renew('T2')
    expect(told).toEqual(['ready true', 'expiring'])
    port.stop()
    expect(other.did).toEqual(['start T1', 'renew T2', 'stop'])
    expect(told.at(-1)).toBe('ready false')
  })

  it('rings, is answered, muted, pressed and hung up', async () => {
    const { other, told, calls } = await begun()
    other.ring('C1', 'consult')
    const [call] = calls
    expect([call?.id, call?.role, call?.from]).toEqual(['C1', 'consult', '+15550001000'])
    call?.accept()
    call?.mute(true)
    call?.press('12#')
    call?.hangUp()
    expect(other.did).toEqual(['start T1', 'accept C1', 'mute true', 'press 12#', 'hangup C1'])
    expect(told.slice(1)).toEqual(['C1 ringing', 'C1 open', 'C1 ended hung_up'])
  })

  it('tells once that a call is over, whoever ended it', async () => {
    const { other, told, calls } = await begun()
    other.ring('C1')
    calls[0]?.accept()
    other.hangUp('C1')
    other.hangUp('C1')
    other.ring('C2')
    other.cancel('C2')
    other.cancel('C2')
    expect(told.filter((one) => one.includes('ended'))).toEqual(['C1 ended hung_up', 'C2 ended taken_elsewhere'])
  })

  it('takes a call for what I accepted unless it says otherwise', async () => {
    const { other, calls } = await begun()
    other.ring('C1', 'whatever')
    expect(calls[0]?.role).toBe('partner')
  })

  it('names what is wrong', async () => {
    const { other, told } = await begun()
    other.fault(31401)
    expect(told.at(-1)).toBe('microphone_refused 31401')
  })
})

describe('the emulator', () => {
  it('comes back after a loss, with the newest token, and says that the call is lost', async () => {
    vi.useFakeTimers()
    const other = emulator()
    const told: string[] = []
    const port = other.create({
      onReady: (ready) => void told.push(`ready ${String(ready)}`), onIncoming: (call) => call.accept(),
      onState: (call, state, reason) => void told.push([call.id, state, reason].filter(Boolean).join(' ')),
      onExpiring: vi.fn(), onFault: vi.fn(), onHeard: vi.fn(),
    })
    port.start('T1')
    await other.ready()
    other.ring('C1')
    port.renew('T2')
    Socket.all.at(-1)?.close()
    expect(told.at(-1)).toBe('C1 ended lost')
    vi.advanceTimersByTime(300)
    await other.ready()
    expect(other.did.filter((one) => one.startsWith('start'))).toEqual(['start T1', 'start T2'])
    expect(told.at(-1)).toBe('ready true')
    port.stop()
    vi.useRealTimers()
  })
})

it.each([
  [31009, 'transport'], [20101, 'token'], [31204, 'token'], [31205, 'expired'], [20104, 'expired'], [31206, 'rate'], [31207, 'token'],
  [31401, 'microphone_refused'], [31402, 'microphone_missing'], [31486, 'busy'], [31008, 'cancelled'], [53405, 'media'], [1, 'unknown'],
])('code %i is %s', (code, fault) => expect(faultOf(code)).toBe(fault))
