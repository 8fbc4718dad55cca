// The steps of a mailbox's test: which there will be, and how each stands while they arrive. Pure.
import type { PutMailbox, Step } from '../../desk/wire'

export type StepName = Step['name']
export type State = 'ok' | 'failed' | 'running' | 'waiting' | 'skipped'
export interface Line {
  name: StepName
  state: State
  step: Step | null
}

/** All steps that a whole test has, in the order of the hub. */
export function planned({ mailbox: { imap, smtp } }: PutMailbox): StepName[] {
  const encrypted = (security?: string) => security !== 'none'
  const steps: StepName[] = []
  if (imap) steps.push('resolve', 'connect', ...(encrypted(imap.security) ? ['tls' as const] : []), 'log_in', 'list', 'read')
  if (smtp)
    steps.push('smtp_connect', ...(encrypted(smtp.security) ? ['smtp_tls' as const] : []),
      ...(smtp.user ? ['smtp_log_in' as const] : []), 'send')
  if (imap && smtp) steps.push('arrive')
  return steps
}

const sending = (name: StepName) => name.startsWith('smtp_') || name === 'send'
const part = (name: StepName) => (name === 'arrive' ? 2 : sending(name) ? 1 : 0)

/** After a failure the rest of its part is left out; a missing folder keeps nobody from reading another one. */
export function progress(plan: readonly StepName[], arrived: readonly Step[], ended: boolean): Line[] {
  const failed = new Set(arrived.filter((step) => !step.ok && step.name !== 'list').map((step) => part(step.name)))
  const dead = (name: StepName) => failed.has(part(name)) || (name === 'arrive' && failed.size > 0)
  let running = !ended
  return plan.map((name) => {
    const step = arrived.find((one) => one.name === name) ?? null
    if (step) return { name, step, state: step.ok ? 'ok' : 'failed' }
    if (ended || dead(name)) return { name, step, state: 'skipped' }
    const state = running ? 'running' : 'waiting'
    running = false
    return { name, step, state }
  })
}

export type Verdict = 'good' | 'bad' | 'cut'

export function verdict(lines: readonly Line[]): Verdict {
  if (lines.some((line) => line.state === 'failed')) return 'bad'
  return lines.every((line) => line.state === 'ok') ? 'good' : 'cut'
}

/** All codes that a step or a mailbox's problem can have. */
export const codes = [
  'resolve', 'connect', 'timeout', 'lost', 'garbage', 'tls', 'tls_name', 'tls_self_signed', 'tls_expired',
  'tls_not_yet_valid', 'tls_untrusted', 'tls_missing', 'log_in', 'no_log_in', 'unavailable', 'no_secret', 'refresh', 'refresh_denied',
  'folder', 'folder_missing', 'read_only', 'no_data', 'refused', 'send_refused', 'not_arrived', 'broken', 'other_secret',
  'send_log_in', 'send_no_log_in', 'send_refresh', 'send_refresh_denied', 'copy_folder', 'copy_log_in', 'copy_failed', 'copy_crowded',
] as const
export const known = (code: string): string => ((codes as readonly string[]).includes(code) ? code : 'unknown')
