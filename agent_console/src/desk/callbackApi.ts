// Customers who are called back, and numbers that are not let in.
import type { BlockedNumber, BlockNumber, CallbackOutcome, CallbackView } from './wire'
import type { Call } from './api'

export function callbackCalls(call: Call) {
  const of = (id: string) => `/api/interactions/${encodeURIComponent(id)}/callback`
  return {
    callback: (id: string) => call<CallbackView>('GET', of(id)),
    callBack: (id: string) => call<CallbackView>('POST', `${of(id)}/call`),
    callbackOutcome: (id: string, body: CallbackOutcome) => call<CallbackView>('POST', `${of(id)}/outcome`, body),
    blockedNumbers: () => call<BlockedNumber[]>('GET', '/api/blocked-numbers'),
    blockNumber: (body: BlockNumber) => call<BlockedNumber[]>('POST', '/api/blocked-numbers', body),
    unblockNumber: (number: string) => call<BlockedNumber[]>('DELETE', `/api/blocked-numbers/${encodeURIComponent(number)}`),
  }
}
