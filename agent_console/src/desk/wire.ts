// Generated from hub/wire.py by `npm run wire`. Do not edit.

export interface AddressView {
  kind: string
  value: string
  verified: boolean
}
/**
 * `agent`: somebody's presence or load changed; sent to the agent and to supervisors.
 */
export interface AgentEvent {
  agent: AgentView
}
export interface AgentView {
  id: string
  login: string
  name: string
  role: 'agent' | 'supervisor' | 'admin'
  language: string
  queues: string[]
  skills: {
    [k: string]: number
  }
  capacity: number
  /**
   * capacity units in use, open offers included
   */
  used: number
  presence: Presence
  version: number
}
/**
 * Three different things: what the agent declared, whether a socket lives, whether work may be offered.
 */
export interface Presence {
  declared: 'available' | 'break' | 'offline' | 'missed'
  reason: string | null
  since: string
  pending: ('break' | 'offline') | null
  pending_reason: string | null
  connected: boolean
  routable: boolean
  /**
   * code of the reason why no work is offered now
   */
  why_not: string | null
}
/**
 * One interaction in a list: all that a row or an offer shows.
 */
export interface Card {
  id: string
  reference: string
  version: number
  channel: string
  source: string
  queue: string
  state: 'queued' | 'offered' | 'active' | 'waiting' | 'parked' | 'wrapping' | 'done'
  customer_id: string
  customer_name: string
  subject: string
  last_text: string
  last_at: string
  unread: number
  priority: number
  units: number
  created_at: string
  queued_at: string
  entered_at: string
  due_at: string | null
  answered_at: string | null
  agent_id: string | null
  agent_name: string | null
  offer_id: string | null
  offer_reasons: Reason[]
  disposition: string | null
  parent_id: string | null
}
export interface Reason {
  code: string
  data: {
    [k: string]: string | number
  }
}
/**
 * `card`: an interaction moved. `card` null: it left my desk. A jump in `version` means: fetch it.
 */
export interface CardEvent {
  id: string
  version: number
  card: Card | null
  touch: TouchView | null
}
/**
 * One thing that happened. A message or note is carried whole; other kinds say what they mean in `data`.
 */
