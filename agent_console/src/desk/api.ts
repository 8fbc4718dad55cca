// The hub's HTTP interface, typed. Every call has a time limit and fails with an `ApiError`.
import type {
  AgentView, Card, CustomerView, Decide, DecideSuggestion, Decline, Detail, Draft, DraftKept, EditCustomer, FileView, Floor, Hit, KeptNewMail,
  KeptNewText, NewTextDraft, NewTextKept, TextStanding, TextStandingView,
  Ledger, LoggedContact, PutMarks, Login, MailboxChoice, MailboxView, Me, NewMail, NewMailDraft, NewMailKept, NewText, PageOfCards, Park, Prioritise, Problem, Pulls, PutMailbox,
  Escalate, QuarantineView, QueueView, Reason, Requeue, Say, SenderChoice, SetPresence, Simulate, SimulationLine, Snapshot, Step, TouchView, TwilioView, WaitFor, WrapUp,
} from './wire'
import { callbackCalls } from './callbackApi'
import { readLines } from './ndjson'
import { callCalls } from './callApi'
import { recordingCalls } from './recordingApi'
import { policyCalls } from './policyApi'

export type Page<T> = Omit<PageOfCards, 'items'> & { items: T[] }

const LIMIT_MS = 15_000
const UPLOAD_LIMIT_MS = 120_000

/** `status` 0: the hub was not reached (offline, time limit). Otherwise the hub refused, and `code` says why. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly fields: Record<string, string>
  readonly retryAfter: number | null
  /** The whole answer, for what only some refusals say, such as the other's draft. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail || problem.title || `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.code = problem.code ?? (status === 0 ? 'unreachable' : 'refused')
    this.fields = problem.fields ?? {}
    this.retryAfter = problem.retry_after ?? null
    this.problem = { ...problem }
  }

  /** True where the same request may succeed later by itself. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

type Query = Record<string, string | number | readonly string[] | null | undefined>

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

/** One request: answers the body, or fails with an `ApiError`. */
export type Call = <T>(method: string, path: string, body?: unknown, limit?: number, signal?: AbortSignal) => Promise<T>

export function createApi(fetcher: Fetch = (input, init) => fetch(input, init)) {
  let csrf = ''
  const call = caller(fetcher, () => csrf)
  const known = (me: Me) => {
    csrf = me.csrf
    return me
  }
  return {
    login: (body: Login) => call<Me>('POST', '/api/login', body).then(known),
    logout: () => call<undefined>('POST', '/api/logout'),
    me: () => call<Me>('GET', '/api/me').then(known),
    ...agentCalls(call),
    ...interactionCalls(call),
    ...customerCalls(call),
    ...mailCalls(call),
    ...mailboxCalls(call),
    ...policyCalls(call), ...callCalls(call),
    ...recordingCalls(call),
    ...callbackCalls(call),
    testMailbox: (body: PutMailbox, each: (step: Step) => void, signal: AbortSignal) =>
      lines(fetcher, csrf, '/api/mailboxes/test', body, (one) => each(one as Step), signal),
    simulatePolicy: (body: Simulate, each: (line: SimulationLine) => void, signal: AbortSignal) =>
      lines(fetcher, csrf, '/api/policy/simulations', body, (one) => each(one as SimulationLine), signal),
    quarantineRaw: (id: string) => readText(fetcher, path('quarantine', id, 'raw')),
    raw: (id: string) => readText(fetcher, `${path('messages', id, 'raw')}?view=true`),
  }
}

function caller(fetcher: Fetch, csrf: () => string): Call {
  return async <T>(method: string, path: string, body?: unknown, limit = LIMIT_MS, stop?: AbortSignal): Promise<T> => {
    const form = body instanceof FormData
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (method !== 'GET') headers['X-CSRF-Token'] = csrf()
    if (body !== undefined && !form) headers['Content-Type'] = 'application/json'
    const sent = body === undefined ? null : form ? body : JSON.stringify(body)
    const response = await reach(fetcher, path, {
      method, headers, body: sent, credentials: 'same-origin',
      signal: stop ? AbortSignal.any([stop, AbortSignal.timeout(limit)]) : AbortSignal.timeout(limit),
    })
    if (!response.ok) throw new ApiError(response.status, await problemOf(response))
    return (response.status === 204 ? undefined : await json(response)) as T
  }
}

