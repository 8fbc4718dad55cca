// What every event makes of the desk. Pure: the same events in any order that versions allow end in the same state.
import { isTold } from './promises'
import type { DeskState, Link, Pending, Returned, Typist } from './state'
import { without } from './state'
import type {
  AgentEvent, AgentView, Card, CardEvent, ClockEvent, Detail, FiguresEvent, KeptDraft, MessageEvent, Snapshot, TouchView,
  TypingEvent,
} from './wire'

export type DeskEvent =
  | { type: 'snapshot'; snapshot: Snapshot }
  | { type: 'card'; event: CardEvent }
  | { type: 'answer'; card: Card } // what a command returned: newer than what we hold, but without its touch
  | { type: 'touch'; touch: TouchView } // what a message or note returned
  | { type: 'detail'; detail: Detail }
  | { type: 'closed'; id: string } // nobody looks at this interaction any more
  | { type: 'unopened'; id: string; code: string } // it could not be loaded
  | { type: 'message'; event: MessageEvent }
  | { type: 'agent'; event: AgentEvent }
  | { type: 'agents'; agents: readonly AgentView[] }
  | { type: 'figures'; event: FiguresEvent }
  | { type: 'typing'; event: TypingEvent; until: number }
  | { type: 'clock'; event: ClockEvent } // another promise matters most now; nothing else has happened
  | { type: 'link'; link: Link; asOf: number }
  | { type: 'drafted'; id: string; kind: 'reply' | 'note'; drafts: readonly KeptDraft[] }
  | { type: 'pending'; pending: readonly Pending[] }
  | { type: 'leaving'; touch: TouchView } // sent, and can be taken back for some seconds
  | { type: 'left'; messageId: string } // it cannot any more, or was
  | { type: 'returned'; back: Returned }
  | { type: 'taken_up'; id: string } // the composer has what was returned
  | { type: 'told_held'; id: string } // I know that this one was held back

const LEFT_KEPT = 500
const LEAVING_KEPT = 5
const MARKED_KEPT = 50
const NOTICES_KEPT = 20

type Handlers = { [T in DeskEvent['type']]: (state: DeskState, event: Extract<DeskEvent, { type: T }>) => DeskState }

const handlers: Handlers = {
  snapshot: (state, { snapshot }) => fresh(state, snapshot),
  card: (state, { event }) => moved(event.card?.state === 'queued' ? { ...state, moves: state.moves + 1 } : state, event),
  answer: (state, { card }) => answered(state, card),
  touch: (state, { touch }) => happened(state, touch, null),
  detail: (state, { detail }) => opened(state, detail),
  closed: (state, { id }) => closed(state, id),
  unopened: (state, { id, code }) => ({ ...state, problems: { ...state.problems, [id]: code } }),
  message: (state, { event }) => marked(state, event),
  agent: (state, { event }) => agentChanged(state, event.agent),
  agents: (state, { agents }) => agents.reduce(agentChanged, state),
  figures: (state, { event }) => ({ ...state, figures: event.figures }),
  typing: (state, { event, until }) => ({ ...state, typing: typists(state.typing, event, until) }),
  clock: (state, { event }) => clocked(state, event),
  link: (state, { link, asOf }) => ({ ...state, link, asOf }),
  drafted: (state, event) => drafted(state, event),
  pending: (state, { pending }) => ({ ...state, pending }),
  leaving: (state, { touch }) => ({ ...state, leaving: [...state.leaving, touch].slice(-LEAVING_KEPT) }),
  left: (state, { messageId }) => ({ ...state, leaving: state.leaving.filter((one) => one.message_id !== messageId) }),
  returned: (state, { back }) => ({ ...state, returned: { ...state.returned, [back.interactionId]: back } }),
  told_held: (state, { id }) => ({ ...state, heldBack: state.heldBack.filter((touch) => touch.id !== id) }),
  taken_up: (state, { id }) => ({ ...state, returned: without(state.returned, id) }),
}

export function apply(state: DeskState, event: DeskEvent): DeskState {
  const handle = handlers[event.type] as (state: DeskState, event: DeskEvent) => DeskState
  return handle(state, event)
}