export interface TouchView {
  id: string
  interaction_id: string
  reference: string
  version: number
  channel: string
  kind: string
  at: string
  recorded_at: string
  actor: 'customer' | 'agent' | 'supervisor' | 'system'
  actor_id: string | null
  actor_name: string
  data: {
    [k: string]: unknown
  }
  text: string | null
  note: boolean
  message_id: string | null
  message_state: ('received' | 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed') | null
  message_error: string | null
  files: FileView[]
}
export interface FileView {
  id: string
  name: string
  type: string
  size: number
  /**
   * a picture that is safe to show; anything else is only downloaded
   */
  inline: boolean
}
/**
 * What was corrected in a customer's record.
 */
export interface CustomerEdit {
  field: 'name' | 'language'
  before: string | null
  after: string | null
  by: string
  at: string
}
export interface CustomerView {
  id: string
  name: string
  language: string | null
  created_at: string
  addresses: AddressView[]
  interactions: number
  touches: number
  open: Card[]
  /**
   * the last twenty corrections, the newest first
   */
  edits: CustomerEdit[]
  version: number
}
export interface Decline {
  reason: string
}
/**
 * An interaction opened: its card, its customer, everything that happened in it, and my drafts.
 */
export interface Detail {
  card: Card
  customer: CustomerView
  fields: {
    [k: string]: string
  }
  touches: TouchView[]
  drafts: {
    [k: string]: string
  }
  /**
   * false where the channel has no way back; notes are always possible
   */
  can_reply: boolean
}
export interface Draft {
  kind: 'reply' | 'note'
  text: string
}
export interface EditCustomer {
  name: string
  language?: ('en' | 'zh-Hans') | null
  version: number
}
/**
 * Event name -> payload, for generated types.
 */
export interface Events {
  card: CardEvent
  message: MessageEvent
  agent: AgentEvent
  figures: FiguresEvent
  heartbeat: HeartbeatEvent
  typing: TypingEvent
}
/**
 * `message`: what became of a message that was sent.
 */
export interface MessageEvent {
  interaction_id: string
  message_id: string
  state: 'received' | 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed'
  error: string | null
}
/**
 * `figures`: the queues moved.
 */
export interface FiguresEvent {
  now: string
  figures: QueueFigures[]
}
/**
 * One queue, now and today. Ages are computed from `oldest_at` by the screen, with the server's time.
 */
export interface QueueFigures {
  queue: string
  waiting: number
  oldest_at: string | null
  oldest_id: string | null
  offered: number
  active: number
  wrapping: number
  /**
   * parked, or waiting for the customer
   */
  held: number
  /**
   * agents with room for the smallest item that waits, or for anything when none does
   */
  ready: number
  staff: number
  /**
   * accepted today, of those that came today (n of the service level)
   */
  answered: number
  answered_in_time: number
  /**
   * still waiting, and past the service level already
   */
  late_waiting: number
  /**
   * answered in time / (answered + waiting beyond the limit + abandoned); null when n is 0
   */
  service_level: number | null
  abandoned: number
  closed: number
}
/**
 * `heartbeat`: every ten seconds, so that a silent loss is noticed.
 */
export interface HeartbeatEvent {
  now: string
  head: Head
}
/**
 * Fingerprint of all that a desk should hold; a desk that differs fetches a snapshot.
 */
export interface Head {
  cards: number
  /**
   * sum over cards of crc32('<id>:<version>'), modulo 2^32
   */
  sum: number
  /**
   * version of the agent
   */
  me: number
}
/**
 * `typing`: the customer, or a colleague, is typing. Not kept.
 */
export interface TypingEvent {
  interaction_id: string
  who: string
  on: boolean
}
/**
 * The supervisor's screen.
 */
export interface Floor {
  now: string
  figures: QueueFigures[]
  agents: AgentView[]
  ledger: Ledger
}
export interface Ledger {
  rows: LedgerRow[]
  unaccounted: number
  /**
   * open interactions that are not in exactly one place: must be empty
   */
  misplaced: string[]
  outbox_pending: number
  outbox_oldest_at: string | null
  unconfirmed: number
  now: string
}
/**
 * received = stored + duplicate + quarantined + refused; anything else is unaccounted and an alarm.
 */
export interface LedgerRow {
  source: string
  received: number
  stored: number
  duplicate: number
  quarantined: number
  refused: number
  refusals: {
    [k: string]: number
  }
  unaccounted: number
  last_at: string | null
}
/**
 * One finding of the search.
 */
export interface Hit {
  kind: 'customer' | 'message' | 'note'
  customer_id: string
  customer_name: string
  interaction_id: string | null
  reference: string | null
  excerpt: string
  at: string
}
export interface Labelled {
  id: string
  name: {
    [k: string]: string
  }
}
/**
 * A contact that an agent logs by hand: a call elsewhere, a fax, a letter, a visit at the counter.
 */
export interface LoggedContact {
  /**
   * made by the writer; a retry carries the same and is stored once
   */
  id: string
  kind: 'call' | 'fax' | 'letter' | 'visit' | 'other'
  direction?: 'in' | 'out'
  customer_id?: string | null
  name?: string
  email?: string
  phone?: string
  /**
   * when it happened; may lie in the past, and both times are kept
   */
  at: string
  text: string
  /**
   * @maxItems 20
   */
  files?: string[]
  /**
   * queue that shall deal with it; without one it is closed at once
   */
  follow_up?: string | null
  disposition?: string | null
}
export interface Login {
  login: string
  password: string
}
export interface Me {
  agent: AgentView
  /**
   * send it back as X-CSRF-Token with every request that changes something
   */
  csrf: string
  now: string
  demo: boolean
}
export interface Park {
  until: string
  reason?: string
}
export interface Prioritise {
  priority: number
  reason: string
}
/**
 * Every error answer, as application/problem+json.
 */
export interface Problem {
  type: string
  title: string
  status: number
  /**
   * stable word for programs, e.g. `taken`, `not_yours`, `late`, `invalid`
   */
  code: string
  /**
   * what was wrong, where, and what to do
   */
  detail: string
  /**
   * field name -> what is wrong with it
   */
  fields: {
    [k: string]: string
  }
  retry_after: number | null
}
export interface QueueView {
  id: string
  name: {
    [k: string]: string
  }
  wrap_up_seconds: number
  service_level_seconds: number
  service_level_target: number
  dispositions: Labelled[]
}
export interface Requeue {
  reason: string
  queue?: string | null
  agent?: string | null
}
export interface Say {
  /**
   * made by the writer; a retry carries the same and is stored once
   */
  id: string
  text: string
  /**
   * @maxItems 20
   */
  files?: string[]
}
export interface SetPresence {
  state: 'available' | 'break' | 'offline'
  reason?: string | null
}
/**
 * All that a desk holds, read in one transaction.
 */
export interface Snapshot {
  now: string
  me: AgentView
  cards: Card[]
  queues: QueueView[]
  figures: QueueFigures[]
  head: Head
}
export interface WaitFor {
  minutes: number
}
export interface WrapUp {
  disposition: string
  note?: string
  /**
   * the item comes back to its queue then
   */
  follow_up_at?: string | null
}
export interface PageOfCards {
  items: Card[]
  /**
   * pass it as `after` for the next page; null at the end
   */
  next: string | null
  total: number | null
}
