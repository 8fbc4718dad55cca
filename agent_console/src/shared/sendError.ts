// Why a message could not be sent: a code of the hub, and the other server's words after it.
import type { Translate } from '../i18n'

export interface SendErrorText {
  /** In the agent's language. */
  word: string
  /** As the other server said it; empty where it said nothing. */
  said: string
}

export function sendErrorText(error: string, t: Translate): SendErrorText {
  const found = /^([a-z_]+)(?:: (.*))?$/s.exec(error)
  return found ? { word: t.word('send_error', found[1] ?? ''), said: found[2] ?? '' } : { word: '', said: error }
}
