// All that a desk knows, as one immutable value.
import type { AgentView, Card, Detail, MailDraft, QueueFigures, QueueView, Sheet, TemplateUse, TouchView } from './wire'

export type Kind = 'reply' | 'note'
/** `starting`: nothing loaded yet. `live`: the screen is the truth. `lost`: it was, at `asOf`. `ended`: log in again. */
export type Link = 'starting' | 'live' | 'lost' | 'ended'

/** Something the agent wrote that the hub has not acknowledged yet. */
export interface Pending {
  id: string
  interactionId: string
  kind: Kind
  text: string
  files: readonly { id: string; name: string }[]
  /** Recipients and subject, where it is a mail. */
  mail?: MailDraft | null
  /** The draft that it was. */
  sheet?: Sheet | null
  /** The agreed text that it is, on WhatsApp. */
  template?: TemplateUse | null
  /** Version of the interaction that the writer has read; the hub asks back (`stale`) when the customer wrote since. */
  seen?: number | null
  state: 'kept' | 'sending' | 'failed'
  error: string | null
  /** Server time in milliseconds. */
  at: number
  /** Version of the interaction when the last attempt began: a touch beyond it may be this very message. */
  after: number
}

/** What was to be sent and comes back to its writer: taken back, or to be read over once more. */
export type Returned = Pick<Pending, 'interactionId' | 'kind' | 'text' | 'files'> & { mail: MailDraft | null }

export interface Typist {
  who: string
  /** Server time in milliseconds, after which the typist is forgotten. */
  until: number
}

export interface DeskState {
  link: Link
  /** Server time in milliseconds of the last moment at which the hub was heard. */
  asOf: number
  me: AgentView | null
  cards: Readonly<Record<string, Card>>
  /** Interaction that left the desk -> the version at which it did: older events must not bring it back. */
  left: Readonly<Record<string, number>>
  queues: readonly QueueView[]
  figures: readonly QueueFigures[]
  agents: Readonly<Record<string, AgentView>>
  details: Readonly<Record<string, Detail>>
  /** Opened interactions of which we know that we missed something: to be fetched. */
  gaps: readonly string[]
  /** Interactions of which a mark came for a message that we do not show yet: what is being fetched may be older. */
  marked: readonly string[]
  /** Interaction that could not be opened -> code of the reason. */
  problems: Readonly<Record<string, string>>
  typing: Readonly<Record<string, readonly Typist[]>>
  pending: readonly Pending[]
  /** Mails of mine that the hub still holds back for some seconds. */
  leaving: readonly TouchView[]
  /** Interaction -> what its composer takes up again. */
  returned: Readonly<Record<string, Returned>>
  /** Mails of mine that did not leave, because the customer wrote meanwhile: what says so, until I am told. */
  heldBack: readonly TouchView[]
  /** Promises at risk or broken, and work that was taken from me: the latest, to be told. */
  notices: readonly (TouchView & { customer?: string })[]
  /** How often something that waits has moved: whoever shows a line reads it again. */
  moves: number
}

export const empty: DeskState = {
  link: 'starting',
  asOf: 0,
  me: null,
  cards: {},
  left: {},
  queues: [],
  figures: [],
  agents: {},
  details: {},
  gaps: [],
  marked: [],
  problems: {},
  typing: {},
  pending: [],
  leaving: [],
  returned: {},
  heldBack: [],
  notices: [],
  moves: 0,
}

export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key))
}
