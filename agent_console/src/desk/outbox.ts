// What the agent sent is kept until the hub has it: in order, over a bad network, with the same id on every attempt.
import { ApiError } from './api'
import type { Api } from './api'
import type { DeskEvent } from './apply'
import type { DeskState, Kind, Pending } from './state'
import type { MailDraft, Say, Sheet, TemplateUse, TouchView } from './wire'

export interface OutboxParts {
  api: Pick<Api, 'say' | 'note'>
  get: () => DeskState
  dispatch: (event: DeskEvent) => void
  later: (job: () => void, ms: number) => () => void
  newId: () => string
  now: () => number
  /** Looks at an interaction again, of which something is not on the screen yet. */
  look: (interactionId: string) => void
  /** Survives a reload of the page. */
  keep: { read: () => string | null; write: (text: string) => void }
}

const RETRY_MS = 2_000

/** What makes a message a mail, what its writer has read, and the draft that it was. */
export interface Addressed {
  mail?: MailDraft
  seen?: number
  sheet?: Sheet
  template?: TemplateUse
}

export class Outbox {
  private readonly parts: OutboxParts
  private readonly busy = new Set<string>()

  constructor(parts: OutboxParts) {
    this.parts = parts
  }

  send(interactionId: string, kind: Kind, text: string, files: Pending['files'], addressed?: Addressed): void {
    const { newId, now, get } = this.parts
    const item: Pending = {
      id: newId(), interactionId, kind, text, files, mail: addressed?.mail ?? null, seen: addressed?.seen ?? null, sheet: addressed?.sheet ?? null,
      template: addressed?.template ?? null,
      state: 'kept', error: null, at: now(), after: Infinity,
    }
    this.change([...get().pending, item])
    this.flush()
  }

  retry(id: string): void {
    this.update(id, { state: 'kept', error: null })
    this.flush()
  }

  /** Sends although the customer wrote meanwhile; the writer has read up to `seen` now. */
  anyway(id: string, seen: number): void {
    this.update(id, { seen })
    this.retry(id)
  }

  /** Gives it back to its composer instead of sending it. */
  giveBack(id: string): void {
    const item = this.parts.get().pending.find((one) => one.id === id)
    if (!item) return
    const { interactionId, kind, text, files } = item
    this.parts.dispatch({ type: 'returned', back: { interactionId, kind, text, files, mail: item.mail ?? null } })
    this.discard(id)
  }

  discard(id: string): void {
    this.drop(id)
    this.flush()
  }

  /** Takes up what an earlier page of this browser could not send. */
  restore(): void {
    const before = parsed(this.parts.keep.read())
    this.change(before.map((item) => ({ ...item, state: item.state === 'failed' ? 'failed' : 'kept' })))
    this.flush()
  }

  /** Sends what is first in every interaction. What comes after a failed one waits: order matters to the reader. */
  readonly flush = (): void => {
    const first = new Map<string, Pending>()
    for (const item of this.parts.get().pending) if (!first.has(item.interactionId)) first.set(item.interactionId, item)
    for (const item of first.values())
      if (item.state === 'kept' && !this.busy.has(item.interactionId)) void this.attempt(item)
  }

  private async attempt(item: Pending): Promise<void> {
    this.busy.add(item.interactionId)
    this.update(item.id, { state: 'sending', error: null, after: seen(this.parts.get(), item.interactionId) })
    try {
      const touch = await this.transmit(item)
      this.parts.dispatch({ type: 'touch', touch })
      if (touch.mail?.due_at) this.parts.dispatch({ type: 'leaving', touch })
      this.drop(item.id)
      this.busy.delete(item.interactionId)
      this.flush()
    } catch (error) {
      this.refused(item, error)
    }
  }

  private transmit(item: Pending): Promise<TouchView> {
    const { api } = this.parts
    const say: Say = { id: item.id, text: item.text, files: item.files.map((file) => file.id) }
    if (item.mail) say.mail = item.mail
    if (typeof item.seen === 'number') say.seen = item.seen
    if (item.sheet) say.sheet = item.sheet
    if (item.template) say.template = item.template
    return item.kind === 'note' ? api.note(item.interactionId, say) : api.say(item.interactionId, say)
  }

  private refused(item: Pending, error: unknown): void {
    this.busy.delete(item.interactionId)
    const passing = error instanceof ApiError && (error.passing || error.status === 401)
    const code = codeOf(error)
    this.update(item.id, { state: passing ? 'kept' : 'failed', error: code })
    if (passing) this.parts.later(this.flush, RETRY_MS)
    if (code === 'stale') this.parts.look(item.interactionId)
  }

  private update(id: string, fields: Partial<Pending>): void {
    this.change(this.parts.get().pending.map((item) => (item.id === id ? { ...item, ...fields } : item)))
  }

  private drop(id: string): void {
    this.change(this.parts.get().pending.filter((item) => item.id !== id))
  }

  private change(pending: readonly Pending[]): void {
    this.parts.dispatch({ type: 'pending', pending })
    this.parts.keep.write(JSON.stringify(pending))
  }
}

/** The hub's code; of what is wrong with a mail's fields, the first as `flaw:<code>`. */
function codeOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'broken'
  const field = error.code === 'invalid' ? Object.values(error.fields)[0] : undefined
  return field ? `flaw:${field}` : error.code
}

function seen(state: DeskState, id: string): number {
  return state.details[id]?.card.version ?? state.cards[id]?.version ?? Infinity
}

/** What of an interaction is still to be shown as unsent: the event may come before the answer, but nothing twice. */
export function unsent(state: DeskState, id: string): readonly Pending[] {
  const touches = state.details[id]?.touches ?? []
  const landed = (item: Pending) =>
    item.state === 'sending' &&
    touches.some((touch) => touch.version > item.after && touch.actor_id === state.me?.id && same(touch, item))
  return state.pending.filter((item) => item.interactionId === id && !landed(item))
}

const same = (touch: TouchView, item: Pending): boolean =>
  touch.text === item.text && touch.note === (item.kind === 'note')

function parsed(text: string | null): Pending[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? (value as Pending[]).filter((item) => item.id && item.interactionId) : []
  } catch {
    return []
  }
}