const path = (...parts: string[]): string => `/api/${parts.map(encodeURIComponent).join('/')}`

function agentCalls(call: Call) {
  return {
    desk: () => call<Snapshot>('GET', '/api/desk'),
    setPresence: (body: SetPresence) => call<AgentView>('PUT', '/api/presence', body),
    accept: (offer: string) => call<Card>('POST', path('offers', offer, 'accept')),
    decline: (offer: string, body: Decline) => call<undefined>('POST', path('offers', offer, 'decline'), body),
    queues: () => call<QueueView[]>('GET', '/api/queues'),
    agents: () => call<AgentView[]>('GET', '/api/agents'),
    setAgentPresence: (id: string, body: SetPresence) => call<AgentView>('PUT', path('agents', id, 'presence'), body),
    floor: () => call<Floor>('GET', '/api/floor'),
    ledger: () => call<Ledger>('GET', '/api/ledger'),
  }
}

function interactionCalls(call: Call) {
  const at = (id: string, verb: string) => path('interactions', id, verb)
  const act = (verb: string) => (id: string) => call<Card>('POST', at(id, verb))
  return {
    interactions: (query: Query) => call<PageOfCards>('GET', `/api/interactions${search(query)}`),
    interaction: (id: string) => call<Detail>('GET', path('interactions', id)),
    say: (id: string, body: Say) => call<TouchView>('POST', at(id, 'messages'), body),
    note: (id: string, body: Say) => call<TouchView>('POST', at(id, 'notes'), body),
    draft: (id: string, body: Draft) => call<DraftKept>('PUT', at(id, 'draft'), body),
    read: (id: string) => call<undefined>('POST', at(id, 'read')),
    claim: (id: string, reason = '') => call<Card>('POST', at(id, 'claim'), { reason }),
    pulls: () => call<Pulls>('GET', '/api/pull'),
    takeNext: (id: string) => call<Card>('POST', '/api/pull', { id }),
    end: act('end'),
    extend: act('extend'),
    resume: act('resume'),
    wrapUp: (id: string, body: WrapUp) => call<Card>('POST', at(id, 'wrap-up'), body),
    wait: (id: string, body: WaitFor) => call<Card>('POST', at(id, 'wait'), body),
    park: (id: string, body: Park) => call<Card>('POST', at(id, 'park'), body),
    escalate: (id: string, body: Escalate) => call<Card>('POST', at(id, 'escalate'), body),
    requeue: (id: string, body: Requeue) => call<Card>('POST', at(id, 'requeue'), body),
    priority: (id: string, body: Prioritise) => call<Card>('POST', at(id, 'priority'), body),
    why: (id: string) => call<{ reasons: Reason[] }>('GET', at(id, 'why')),
    logContact: (body: LoggedContact) => call<Card>('POST', '/api/contacts', body),
  }
}

function customerCalls(call: Call) {
  return {
    upload: (file: File) => {
      const form = new FormData()
      form.append('file', file, file.name)
      return call<FileView>('POST', '/api/files', form, UPLOAD_LIMIT_MS)
    },
    fileUrl: (id: string) => path('files', id),
    customers: (query: Query) => call<Page<CustomerView>>('GET', `/api/customers${search(query)}`),
    customer: (id: string) => call<CustomerView>('GET', path('customers', id)),
    editCustomer: (id: string, body: EditCustomer) => call<CustomerView>('PATCH', path('customers', id), body),
    markCustomer: (id: string, body: PutMarks) => call<CustomerView>('PUT', path('customers', id, 'marks'), body),
    timeline: (id: string, query: Query) =>
      call<Page<TouchView>>('GET', path('customers', id, 'timeline') + search(query)),
    search: (query: Query) => call<Hit[]>('GET', `/api/search${search(query)}`),
  }
}