/** A snapshot replaces everything; what was there and is not any more leaves a mark, so that late events stay late. */
function fresh(state: DeskState, snapshot: Snapshot): DeskState {
  const cards = Object.fromEntries(snapshot.cards.map((card) => [card.id, card]))
  const gone = Object.values(state.cards).filter((card) => !(card.id in cards))
  const left = Object.entries({ ...state.left, ...Object.fromEntries(gone.map((card) => [card.id, card.version])) })
  return agentChanged(
    {
      ...state,
      cards,
      left: Object.fromEntries(left.filter(([id]) => !(id in cards)).slice(-LEFT_KEPT)),
      queues: snapshot.queues,
      figures: snapshot.figures,
      gaps: Object.keys(state.details),
      me: snapshot.me,
    },
    snapshot.me,
  )
}

/** A mail of mine that waited to leave, and does not, because the customer wrote. */
function heldBack(state: DeskState, touch: TouchView): DeskState {
  const mine = touch.kind === 'taken_back' && touch.data.because === 'customer_wrote' && touch.data.agent === state.me?.id
  if (!mine || state.heldBack.some((one) => one.id === touch.id)) return state
  return { ...state, heldBack: [...state.heldBack, touch] }
}

/** Several touches may come with one and the same version of the card: each is told once by its own id. */
function noticed(state: DeskState, touch: TouchView, before: Card | undefined): DeskState {
  if (!isTold(touch, state.me, before) || state.notices.some((one) => one.id === touch.id)) return state
  return { ...state, notices: [...state.notices, { ...touch, customer: before?.customer_name ?? '' }].slice(-NOTICES_KEPT) }
}

function knownVersion(state: DeskState, id: string): number {
  return state.cards[id]?.version ?? state.left[id] ?? 0
}

function moved(state: DeskState, event: CardEvent): DeskState {
  const card = event.card && belongs(state, event.card) ? event.card : null
  const after = event.version > knownVersion(state, event.id) ? placed(state, event.id, event.version, card) : state
  const next = event.touch ? noticed(heldBack(after, event.touch), event.touch, state.cards[event.id]) : after
  if (event.touch) return happened(next, event.touch, event)
  return event.version > (next.details[event.id]?.card.version ?? event.version) ? gap(next, event.id) : next
}

/** An offer may ring at several agents at once. */
export const ringsAt = (card: Card, agent: string | undefined): boolean =>
  agent !== undefined && card.state === 'offered' && (card.agent_id === agent || card.beside.includes(agent))

/** What waits for me by name, or what I have laid aside. */
const ASIDE: ReadonlySet<Card['state']> = new Set(['queued', 'waiting', 'parked'])

/** Supervisors hear of every interaction; on the desk lies only what they hold, or what comes back to them. */
function belongs(state: DeskState, card: Card): boolean {
  if (card.state === 'offered') return ringsAt(card, state.me?.id)
  if (card.state === 'active' || card.state === 'wrapping') return card.agent_id === state.me?.id
  return ASIDE.has(card.state) && (state.me?.role === 'agent' || card.id in state.cards)
}

function placed(state: DeskState, id: string, version: number, card: Card | null): DeskState {
  if (card) return { ...state, cards: { ...state.cards, [id]: card }, left: without(state.left, id) }
  return { ...state, cards: without(state.cards, id), left: { ...without(state.left, id), [id]: version } }
}

/** Only what the answer settles for certain; where parked or queued items go, the hub's own event says. */
function answered(state: DeskState, card: Card): DeskState {
  if (card.version <= knownVersion(state, card.id)) return state
  if (card.state === 'done') return placed(state, card.id, card.version, null)
  const held = card.state === 'offered' || card.state === 'active' || card.state === 'wrapping'
  return held && card.agent_id === state.me?.id ? placed(state, card.id, card.version, card) : state
}

/** A touch joins an opened interaction only if it is the very next one; anything further on is a gap. */
function happened(state: DeskState, touch: TouchView, event: CardEvent | null): DeskState {
  const id = touch.interaction_id
  const detail = state.details[id]
  const seen = detail?.card.version ?? 0
  if (!detail || touch.version <= seen) return state
  if (touch.version > seen + 1) return gap(state, id)
  const card = { ...(event?.card ?? detail.card), version: touch.version }
  const details = { ...state.details, [id]: { ...detail, card, touches: [...detail.touches, touch] } }
  return wholeStory(event, touch) && !changesMore(touch) ? { ...state, details } : gap({ ...state, details }, id)
}

