// Telephone calls over HTTP: how one stands, what the agent wants, and what makes this browser a telephone.
import type { Call } from './api'
import type { CallBeside, CallingFrom, CallPlaced, CallView, Consult, PlaceCall, SoftphoneTicket, Supervise } from './wire'

export function callCalls(call: Call) {
  const at = (id: string, rest = '') => `/api/interactions/${encodeURIComponent(id)}/call${rest}`
  return {
    callingFrom: () => call<CallingFrom[]>('GET', '/api/calls/from'),
    placeCall: (body: PlaceCall) => call<CallPlaced>('POST', '/api/calls', body),
    softphone: () => call<SoftphoneTicket[]>('POST', '/api/softphone'),
    call: (id: string) => call<CallView>('GET', at(id)),
    callBeside: () => call<CallBeside>('GET', '/api/calls/beside'),
    mute: (id: string, on: boolean) => call<CallView>('POST', at(id, '/mute'), { on }),
    hold: (id: string, on: boolean) => call<CallView>('POST', at(id, '/hold'), { on }),
    rejoin: (id: string) => call<CallView>('POST', at(id, '/rejoin')),
    consult: (id: string, body: Consult) => call<CallView>('POST', at(id, '/consult'), body),
    consulted: (id: string, what: 'complete' | 'join' | 'cancel') => call<CallView>('POST', at(id, `/consult/${what}`)),
    supervise: (id: string, mode: Supervise['mode']) => call<CallView>('PUT', at(id, '/supervision'), { mode }),
    takeOver: (id: string) => call<CallView>('POST', at(id, '/take-over')),
    stopSupervising: (id: string) => call<CallView>('DELETE', at(id, '/supervision')),
  }
}
