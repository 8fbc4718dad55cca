// The hub's HTTP interface, typed. Every call has a time limit and fails with an `ApiError`.
import type {
  AgentView, Card, CustomerView, Decline, Detail, Draft, EditCustomer, FileView, Floor, Hit, Ledger, LoggedContact,
  Login, Me, PageOfCards, Park, Prioritise, Problem, QueueView, Reason, Requeue, Say, SetPresence, Snapshot, TouchView,
  WaitFor, WrapUp,
} from './wire'

export type Page<T> = Omit<PageOfCards, 'items'> & { items: T[] }

const LIMIT_MS = 15_000
const UPLOAD_LIMIT_MS = 120_000

/** `status` 0: the hub was not reached (offline, time limit). Otherwise the hub refused, and `code` says why. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly fields: Record<string, string>
  readonly retryAfter: number | null

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail || problem.title || `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.code = problem.code ?? (status === 0 ? 'unreachable' : 'refused')
    this.fields = problem.fields ?? {}
    this.retryAfter = problem.retry_after ?? null
  }

  /** True where the same request may succeed later by itself. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

type Query = Record<string, string | number | readonly string[] | null | undefined>

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export function createApi(fetcher: Fetch = (input, init) => fetch(input, init)) {
  let csrf = ''

  async function call<T>(method: string, path: string, body?: unknown, limit = LIMIT_MS): Promise<T> {
    const form = body instanceof FormData
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (method !== 'GET') headers['X-CSRF-Token'] = csrf
    if (body !== undefined && !form) headers['Content-Type'] = 'application/json'
    const sent = body === undefined ? null : form ? body : JSON.stringify(body)
    const response = await reach(fetcher, path, {
      method, headers, body: sent, credentials: 'same-origin', signal: AbortSignal.timeout(limit),
    })
    if (!response.ok) throw new ApiError(response.status, await problemOf(response))
    return (response.status === 204 ? undefined : await json(response)) as T
  }

  const get = <T>(path: string, query: Query = {}) => call<T>('GET', path + search(query))
  const post = <T>(path: string, body?: unknown) => call<T>('POST', path, body)
  const put = <T>(path: string, body?: unknown) => call<T>('PUT', path, body)
  const item = (id: string, verb = '') => `/api/interactions/${encodeURIComponent(id)}${verb && `/${verb}`}`
  const known = (me: Me) => {
    csrf = me.csrf
    return me
  }

  return {
    login: (body: Login) => post<Me>('/api/login', body).then(known),
    logout: () => post<undefined>('/api/logout'),
    me: () => get<Me>('/api/me').then(known),
    desk: () => get<Snapshot>('/api/desk'),
    setPresence: (body: SetPresence) => put<AgentView>('/api/presence', body),

    accept: (offer: string) => post<Card>(`/api/offers/${encodeURIComponent(offer)}/accept`),
    decline: (offer: string, body: Decline) => post<undefined>(`/api/offers/${encodeURIComponent(offer)}/decline`, body),

    interactions: (query: Query) => get<PageOfCards>('/api/interactions', query),
    interaction: (id: string) => get<Detail>(item(id)),
    say: (id: string, body: Say) => post<TouchView>(item(id, 'messages'), body),
    note: (id: string, body: Say) => post<TouchView>(item(id, 'notes'), body),
    draft: (id: string, body: Draft) => put<undefined>(item(id, 'draft'), body),
    read: (id: string) => post<undefined>(item(id, 'read')),
    claim: (id: string) => post<Card>(item(id, 'claim')),
    end: (id: string) => post<Card>(item(id, 'end')),
    wrapUp: (id: string, body: WrapUp) => post<Card>(item(id, 'wrap-up'), body),
    extend: (id: string) => post<Card>(item(id, 'extend')),
    wait: (id: string, body: WaitFor) => post<Card>(item(id, 'wait'), body),
    park: (id: string, body: Park) => post<Card>(item(id, 'park'), body),
    resume: (id: string) => post<Card>(item(id, 'resume')),
    requeue: (id: string, body: Requeue) => post<Card>(item(id, 'requeue'), body),
    priority: (id: string, body: Prioritise) => post<Card>(item(id, 'priority'), body),
    why: (id: string) => get<{ reasons: Reason[] }>(item(id, 'why')),

    upload: (file: File) => {
      const form = new FormData()
      form.append('file', file, file.name)
      return call<FileView>('POST', '/api/files', form, UPLOAD_LIMIT_MS)
    },
    fileUrl: (id: string) => `/api/files/${encodeURIComponent(id)}`,

    queues: () => get<QueueView[]>('/api/queues'),
    agents: () => get<AgentView[]>('/api/agents'),
    setAgentPresence: (id: string, body: SetPresence) =>
      put<AgentView>(`/api/agents/${encodeURIComponent(id)}/presence`, body),
    floor: () => get<Floor>('/api/floor'),
    ledger: () => get<Ledger>('/api/ledger'),

    logContact: (body: LoggedContact) => post<Card>('/api/contacts', body),
    customers: (query: Query) => get<Page<CustomerView>>('/api/customers', query),
    customer: (id: string) => get<CustomerView>(`/api/customers/${encodeURIComponent(id)}`),
    editCustomer: (id: string, body: EditCustomer) =>
      call<CustomerView>('PATCH', `/api/customers/${encodeURIComponent(id)}`, body),
    timeline: (id: string, query: Query) =>
      get<Page<TouchView>>(`/api/customers/${encodeURIComponent(id)}/timeline`, query),
    search: (query: Query) => get<Hit[]>('/api/search', query),
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
