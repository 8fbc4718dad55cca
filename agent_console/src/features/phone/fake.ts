// A softphone for tests: its other side is called by hand.
import { roleOf } from './port'
import type { CreatePort, EndReason, Fault, PhoneCall, PortEvents, SoftphonePort } from './port'

export class FakePort implements SoftphonePort {
  readonly audio = null
  /** What was asked of it, as `accept C1` or `renew T2`. */
  readonly did: string[] = []
  private readonly calls = new Map<string, PhoneCall>()
  private events: PortEvents | null = null

  readonly create: CreatePort = (events) => {
    this.events = events
    return this
  }

  private get told(): PortEvents {
    if (!this.events) throw new Error('no port was made')
    return this.events
  }

  start(token: string): void {
    this.did.push(`start ${token}`)
  }

  renew(token: string): void {
    this.did.push(`renew ${token}`)
  }

  stop(): void {
    this.did.push('stop')
    this.drop()
  }

  // --- the other side ---

  ready(): void {
    this.told.onReady(true)
  }

  expiring(): void {
    this.told.onExpiring()
  }

  fault(fault: Fault, code: number): void {
    this.told.onFault(fault, code)
  }

  heard(id: string, who: string, said: string): void {
    const call = this.calls.get(id)
    if (call) this.told.onHeard(call, who, said)
  }

  ring(id: string, role = 'partner', from = '+15550001000'): void {
    const over = (what: string, reason: EndReason) => {
      this.did.push(`${what} ${id}`)
      this.end(id, reason)
    }
    const call: PhoneCall = {
      id, role: roleOf(role), from, say: null,
      accept: () => {
        this.did.push(`accept ${id}`)
        this.told.onState(call, 'open', null)
      },
      reject: () => over('reject', 'rejected'),
      hangUp: () => over('hangup', 'hung_up'),
      mute: (on) => {
        this.did.push(`mute ${String(on)}`)
      },
      press: (digits) => {
        this.did.push(`press ${digits}`)
      },
    }
    this.calls.set(id, call)
    this.told.onIncoming(call)
    this.told.onState(call, 'ringing', null)
  }

  cancel(id: string): void {
    this.end(id, 'taken_elsewhere')
  }

  hangUp(id: string): void {
    this.end(id, 'hung_up')
  }

  /** The connection is gone, and every call with it. */
  drop(): void {
    this.told.onReady(false)
    for (const id of [...this.calls.keys()]) this.end(id, 'lost')
  }

  private end(id: string, reason: EndReason): void {
    const call = this.calls.get(id)
    if (this.calls.delete(id) && call) this.told.onState(call, 'ended', reason)
  }
}
