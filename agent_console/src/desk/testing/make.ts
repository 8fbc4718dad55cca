// Values for tests: complete, with only what a test is about named.
import type { AgentView, Card, CustomerView, Detail, MailView, QueueFigures, Snapshot, TouchView } from '../wire'
import { headOf } from '../head'
import { empty } from '../state'

const AT = '2025-03-03T10:00:00Z'

export function card(fields: Partial<Card> & { id: string }): Card {
  return {
    reference: 'C-1', version: 1, channel: 'webchat', source: 'chat', queue: 'support', state: 'active',
    customer_id: 'c1', customer_name: 'Ann Li', subject: '', last_text: 'hello', last_at: AT, unread: 0, priority: 0,
    units: 1, created_at: AT, queued_at: AT, entered_at: AT, due_at: null, answered_at: AT, agent_id: 'me',
    agent_name: 'Me', offer_id: null, offer_reasons: [], beside: [], disposition: null, parent_id: null, clock: null, callback: false, vip: false,
    ...fields,
  }
}

export function agent(fields: Partial<AgentView> = {}): AgentView {
  return {
    id: 'me', login: 'me', name: 'Me', role: 'agent', language: 'en', queues: ['support'], skills: {}, capacity: 4, limits: {},
    used: 0, version: 1,
    presence: {
      declared: 'available', reason: null, since: AT, pending: null, pending_reason: null, connected: true,
      routable: true, why_not: null,
    },
    ...fields,
  }
}

export function touch(fields: Partial<TouchView> & { interaction_id: string; version: number }): TouchView {
  return {
    id: `t${fields.interaction_id}${fields.version}`, reference: 'C-1', channel: 'webchat', kind: 'received', at: AT,
    recorded_at: AT, actor: 'customer', actor_id: null, actor_name: 'Ann Li', data: {}, text: 'hello', note: false,
    message_id: null, message_state: null, message_error: null, mail: null, files: [], ...fields,
  }
}

const customer: CustomerView = {
  id: 'c1', name: 'Ann Li', language: null, marks: { vip: false, segments: [], contract: null, owner_id: null, owner: null }, created_at: AT, addresses: [], interactions: 1, touches: 1, open: [], edits: [], version: 1,
}

export function detail(of: Card, touches: TouchView[] = []): Detail {
  return {
    card: of, customer, fields: {}, touches, drafts: {}, can_reply: true, reply: null, texting: null, callback: null, extensions: 0, suggestions: [],
    linked: [],
  }
}

export function mail(fields: Partial<MailView> = {}): MailView {
  return {
    mailbox: 'support', mail_id: '<1@example.com>', author: { name: 'Ann Li', address: 'ann@example.com' }, reply_to: [],
    to: [{ name: '', address: 'support@acme.test' }], cc: [], bcc: [], subject: 'No light', html: false, remote: 0, quoted: 0,
    signature: '', machine: null, automatic: false, warnings: [], raw: true, copies: [], due_at: null, ...fields,
  }
}

export function snapshot(cards: Card[], me = agent(), figures: QueueFigures[] = []): Snapshot {
  const held = { ...empty, me, cards: Object.fromEntries(cards.map((one) => [one.id, one])) }
  return { now: AT, me, cards, queues: [], figures, head: headOf(held) }
}