const MORE = new Set(['delivery', 'reported', 'taken_back', 'decided', 'linked', 'fetched'])

/** A mail moves to whom an answer goes, a text whether one may be sent; others mark another message, or what belongs together. */
const changesMore = (touch: TouchView): boolean => touch.mail !== null || MORE.has(touch.kind) || opensOrCloses(touch)

/** WhatsApp's day begins anew with each text of the customer; STOP and START are for SMS, too. */
const opensOrCloses = (touch: TouchView): boolean =>
  touch.kind === 'received' && (touch.channel === 'whatsapp' || touch.data.opt === 'stop' || touch.data.opt === 'start')

function wholeStory(event: CardEvent | null, touch: TouchView): boolean {
  return event === null || (event.card !== null && event.version === touch.version)
}

function gap(state: DeskState, id: string): DeskState {
  return state.gaps.includes(id) ? state : { ...state, gaps: [...state.gaps, id] }
}

function opened(state: DeskState, detail: Detail): DeskState {
  const id = detail.card.id
  const known = state.details[id]?.card.version ?? 0
  const behind = detail.card.version < known
  const details = behind ? state.details : { ...state.details, [id]: detail }
  const others = state.gaps.filter((other) => other !== id)
  const gaps = behind ? state.gaps : state.marked.includes(id) ? [...others, id] : others
  return { ...state, details, gaps, marked: state.marked.filter((other) => other !== id), problems: without(state.problems, id) }
}

function closed(state: DeskState, id: string): DeskState {
  return {
    ...state,
    details: without(state.details, id),
    gaps: state.gaps.filter((gap) => gap !== id),
    problems: without(state.problems, id),
  }
}

/** As the hub ranks them: a later word of the network never makes less of an earlier one. */
const RANK = { received: 0, pending: 0, unconfirmed: 1, sent: 2, withdrawn: 3, failed: 3, delivered: 4, read: 5 } as const

/** A mark that finds no message, or comes while the interaction is fetched, has to be looked for afterwards. */
function marked(state: DeskState, event: MessageEvent): DeskState {
  const id = event.interaction_id
  const detail = state.details[id]
  const before = detail?.touches.find((touch) => touch.message_id === event.message_id)
  const late = !before || state.gaps.includes(id)
  const next = late ? { ...state, marked: [...state.marked.filter((other) => other !== id), id].slice(-MARKED_KEPT) } : state
  if (!detail || !before) return next
  const known = before.message_state ?? 'pending'
  const newWords = event.state === known && event.error !== before.message_error // who did not get it, of several
  if (RANK[event.state] <= RANK[known] && !newWords) return next
  const after = { ...before, message_state: event.state, message_error: event.error }
  const touches = detail.touches.map((touch) => (touch === before ? after : touch))
  return { ...next, details: { ...next.details, [id]: { ...detail, touches } } }
}

function agentChanged(state: DeskState, agent: AgentView): DeskState {
  const known = state.agents[agent.id]
  if (known && agent.version < known.version) return state
  const me = state.me?.id === agent.id && agent.version >= state.me.version ? agent : state.me
  return { ...state, me, agents: { ...state.agents, [agent.id]: agent } }
}

function clocked(state: DeskState, { interaction_id: id, clock }: ClockEvent): DeskState {
  const [card, detail] = [state.cards[id], state.details[id]]
  return {
    ...state,
    cards: card ? { ...state.cards, [id]: { ...card, clock } } : state.cards,
    details: detail ? { ...state.details, [id]: { ...detail, card: { ...detail.card, clock } } } : state.details,
  }
}

function typists(all: DeskState['typing'], event: TypingEvent, until: number): DeskState['typing'] {
  const others = (all[event.interaction_id] ?? []).filter((typist) => typist.who !== event.who)
  const next: readonly Typist[] = event.on ? [...others, { who: event.who, until }] : others
  return { ...all, [event.interaction_id]: next }
}

function drafted(state: DeskState, { id, kind, drafts }: Extract<DeskEvent, { type: 'drafted' }>): DeskState {
  const detail = state.details[id]
  if (!detail) return state
  return { ...state, details: { ...state.details, [id]: { ...detail, drafts: { ...detail.drafts, [kind]: [...drafts] } } } }
}
