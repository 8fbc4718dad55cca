// What the console needs of a softphone. Nothing of a vendor stands outside its adapter; all adapters pass one contract.

/** ended: `reason` says why, in a word of `EndReason`. */
export type CallState = 'ringing' | 'open' | 'reconnecting' | 'ended'
export type EndReason = 'hung_up' | 'taken_elsewhere' | 'rejected' | 'lost'

/** Why I am called: what I accepted, a colleague who asks me, or what I listen to. */
export type Role = 'partner' | 'consult' | 'supervisor'

export interface PhoneCall {
  readonly id: string
  readonly role: Role
  /** The number that it shows. */
  readonly from: string
  accept: () => void
  reject: () => void
  hangUp: () => void
  /** My microphone only. */
  mute: (on: boolean) => void
  /** Keys 0-9, *, #. */
  press: (digits: string) => void
  /** Says it as text, where there is no sound; null where there is. */
  readonly say: ((text: string) => void) | null
}

/** What went wrong, in the words that people need: each has a text of its own. */
export type Fault =
  | 'transport' | 'token' | 'expired' | 'rate' | 'microphone_refused' | 'microphone_missing' | 'busy' | 'cancelled' | 'media' | 'unknown'

export interface PortEvents {
  /** Whether calls can ring here. */
  onReady: (ready: boolean) => void
  onIncoming: (call: PhoneCall) => void
  onState: (call: PhoneCall, state: CallState, reason: EndReason | null) => void
  /** The token ends soon: `renew` with another. */
  onExpiring: () => void
  onFault: (fault: Fault, code: number) => void
  /** Speech as text, where there is no sound. */
  onHeard: (call: PhoneCall, who: string, text: string) => void
}

export interface AudioDevice {
  id: string
  name: string
}

/** Microphones and loudspeakers, where sound goes through the port. */
export interface Audio {
  inputs: () => Promise<readonly AudioDevice[]>
  outputs: () => Promise<readonly AudioDevice[]>
  useInput: (id: string) => Promise<void>
  useOutput: (id: string) => Promise<void>
}

export interface SoftphonePort {
  start: (token: string) => void
  renew: (token: string) => void
  stop: () => void
  readonly audio: Audio | null
}

export type CreatePort = (events: PortEvents) => SoftphonePort

/** Codes of Twilio's Voice SDK (twilio.com/docs/api/errors), which the emulator speaks, too. */
export function faultOf(code: number): Fault {
  const exact = FAULTS.get(code)
  if (exact) return exact
  if (code >= 31200 && code < 31300) return 'token'
  if (code >= 53000 && code < 53500) return 'media'
  return code >= 31000 && code < 31100 ? 'transport' : 'unknown'
}

const FAULTS = new Map<number, Fault>([
  [20101, 'token'], [20104, 'expired'], [20103, 'token'], [31205, 'expired'], [31206, 'rate'],
  [31008, 'cancelled'], [31401, 'microphone_refused'], [31208, 'microphone_refused'], [31402, 'microphone_missing'], [31201, 'microphone_missing'],
  [31480, 'busy'], [31486, 'busy'], [31603, 'busy'],
])

export const roleOf = (text: string | undefined): Role => (text === 'consult' || text === 'supervisor' ? text : 'partner')
