// Why a message could not be sent: a code of the hub, and the other server's words after it.
import type { Translate } from '../i18n'

export interface SendErrorText {
  /** In the agent's language. */
  word: string
  /** As the other server said it; empty where it said nothing. */
  said: string
}

/** What stands after these codes is a program's word, not a server's. */
const UNSAID = new Set([
  'cannot_send', 'cannot_sign', 'certificate', 'interrupted', 'malformed', 'no_answer', 'no_mail', 'no_mailbox', 'no_signing_key',
  'no_smtputf8', 'timeout', 'tls', 'unclear', 'unknown_host', 'unreachable',
  // of texts to telephones: the word says it all, but for what no word is known of
  'bad_sender', 'no_account', 'no_mobile', 'no_number', 'no_sender', 'no_whatsapp', 'opted_out', 'phone_off', 'phone_unknown', 'region', 'route',
  'sender_unregistered', 'text_blocked', 'text_failed', 'text_filtered', 'too_long', 'twilio_busy', 'twilio_log_in', 'twilio_no_answer',
  'twilio_unreached', 'window_closed',
])

export function sendErrorText(error: string, t: Translate): SendErrorText {
  const found = /^([a-z_0-9]+)(?:: (.*))?$/s.exec(error)
  if (!found) return { word: '', said: error }
  const [, code = '', said = ''] = found
  return { word: t.word('send_error', code), said: UNSAID.has(code) ? '' : said }
}
