// Generated from hub/wire.py by `npm run wire`. Do not edit.

export interface AddressView {
  kind: string
  value: string
  verified: boolean
  undeliverable_at: string | null
  undeliverable_reason: string | null
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
   * channel -> most contacts at once
   */
  limits: {
    [k: string]: number
  }
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
 * A number that is not to be let in, and why.
 */
export interface BlockNumber {
  /**
   * E.164
   */
  number: string
  reason: string
}
export interface BlockedNumber {
  number: string
  reason: string
  added_by: string
  added_at: string
  /**
   * how often it has rung since
   */
  calls: number
  last_at: string | null
}
/**
 * In whose call somebody is without holding it.
 */
export interface CallBeside {
  interaction_id: string | null
}
/**
 * `call`: a telephone call stands differently; ask for it.
 */
export interface CallEvent {
  interaction_id: string
}
/**
 * One party's connection.
 */
export interface CallLeg {
  leg: string
  role: 'customer' | 'partner' | 'consult' | 'supervisor'
  state: string
  /**
   * on the line, or about to be
   */
  live: boolean
  answered_at: string | null
  /**
   * of an agent or supervisor, or the number of somebody outside
   */
  name: string | null
  /**
   * of a supervisor
   */
  mode: ('listen' | 'whisper' | 'barge') | null
  /**
   * nobody hears him, as he wishes
   */
  muted: boolean
}
export interface CallPlaced {
  interaction_id: string
}
/**
 * A telephone call as its agent sees it.
 */
export interface CallView {
  phase:
    | 'menu'
    | 'queued'
    | 'offering'
    | 'connecting'
    | 'talking'
    | 'held'
    | 'consulting'
    | 'orphaned'
    | 'ending'
    | 'ended'
  /**
   * of ours, that was dialled
   */
  number: string
  began_at: string
  held: boolean
  /**
   * nobody hears whoever asks, as he wishes
   */
  muted: boolean
  /**
   * as the provider confirmed it; never: this call may not be recorded
   */
  recording: 'never' | 'off' | 'on' | 'paused'
  /**
   * a pause is asked for and not confirmed: it is still recorded
   */
  recording_pausing: boolean
  /**
   * when a pause ends by itself
   */
  recording_resumes_at: string | null
  /**
   * the agent may end it; else he may pause it only
   */
  recording_may_stop: boolean
  legs: CallLeg[]
}
export interface CallbackAttempt {
  number: number
  at: string
  agent_name: string | null
  outcome: ('reached' | 'no_answer' | 'busy' | 'failed' | 'voicemail_left' | 'declined' | 'given_up') | null
  said_by: ('agent' | 'system') | null
}
/**
 * How an attempt went, as the agent says. no_answer, voicemail_left: he is called again, or at `again_at`.
 * reached, declined, given_up: nobody calls him any more.
 */
export interface CallbackOutcome {
  outcome: 'reached' | 'no_answer' | 'voicemail_left' | 'declined' | 'given_up'
  note?: string
  again_at?: string | null
}
/**
 * A customer who waits to be called back.
 */
export interface CallbackView {
  number: string
  /**
   * it was read to him, and he said yes
   */
  read_back: boolean
  asked_at: string
  attempts: number
  /**
   * attempts after which a human being decides
   */
  most: number
  /**
   * he is not called before; null: whenever his turn comes
   */
  next_at: string | null
  /**
   * he may not be called at this hour
   */
  quiet: boolean
  calling: boolean
  /**
   * called often enough in vain: somebody has to decide
   */
  undecided: boolean
  /**
   * why nobody calls him any more; null while somebody does
   */
  outcome: string | null
  tried: CallbackAttempt[]
}
/**
 * One address that Twilio calls for a number.
 */
export interface CalledView {
  what: 'sms' | 'voice' | 'fallback' | 'status'
  /**
   * what has to stand there, as POST
   */
  wanted: string
  /**
   * what stands there; null while Twilio was not asked
   */
  found: string | null
  method: string | null
  /**
   * an application or a trunk stands in front of it, so it is not used
   */
  elsewhere: boolean
  ok: boolean | null
}
/**
 * A queue that I may call somebody for, and the number that he sees.
 */
export interface CallingFrom {
  queue: string
  number: string
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
  /**
   * who else the offer rings at: whoever accepts first has it
   */
  beside: string[]
  disposition: string | null
  parent_id: string | null
  clock: Clock | null
  /**
   * the customer is to be called back
   */
  callback: boolean
  vip: boolean
}
export interface Reason {
  code: string
  data: {
    [k: string]: string | number
  }
}
/**
 * The promise that matters most now: the first that is, or will be, broken.
 */
export interface Clock {
  name: 'first_response' | 'next_response' | 'resolution'
  state: 'running' | 'warned' | 'breached' | 'paused'
  /**
   * null while it is paused
   */
  due_at: string | null
  /**
   * of open time, when it was looked at last
   */
  left_seconds: number | null
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
  message_state:
    ('received' | 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed' | 'withdrawn') | null
  message_error: string | null
  mail: MailView | null
  files: FileView[]
}
/**
 * What a message that is a mail says beyond its text.
 */
export interface MailView {
  mailbox: string
  /**
   * Message-ID, with angle brackets
   */
  mail_id: string
  author: PartyView
  reply_to: PartyView[]
  to: PartyView[]
  cc: PartyView[]
  bcc: PartyView[]
  subject: string
  /**
   * there is an HTML form: GET /api/messages/{id}/html
   */
  html: boolean
  /**
   * pictures that would be fetched from elsewhere; shown only when asked for
   */
  remote: number
  /**
   * characters of the folded rest: GET /api/messages/{id}/quoted
   */
  quoted: number
  /**
   * of what we sent; it stands below the text
   */
  signature: string
  machine: ('auto_reply' | 'auto_generated' | 'list' | 'bulk' | 'report') | null
  /**
   * sent by the hub itself
   */
  automatic: boolean
  warnings: string[]
  /**
   * the bytes as they came are kept: GET /api/messages/{id}/raw
   */
  raw: boolean
  /**
   * all mailboxes of ours that it came to
   */
  copies: string[]
  /**
   * leaves then; may be taken back until it does
   */
  due_at: string | null
}
/**
 * A name and an address in the head of a mail.
 */
export interface PartyView {
  name: string
  address: string
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
export interface CheckPolicy {
  document: {
    [k: string]: unknown
  }
}
/**
 * `clock`: another promise matters most now, or none (null).
 */
export interface ClockEvent {
  interaction_id: string
  clock: Clock | null
}
/**
 * Who is asked: a colleague, or a number outside. Exactly one of them. `hand_over`: nobody is asked, and the
 * customer goes there as soon as they answer.
 */
export interface Consult {
  hand_over?: boolean
  agent?: string | null
  /**
   * E.164
   */
  number?: string
}
/**
 * What was corrected in a customer's record.
 */
export interface CustomerEdit {
  field: 'name' | 'language' | 'vip' | 'segments' | 'contract' | 'owner'
  before: string | null
  after: string | null
  by: string
  at: string
}
export interface CustomerView {
  id: string
  name: string
  language: string | null
  marks: Marks
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
/**
 * How the customer is treated.
 */
export interface Marks {
  vip: boolean
  segments: string[]
  contract: string | null
  owner_id: string | null
  /**
   * name of the agent who looks after the customer
   */
  owner: string | null
}
/**
 * What a human knows of a message whose sending nobody could confirm, or that failed.
 */
export interface Decide {
  /**
   * send it again; it did arrive; it did not
   */
  what: 'again' | 'sent' | 'failed'
}
export interface DecideSuggestion {
  other_id: string
  accept: boolean
}
export interface Decline {
  reason: string
}
export interface DeleteRecording {
  /**
   * stands in the history of the contact
   */
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
  /**
   * the newest first
   */
  drafts: {
    [k: string]: KeptDraft[]
  }
  /**
   * false where the channel has no way back; notes are always possible
   */
  can_reply: boolean
  /**
   * where the way back is mail; null elsewhere
   */
  reply: ReplyView | null
  /**
   * where the way back is SMS or WhatsApp; null elsewhere
   */
  texting: TextingView | null
  /**
   * the customer is to be called back, or was; null elsewhere
   */
  callback: CallbackView | null
  /**
   * how often its queue lets the wrap-up be made longer
   */
  extensions: number
  suggestions: SuggestionView[]
  /**
   * interactions that this one follows, or that follow it
   */
  linked: Card[]
}
export interface KeptDraft {
  sheet: string
  version: number
  saved_at: string
  text: string
  /**
   * recipients and subject; null: as the hub proposes
   */
  mail: MailDraft | null
}
/**
 * Recipients and subject of a mail that is being written; nothing in it needs to be complete.
 */
export interface MailDraft {
  kind?: 'reply' | 'forward' | 'new'
  /**
   * @maxItems 10000
   */
  to?: PartyIn[]
  /**
   * @maxItems 10000
   */
  cc?: PartyIn[]
  /**
   * @maxItems 10000
   */
  bcc?: PartyIn[]
  subject?: string
  quote?: boolean
}
/**
 * A recipient. The address is checked for form; what is wrong is said by field, such as `mail.to.0`.
 */
export interface PartyIn {
  name?: string
  address: string
}
/**
 * How an answer by mail would look unless it is changed: who gets it, from whom, under which subject.
 */
export interface ReplyView {
  mailbox: string
  author: PartyView1
  /**
   * reply: where the last mail wants its answer
   */
  to: PartyView[]
  /**
   * reply to all: everybody else who was addressed, ourselves left out
   */
  cc: PartyView[]
  subject: string
  forward_subject: string
  /**
   * what the text begins with, to be written on; may be empty
   */
  template: string
  signature: string
  /**
   * those who take part and whom mail does not reach
   */
  undeliverable: UndeliverableView[]
}
/**
 * A name and an address in the head of a mail.
 */
export interface PartyView1 {
  name: string
  address: string
}
/**
 * An address that mail does not reach, whether it is a customer's or not.
 */
export interface UndeliverableView {
  /**
   * in lower case
   */
  address: string
  since: string
  /**
   * in the words of a mail server
   */
  reason: string
}
/**
 * How this conversation stands with the network: one that may not be written to says why.
 */
export interface TextingView {
  kind: 'sms' | 'whatsapp'
  /**
   * our own number; the name of a messaging service that has not chosen one yet
   */
  sender: string
  /**
   * characters
   */
  longest: number
  /**
   * the customer wants no texts from this number since then
   */
  opted_out_at: string | null
  /**
   * WhatsApp: free text is allowed until then; null or past: templates only. Always null for SMS
   */
  free_until: string | null
  templates: TemplateView[]
  /**
   * why our latest text did not reach this number and another one hardly will: phone_unknown, no_mobile, no_whatsapp; null once the customer has written
   */
  unreachable: string | null
}
/**
 * A text agreed beforehand. `{{name}}` in it is filled in by the agent.
 */
export interface TemplateView {
  id: string
  /**
   * language -> name
   */
  name: {
    [k: string]: string
  }
  text: string
  places: string[]
}
/**
 * Another interaction that this one may belong to; evidence not enough to join them without a human.
 */
export interface SuggestionView {
  other: Card
  reason: 'token' | 'reference' | 'subject'
}
export interface DkimFields {
  domain: string
  selector: string
}
/**
 * Without text and recipients it is dropped.
 */
export interface Draft {
  /**
   * made by the window; left out: one for all that leave it out
   */
  sheet?: string
  /**
   * sheets that this one goes on with, each with the version that was read; one written on since then stays
   */
  replaces?: {
    [k: string]: number
  }
  kind: 'reply' | 'note'
  text: string
  mail?: MailDraft | null
}
/**
 * `others`: what I keep of the same kind on other sheets, the newest first.
 */
export interface DraftKept {
  others: KeptDraft[]
}
export interface DraftSaved {
  saved_at: string
}
export interface DropPolicyDraft {
  saved_at: string | null
}
export interface EditCustomer {
  name: string
  language?: ('en' | 'zh-Hans') | null
  version: number
}
/**
 * One step up the ladder of its queue.
 */
export interface Escalate {
  reason: string
}
/**
 * The mean of the runs, and where it lies with 95 % confidence.
 */
export interface EstimateView {
  mean: number
  low: number
  high: number
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
  clock: ClockEvent
  call: CallEvent
}
/**
 * `message`: what became of a message that was sent.
 */
export interface MessageEvent {
  interaction_id: string
  message_id: string
  state: 'received' | 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed' | 'withdrawn'
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
  /**
   * open, and a promised time is over
   */
  breached: number
  /**
   * open, and warned about
   */
  at_risk: number
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
export interface FactView {
  name: string
  kind: 'text' | 'number' | 'flag' | 'set'
  always: boolean
  meaning: string
}
/**
 * Shares 0 to 1, waits in seconds; null: of nobody. docs/routing.md says how each is reckoned.
 */
export interface FiguresView {
  contacts: EstimateView | null
  answered: EstimateView | null
  service_level: EstimateView | null
  abandonment: EstimateView | null
  mean_wait: EstimateView | null
  median_wait: EstimateView | null
  p95_wait: EstimateView | null
  longest_wait: EstimateView | null
  vip_contacts: EstimateView | null
  vip_service_level: EstimateView | null
  fairness: EstimateView | null
  utilisation: EstimateView | null
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
  /**
   * those that mail is fetched from, mail by mail
   */
  mailboxes: MailboxLedgerRow[]
  /**
   * arrivals in quarantine that wait for a human's decision
   */
  undecided: number
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
 * Of one mailbox: uids = stored + duplicate + quarantined + failing; anything else is unaccounted and an alarm.
 */
export interface MailboxLedgerRow {
  mailbox: string
  uids: number
  stored: number
  duplicate: number
  quarantined: number
  /**
   * tried, and to be tried again
   */
  failing: number
  unaccounted: number
  /**
   * the last time that it was compared with what lies there
   */
  verified_at: string | null
  /**
   * mails that lay there then, of those that are ours to have
   */
  present: number | null
  /**
   * of these, not in the ledger then: fetched at once
   */
  missing: number | null
  /**
   * code of what keeps mail from coming now
   */
  problem: string | null
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
/**
 * Music for the customer, or an end of it.
 */
export interface Hold {
  on: boolean
}
export interface ImapFields {
  host: string
  port?: number
  security?: 'tls' | 'starttls' | 'none'
  user: string
  folder?: string
  begin?: 'new' | 'all'
  after?: 'leave' | 'mark' | 'move' | 'delete'
  move_to?: string
  delete_days?: number
  sent_folder?: string
  max_bytes?: number
}
export interface KeptNewMail {
  sheet: string
  version: number
  saved_at: string
  mailbox: string | null
  customer_id: string | null
  mail: MailDraft
  text: string
}
export interface KeptNewText {
  sheet: string
  version: number
  saved_at: string
  sender: string | null
  customer_id: string | null
  number: string
  text: string
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
/**
 * A mailbox that new mail can be sent from.
 */
export interface MailboxChoice {
  id: string
  address: string
  name: string
  signature: string
  queue: string
}
/**
 * A mailbox as it is set up, secrets left out: those never come back.
 */
export interface MailboxFields {
  id: string
  address: string
  /**
   * @maxItems 50
   */
  aliases?: string[]
  name?: string
  queue?: string | null
  imap?: ImapFields | null
  smtp?: SmtpFields | null
  oauth?: OAuthFields | null
  dkim?: DkimFields | null
  plus?: boolean
  template?: string
  signature?: string
  acknowledge?: string
  enabled?: boolean
}
export interface SmtpFields {
  host: string
  port?: number
  security?: 'tls' | 'starttls' | 'none'
  user?: string
}
export interface OAuthFields {
  token_url: string
  client_id: string
  scope?: string
}
/**
 * A mailbox, and how it is.
 */
export interface MailboxView {
  mailbox: MailboxFields
  /**
   * which ones are set
   */
  secrets: ('password' | 'client_secret' | 'refresh_token' | 'smtp_password' | 'dkim_key')[]
  version: number
  /**
   * false for those of the configuration file
   */
  editable: boolean
  /**
   * the last time that the mailbox answered
   */
  connected_at: string | null
  /**
   * the last time that it was compared with the ledger
   */
  verified_at: string | null
  /**
   * mails that lay there then, of those that are ours to have
   */
  present: number | null
  /**
   * of these, not in the ledger then: fetched at once
   */
  missing: number | null
  /**
   * code of what keeps mail from coming now
   */
  problem: string | null
  problem_text: string | null
  problem_at: string | null
  stored: number
  duplicate: number
  quarantined: number
  failing: number
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
/**
 * Nobody in the call hears me, or they do again.
 */
export interface Mute {
  on: boolean
}
/**
 * A mail to somebody, which no interaction asks for. It begins one, which then waits for the answer.
 */
export interface NewMail {
  /**
   * made by the writer; a retry carries the same and is stored once
   */
  id: string
  mailbox: string
  customer_id?: string | null
  mail: MailDraft
  text: string
  /**
   * @maxItems 20
   */
  files?: string[]
  /**
   * the draft that this was; left out: all new mails that I keep
   */
  sheet?: Sheet | null
}
/**
 * What one window writes on. Each has its own, so that none writes over what another one wrote.
 */
export interface Sheet {
  /**
   * made by the window; left out: one for all that leave it out
   */
  sheet?: string
  /**
   * sheets that this one goes on with, each with the version that was read; one written on since then stays
   */
  replaces?: {
    [k: string]: number
  }
}
/**
 * A new mail that I am writing. One that says nothing and names nobody is dropped.
 */
export interface NewMailDraft {
  /**
   * made by the window; left out: one for all that leave it out
   */
  sheet?: string
  /**
   * sheets that this one goes on with, each with the version that was read; one written on since then stays
   */
  replaces?: {
    [k: string]: number
  }
  mailbox?: string | null
  customer_id?: string | null
  mail?: MailDraft1
  text?: string
}
/**
 * Recipients and subject of a mail that is being written; nothing in it needs to be complete.
 */
export interface MailDraft1 {
  kind?: 'reply' | 'forward' | 'new'
  /**
   * @maxItems 10000
   */
  to?: PartyIn[]
  /**
   * @maxItems 10000
   */
  cc?: PartyIn[]
  /**
   * @maxItems 10000
   */
  bcc?: PartyIn[]
  subject?: string
  quote?: boolean
}
/**
 * `others`: new mails that I keep on other sheets, the newest first.
 */
export interface NewMailKept {
  others: KeptNewMail[]
}
/**
 * A text to somebody, which no interaction asks for. It begins one, which then waits for the answer.
 */
export interface NewText {
  /**
   * made by the writer; a retry carries the same and is stored once
   */
  id: string
  sender: string
  customer_id?: string | null
  /**
   * E.164, or as it is dialled in the country of the sender
   */
  number: string
  text: string
  template?: TemplateUse | null
  /**
   * @maxItems 10
   */
  files?: string[]
  /**
   * the draft that this was; left out: all new texts that I keep
   */
  sheet?: Sheet | null
}
/**
 * A template with what is filled in. The message's own text must be the text that comes of it.
 */
export interface TemplateUse {
  id: string
  variables?: {
    [k: string]: string
  }
}
/**
 * A new text that I am writing. One that says nothing and goes to nobody is dropped.
 */
export interface NewTextDraft {
  /**
   * made by the window; left out: one for all that leave it out
   */
  sheet?: string
  /**
   * sheets that this one goes on with, each with the version that was read; one written on since then stays
   */
  replaces?: {
    [k: string]: number
  }
  sender?: string | null
  customer_id?: string | null
  number?: string
  text?: string
}
/**
 * `others`: new texts that I keep on other sheets, the newest first.
 */
export interface NewTextKept {
  others: KeptNewText[]
}
/**
 * A number of ours. A WhatsApp sender cannot be asked for in this API.
 */
export interface NumberView {
  account: string
  number: string
  name: string
  kinds: ('sms' | 'whatsapp' | 'voice')[]
  called: CalledView[]
  /**
   * why Twilio did not say: no_account, no_such_number, unreached, busy, refused, gone, log_in, unknown
   */
  problem: string | null
}
export interface Park {
  until: string
  reason?: string
}
export interface PassedOverView {
  rule: string
  name: string
  unmet: UnmetView[]
}
export interface UnmetView {
  test: string
  /**
   * null: the fact is not there
   */
  found: {
    [k: string]: unknown
  }
}
/**
 * Somebody is to be called whom no contact asks for. My softphone rings first.
 */
export interface PlaceCall {
  /**
   * made by the caller; a retry carries the same and calls nobody twice
   */
  id: string
  /**
   * for which it is; it decides which number of ours is shown
   */
  queue: string
  /**
   * E.164, or as it is dialled in our country
   */
  number: string
  customer_id?: string | null
}
/**
 * A stretch of the day that begins `at` seconds. `waiting`: on average; `service_level`: of who came in it.
 */
export interface PointView {
  at: number
  contacts: number
  waiting: number
  service_level: number | null
}
/**
 * `digest` is null where the document cannot be read as a policy.
 */
export interface PolicyChecked {
  problems: PolicyProblem[]
  findings: PolicyFinding[]
  digest: string | null
}
export interface PolicyProblem {
  path: string
  text: string
}
export interface PolicyFinding {
  code: string
  severity: 'error' | 'warning'
  path: string
  data: {
    [k: string]: string | number | string[]
  }
}
/**
 * The one draft that everybody who may publish shares.
 */
export interface PolicyDraftView {
  document: {
    [k: string]: unknown
  }
  /**
   * the version it was begun from
   */
  base: number
  saved_at: string
  saved_by: string | null
}
/**
 * What would change for those who wait now; at most 200 of them are listed.
 */
export interface PolicyPreview {
  items: PreviewItem[]
  total: number
}
export interface PreviewItem {
  interaction_id: string
  reference: string
  before: Standing
  after: Standing
  rule: string | null
}
export interface Standing {
  queue: string
  /**
   * in the line of the queue, from 1
   */
  place: number | null
}
/**
 * `rule` is null where none holds: then the queue that the way in names, or else the default, counts.
 */
export interface PolicyTried {
  rule: string | null
  placement: {
    [k: string]: unknown
  } | null
  passed_over: PassedOverView[]
  facts: {
    [k: string]: unknown
  }
  /**
   * id of the SLA policy
   */
  promise: string | null
}
export interface PolicyVersion {
  version: number
  /**
   * sha256 of what it says
   */
  digest: string
  published_at: string
  /**
   * null: made from the configuration
   */
  published_by: string | null
  note: string
  /**
   * the older version that was restored
   */
  from_version: number | null
}
export interface PolicyVersionFull {
  version: number
  /**
   * sha256 of what it says
   */
  digest: string
  published_at: string
  /**
   * null: made from the configuration
   */
  published_by: string | null
  note: string
  /**
   * the older version that was restored
   */
  from_version: number | null
  document: {
    [k: string]: unknown
  }
}
/**
 * The policy in force.
 */
export interface PolicyView {
  version: number
  /**
   * sha256 of what it says
   */
  digest: string
  published_at: string
  /**
   * null: made from the configuration
   */
  published_by: string | null
  note: string
  /**
   * the older version that was restored
   */
  from_version: number | null
  document: {
    [k: string]: unknown
  }
  findings: PolicyFinding[]
  draft: PolicyDraftView | null
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
export interface PublishPolicy {
  document: {
    [k: string]: unknown
  }
  /**
   * the version in force that was read; another one since is a conflict
   */
  base: number
  note?: string
}
export interface Published {
  version: number
}
/**
 * `queues`: from which I may pull; `next`: what I would be given of all of them, null: nothing that I may take.
 */
export interface Pulls {
  queues: string[]
  next: string | null
}
/**
 * What an agent may be given. Who holds what he may no longer have gives it back at once.
 */
export interface PutAgentWork {
  skills: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[a-z][a-z0-9_-]{0,49}$".
     */
    [k: string]: number
  }
  /**
   * @maxItems 500
   */
  queues: string[]
  capacity: number
  /**
   * channel -> contacts at once
   */
  limits: {
    [k: string]: number
  }
  /**
   * of the agent, as it was read
   */
  version: number
}
/**
 * `secrets`: those given are set, an empty one is removed, those left out stay as they are.
 */
export interface PutMailbox {
  mailbox: MailboxFields
  secrets?: {
    [k: string]: string
  }
  /**
   * 0 for a new one; else the version that was read (409 when it moved on)
   */
  version?: number
}
/**
 * All of them; what is left out is taken away.
 */
export interface PutMarks {
  vip?: boolean
  /**
   * @maxItems 50
   */
  segments?: string[]
  contract?: string | null
  owner_id?: string | null
  /**
   * of the customer, as it was read
   */
  version: number
}
export interface PutPolicyDraft {
  document: {
    [k: string]: unknown
  }
  base: number
  /**
   * of the draft that was read; null: there was none
   */
  saved_at: string | null
}
/**
 * Something that arrived and could not be understood; its bytes are kept.
 */
export interface QuarantineView {
  id: string
  source: string
  natural_key: string
  arrived_at: string
  reason: string | null
  size: number
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
/**
 * Who listened to it, took it along, or deleted it.
 */
export interface RecordingAccess {
  agent_name: string
  at: string
  what: 'listened' | 'downloaded' | 'deleted'
}
/**
 * The sound of a call, or of a voicemail.
 */
export interface RecordingView {
  id: string
  interaction_id: string
  source: 'call' | 'voicemail'
  started_at: string
  /**
   * null while it is not known yet
   */
  seconds: number | null
  channels: number
  /**
   * bytes of our copy, 0 while there is none
   */
  size: number
  state: 'fetching' | 'stored' | 'failed' | 'deleted'
  /**
   * at most 400 loudnesses over the whole length, 0 to 100; empty: not known
   */
  peaks: number[]
  /**
   * when it is deleted; null: it is kept
   */
  keep_until: string | null
  /**
   * while it is fetched, and that failed: when it is tried again
   */
  again_at: string | null
  /**
   * why there is no sound
   */
  problem: ('absent' | 'too_large' | 'unreachable') | null
}
/**
 * What the agent wants of the recording. A pause, while the customer says what must not be kept, ends by itself.
 */
export interface RecordingWish {
  do: 'start' | 'pause' | 'resume' | 'stop'
}
/**
 * Requests that claimed to come from Twilio and were turned away since the hub's start.
 */
export interface RefusedView {
  reason: string
  count: number
}
export interface Requeue {
  reason: string
  queue?: string | null
  agent?: string | null
}
export interface RestorePolicy {
  base: number
  note?: string
  /**
   * when the draft was saved that may go; else 409 with it
   */
  give_up?: string | null
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
  /**
   * of a mail: recipients, subject; without it a plain reply
   */
  mail?: MailDraft | null
  /**
   * version of the interaction that the writer has read; 409 `stale` when the customer wrote since then
   */
  seen?: number | null
  /**
   * the draft that this was; left out: all that I keep of its kind here
   */
  sheet?: Sheet | null
  /**
   * of WhatsApp: the text is this agreed one, filled in
   */
  template?: TemplateUse | null
}
/**
 * A number of ours that a text can begin from.
 */
export interface SenderChoice {
  id: string
  kind: 'sms' | 'whatsapp'
  /**
   * "" for a messaging service: it chooses one of its numbers
   */
  number: string
  name: string
  queue: string
  /**
   * WhatsApp: only with one of these, unless he wrote within a day
   */
  templates: TemplateView[]
}
/**
 * A messaging service, and the numbers of its pool. `called.elsewhere`: texts go to what each number calls.
 */
export interface ServiceView {
  account: string
  sid: string
  name: string
  called: CalledView
  /**
   * what the configuration says that its pool holds
   */
  numbers: string[]
  /**
   * of these, what the pool does not hold
   */
  missing: string[]
  /**
   * in the pool, and not named: a STOP said to them before is not known
   */
  strange: string[]
  /**
   * nothing can be sent: the pool holds no number
   */
  empty: boolean
  /**
   * as for a number, and no_such_service
   */
  problem: string | null
}
export interface SetPresence {
  state: 'available' | 'break' | 'offline'
  reason?: string | null
}
export interface Simulate {
  /**
   * null: the policy in force
   */
  document?: {
    [k: string]: unknown
  } | null
  since: string
  /**
   * what is later than now counts as now
   */
  until: string
  /**
   * with other seeds, where something has to be drawn
   */
  runs?: number
  seed?: number
}
export interface Simulated {
  since: string
  until: string
  /**
   * of the policy in force
   */
  version: number
  /**
   * of the policies that were in force at the time
   */
  versions: number[]
  runs: number
  seed: number
  /**
   * who came
   */
  contacts: number
  /**
   * who waited already; simulated, and not counted
   */
  waiting_before: number
  agents: number
  stretch_seconds: number
  recorded: WorldView
  published: WorldView
  new: WorldView
  difference: FiguresView1
}
export interface WorldView {
  all: FiguresView
  queues: {
    [k: string]: FiguresView
  }
  points: PointView[]
}
/**
 * Shares 0 to 1, waits in seconds; null: of nobody. docs/routing.md says how each is reckoned.
 */
export interface FiguresView1 {
  contacts: EstimateView | null
  answered: EstimateView | null
  service_level: EstimateView | null
  abandonment: EstimateView | null
  mean_wait: EstimateView | null
  median_wait: EstimateView | null
  p95_wait: EstimateView | null
  longest_wait: EstimateView | null
  vip_contacts: EstimateView | null
  vip_service_level: EstimateView | null
  fairness: EstimateView | null
  utilisation: EstimateView | null
}
/**
 * One line of the answer: how much is done, then the result or what went wrong.
 */
export interface SimulationLine {
  done: number | null
  result: Simulated | null
  /**
   * the code of an error
   */
  problem: string | null
  detail: string | null
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
/**
 * Lets a browser be the agent's telephone for one account. `emulator`: its address, "" for the real provider.
 */
export interface SoftphoneTicket {
  account: string
  identity: string
  token: string
  expires_at: string
  emulator: string
}
/**
 * One step of a mailbox's test; the answer is one such object a line (application/x-ndjson), as they end.
 */
export interface Step {
  name:
    | 'resolve'
    | 'connect'
    | 'tls'
    | 'log_in'
    | 'list'
    | 'read'
    | 'smtp_connect'
    | 'smtp_tls'
    | 'smtp_log_in'
    | 'send'
    | 'arrive'
  ok: boolean
  /**
   * why not, for the screen to translate; empty when ok
   */
  code: string
  /**
   * in the words of the server
   */
  text: string
  seconds: number
}
/**
 * listen: nobody hears me; whisper: the agent alone does; barge: both do.
 */
export interface Supervise {
  mode: 'listen' | 'whisper' | 'barge'
}
/**
 * `reason`: why this one before those that come first, in a queue from which agents pull.
 */
export interface Take {
  reason: string
}
export interface TakeNext {
  /**
   * of this wish: said again, it takes nothing more
   */
  id: string | null
  /**
   * of this queue alone; else of all from which I may pull
   */
  queue: string | null
}
/**
 * Who is about to be texted, and from where.
 */
export interface TextStanding {
  sender: string
  number: string
}
/**
 * Whether he may be, before anybody writes a word.
 */
export interface TextStandingView {
  /**
   * in full; null: this is no telephone number
   */
  number: string | null
  texting: TextingView | null
  /**
   * a conversation with him that is open: write there
   */
  open: string | null
}
/**
 * Facts that were typed in, or an interaction whose facts are taken; what is typed in goes before.
 */
export interface TryPolicy {
  /**
   * null: the policy in force
   */
  document?: {
    [k: string]: unknown
  } | null
  facts?: {
    [k: string]: unknown
  } | null
  interaction_id?: string | null
}
export interface TwilioAccountView {
  id: string
  account_sid: string
  /**
   * what signatures are checked against, in front of each path
   */
  public_url: string
  doubts: ('no_token' | 'no_key_secret' | 'local' | 'plain' | 'no_key')[]
  /**
   * a second auth token is taken, too, while the first is being changed
   */
  changing: boolean
  refused: RefusedView[]
  /**
   * the address that the last refused request was checked against; "" for none
   */
  validated: string
}
export interface TwilioView {
  accounts: TwilioAccountView[]
  numbers: NumberView[]
  services: ServiceView[]
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