function mailCalls(call: Call) {
  const at = (id: string, ...rest: string[]) => path('messages', id, ...rest)
  return {
    htmlUrl: (id: string, remote: boolean) => at(id, 'html') + search({ remote: remote ? 'true' : null }),
    rawUrl: (id: string) => at(id, 'raw'),
    quoted: (id: string) => call<{ text: string }>('GET', at(id, 'quoted')),
    takeBack: (id: string) => call<TouchView>('DELETE', at(id)),
    decide: (id: string, body: Decide) => call<TouchView>('POST', at(id, 'decide'), body),
    decideSuggestion: (id: string, body: DecideSuggestion) =>
      call<Detail>('POST', path('interactions', id, 'suggestions'), body),
    mailboxChoices: () => call<MailboxChoice[]>('GET', '/api/mail/from'),
    newMail: (body: NewMail) => call<TouchView>('POST', '/api/mail', body),
    newMailDrafts: () => call<KeptNewMail[]>('GET', '/api/mail/drafts'),
    twilio: () => call<TwilioView>('GET', '/api/twilio'),
    askTwilio: () => call<TwilioView>('POST', '/api/twilio/ask', undefined, UPLOAD_LIMIT_MS),
    senderChoices: () => call<SenderChoice[]>('GET', '/api/texts/from'),
    newText: (body: NewText) => call<TouchView>('POST', '/api/texts', body),
    newTextDrafts: () => call<KeptNewText[]>('GET', '/api/texts/drafts'),
    saveNewTextDraft: (body: NewTextDraft) => call<NewTextKept>('PUT', '/api/texts/draft', body),
    textStanding: (body: TextStanding) => call<TextStandingView>('POST', '/api/texts/standing', body),
    saveNewMailDraft: (body: NewMailDraft) => call<NewMailKept>('PUT', '/api/mail/draft', body),
  }
}

/** What became of it; `fetched`: its mailbox is asked for it once more. */
export interface TakenAgain {
  outcome: 'stored' | 'duplicate' | 'quarantined' | 'refused' | 'fetched'
  interaction_id: string | null
}

function mailboxCalls(call: Call) {
  return {
    mailboxes: () => call<MailboxView[]>('GET', '/api/mailboxes'),
    putMailbox: (body: PutMailbox) => call<MailboxView>('PUT', path('mailboxes', body.mailbox.id || '-'), body), // a missing id is said by field,
    removeMailbox: (id: string) => call<undefined>('DELETE', path('mailboxes', id)),
    verifyMailbox: (id: string) => call<undefined>('POST', path('mailboxes', id, 'verify')),
    quarantine: (after?: string) => call<Page<QuarantineView>>('GET', `/api/quarantine${search({ after })}`),
    quarantineUrl: (id: string) => path('quarantine', id, 'raw'),
    takeAgain: (id: string) => call<TakenAgain>('POST', path('quarantine', id, 'again'), undefined, UPLOAD_LIMIT_MS),
    dismiss: (id: string, reason: string) => call<undefined>('POST', path('quarantine', id, 'dismiss'), { reason }),
  }
}

/** Every step as it ends; the hub ends the test after 90 seconds. */
/** What the hub says line by line while it works. */
async function lines(
  fetcher: Fetch, csrf: string, path: string, body: unknown, each: (one: unknown) => void, signal: AbortSignal,
): Promise<void> {
  const response = await reach(fetcher, path, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body),
    credentials: 'same-origin', signal: AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_LIMIT_MS)]),
  })
  if (!response.ok) throw new ApiError(response.status, await problemOf(response))
  try {
    if (response.body) await readLines(response.body, each)
  } catch (cause) {
    throw new ApiError(0, { detail: cause instanceof Error ? cause.message : String(cause) })
  }
}

export type Api = ReturnType<typeof createApi>

function search(query: Query): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    for (const one of typeof value === 'object' ? value : [value]) params.append(key, String(one))
  }
  return params.size ? `?${params.toString()}` : ''
}

async function reach(fetcher: Fetch, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetcher(path, init)
  } catch (cause) {
    throw new ApiError(0, { detail: cause instanceof Error ? cause.message : String(cause) })
  }
}

async function readText(fetcher: Fetch, path: string): Promise<string> {
  const response = await reach(fetcher, path, { method: 'GET', credentials: 'same-origin', signal: AbortSignal.timeout(LIMIT_MS) })
  if (!response.ok) throw new ApiError(response.status, await problemOf(response))
  return response.text()
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    throw new ApiError(0, { detail: cause instanceof Error ? cause.message : String(cause) })
  }
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    const problem = (await response.json()) as Partial<Problem> | null
    return problem ?? {}
  } catch {
    return { title: response.statusText } // a proxy answered, not the hub
  }
}
