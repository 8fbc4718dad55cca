// A softphone on Twilio's Voice SDK 2.x, which is loaded only where an account speaks to the real provider.
import type { Call, Device } from '@twilio/voice-sdk'
import { faultOf, roleOf } from './port'
import type { Audio, CreatePort, EndReason, PhoneCall, PortEvents, SoftphonePort } from './port'

export type MakeDevice = (token: string) => Promise<Device>

const real: MakeDevice = async (token) => {
  const sdk = await import('@twilio/voice-sdk')
  return new sdk.Device(token, {
    closeProtection: true, enableImprovedSignalingErrorPrecision: true, allowIncomingWhileBusy: false, logLevel: 'error',
  })
}

export function twilioPort(make: MakeDevice = real): CreatePort {
  return (events) => createTwilioPort(make, events)
}

interface SdkError {
  code?: number
}

function createTwilioPort(make: MakeDevice, events: PortEvents): SoftphonePort {
  let device: Device | null = null
  let stopped = false
  const fault = (error: SdkError) => {
    const code = error.code ?? 0
    events.onFault(faultOf(code), code)
  }

  const ring = (call: Call) => {
    const mine = phoneCall(call)
    let over = false
    const end = (reason: EndReason) => {
      if (over) return
      over = true
      events.onState(mine, 'ended', reason)
    }
    call.on('accept', () => events.onState(mine, 'open', null))
    call.on('disconnect', () => end('hung_up'))
    call.on('cancel', () => end('taken_elsewhere'))
    call.on('reject', () => end('rejected'))
    call.on('reconnecting', () => events.onState(mine, 'reconnecting', null))
    call.on('reconnected', () => events.onState(mine, 'open', null))
    call.on('error', fault)
    events.onIncoming(mine)
    events.onState(mine, 'ringing', null)
  }

  const begin = async (token: string) => {
    const made = await make(token)
    if (stopped) {
      made.destroy()
      return
    }
    device = made
    made.on('registered', () => events.onReady(true))
    made.on('unregistered', () => events.onReady(false))
    made.on('tokenWillExpire', () => events.onExpiring())
    made.on('error', fault)
    made.on('incoming', ring)
    await made.register()
  }

  return {
    get audio() {
      return device ? audioOf(device) : null
    },
    start: (token) => {
      begin(token).catch(fault)
    },
    renew: (token) => device?.updateToken(token),
    stop: () => {
      stopped = true
      device?.destroy()
      device = null
      events.onReady(false)
    },
  }
}

function phoneCall(call: Call): PhoneCall {
  return {
    id: call.parameters.CallSid ?? '',
    role: roleOf(call.customParameters.get('role')),
    from: call.parameters.From ?? '',
    accept: () => call.accept(),
    reject: () => call.reject(),
    hangUp: () => call.disconnect(),
    mute: (on) => call.mute(on),
    press: (digits) => call.sendDigits(digits),
    say: null,
  }
}

function audioOf(device: Device): Audio | null {
  const { audio } = device
  if (!audio) return null
  const list = (found: ReadonlyMap<string, MediaDeviceInfo>) => [...found.values()].map(({ deviceId, label }) => ({ id: deviceId, name: label }))
  return {
    inputs: () => Promise.resolve(list(audio.availableInputDevices)),
    outputs: () => Promise.resolve(list(audio.availableOutputDevices)),
    useInput: (id) => audio.setInputDevice(id),
    useOutput: async (id) => {
      await audio.speakerDevices.set(id)
      await audio.ringtoneDevices.set(id)
    },
  }
}
