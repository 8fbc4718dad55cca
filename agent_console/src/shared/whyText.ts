// Why something happened: a code of the hub in words, or what somebody wrote himself.
import type { Translate } from '../i18n'
import { sendErrorText } from './sendError'

/** Which words say why. */
const GROUPS: Record<string, string> = { declined: 'decline', fetched: 'fetch_error' }

export function whyText(reason: string, kind: string, t: Translate): string {
  if (kind === 'delivery') return sendErrorText(reason, t).word || reason
  if (!/^[a-z_]+$/.test(reason)) return reason // somebody's own words
  return t.word(GROUPS[kind] ?? 'system_reason', reason)
}
