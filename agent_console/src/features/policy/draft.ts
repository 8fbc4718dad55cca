// The draft that is being written: kept on the hub as one types, checked as one types, never lost by a reload. One for
// each log-in, which outlives the page: what is not saved yet goes on being saved elsewhere in the console.
import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import { ApiError } from '../../desk/api'
import type { Api } from '../../desk/api'
import type { FactView, PolicyDraftView, PolicyFinding, PolicyProblem, PolicyView } from '../../desk/wire'
import { same } from './document'
import type { Document } from './document'

/** `saved`: the hub has it; `moved`: somebody else saved another one meanwhile, and one of the two has to be chosen. */
export type Saving = 'saved' | 'dirty' | 'saving' | 'failed' | 'moved'
export type Checking = 'none' | 'running' | 'done' | 'failed'

export interface State {
  view: PolicyView | null
  facts: readonly FactView[]
  /** Why nothing could be loaded. */
  error: unknown
  document: Document | null
  base: number
  savedAt: string | null
  saving: Saving
  failure: unknown
  other: PolicyDraftView | null
  past: readonly Document[]
  future: readonly Document[]
  /** The source as it is typed; `broken`: it is no table in JSON yet, so the document is still the one before. */
  source: string | null
  broken: boolean
  checking: Checking
  /** What the check of `checked` found. */
  checked: Document | null
  problems: readonly PolicyProblem[]
  findings: readonly PolicyFinding[]
  /** A place to go to and stand in, as a path; `turn` tells two askings from each other. */
  focus: { path: string; turn: number } | null
}

const empty: State = {
  view: null, facts: [], error: null, document: null, base: 0, savedAt: null, saving: 'saved', failure: null, other: null,
  past: [], future: [], source: null, broken: false, checking: 'none', checked: null, problems: [], findings: [], focus: null,
}

type Calls = Pick<Api, 'policy' | 'policyFacts' | 'savePolicyDraft' | 'dropPolicyDraft' | 'checkPolicy'>

/** Where what is not saved yet survives a reload. */
export interface Shelf {
  get: () => string | null
  set: (value: string | null) => void
}

const SAVE_MS = 800
const CHECK_MS = 400
const RETRY_MS = 5_000
const JOIN_MS = 1_000
const MOST_STEPS = 100

export type Draft = ReturnType<typeof createDraft>

interface Parts {
  api: Calls
  store: StoreApi<State>
  shelf: Shelf
  checks: ReturnType<typeof checker>
  saves: ReturnType<typeof saver>
  /** On the screen from now on, and looked at. */
  show: (document: Document, change: Partial<State>) => void
  /** The same, and saved. */
  write: (document: Document, change?: Partial<State>) => void
}

export function createDraft(api: Calls, shelf: Shelf) {
  const store = createStore<State>(() => empty)
  const checks = checker(api, store)
  const saves = saver(api, store, shelf)
  const show: Parts['show'] = (document, change) => {
    store.setState({ document, source: null, broken: false, ...change })
    checks.soon()
  }
  const write: Parts['write'] = (document, change = {}) => {
    show(document, { saving: store.getState().saving === 'moved' ? 'moved' : 'dirty', ...change })
    saves.soon()
  }
  const parts: Parts = { api, store, shelf, checks, saves, show, write }
  const load = loader(parts)
  return {
    store, load, ...changes(parts), ...decisions(parts, load), save: saves.now, check: checks.soon,
    focus: (path: string) => store.setState({ focus: { path, turn: (store.getState().focus?.turn ?? 0) + 1 } }),
  }
}

const resting = (state: State) => state.saving === 'saved' && !state.broken

/** Reads everything; with `again` also where there is something already, unless that waits to be saved. */
function loader({ api, store, shelf, show, write }: Parts) {
  const get = store.getState
  const start = (view: PolicyView, facts: readonly FactView[]) => {
    const kept = read(shelf.get())
    const there = whatIsThere(view)
    const { document, base, savedAt } = kept ?? there
    store.setState({ ...empty, view, facts, base, savedAt, focus: get().focus })
    if (kept && (kept.source !== null || !same(document, there.document))) write(document, { source: kept.source, broken: kept.source !== null })
    else {
      shelf.set(null)
      show(document, {})
    }
  }
  const take = (view: PolicyView, facts: readonly FactView[]) => {
    const there = whatIsThere(view)
    if (get().view && !resting(get())) store.setState({ view })
    else if (get().view && same(there.document, get().document ?? undefined))
      store.setState({ view, base: there.base, savedAt: there.savedAt, error: null })
    else start(view, facts)
  }
  return async (again = false): Promise<void> => {
    if (get().view && (!again || !resting(get()))) return
    try {
      const [view, facts] = await Promise.all([api.policy(), get().facts.length ? get().facts : api.policyFacts()])
      take(view, facts)
    } catch (error) {
      store.setState({ error })
    }
  }
}

function changes({ store, saves, write }: Parts) {
  const get = store.getState
  let last = { path: '', at: 0 }
  const change = (document: Document, path = '') => {
    const { document: before, past } = get()
    if (!before || before === document) return
    const now = Date.now()
    const joins = path !== '' && path === last.path && now - last.at < JOIN_MS // letters of one word are one step
    last = { path, at: now }
    write(document, { past: joins ? past : [...past.slice(-MOST_STEPS), before], future: [] })
  }
  const step = (from: 'past' | 'future', to: 'past' | 'future') => () => {
    const state = get()
    const found = state[from].at(-1)
    if (found && state.document) write(found, { [from]: state[from].slice(0, -1), [to]: [...state[to], state.document] })
  }
  return {
    /** `path`: what is typed there one letter after another is taken back at once. */
    change,
    /** The source, as it was typed. What is no table in JSON is kept here until it is. */
    type: (source: string) => {
      const found = parsed(source)
      if (found) change(found, 'source')
      store.setState({ source, broken: !found })
      saves.shelve()
    },
    undo: step('past', 'future'),
    redo: step('future', 'past'),
  }
}

function decisions({ api, store, shelf, saves, show, write }: Parts, load: (again: boolean) => Promise<void>) {
  const get = store.getState
  /** What the hub has; what was here can be had back by `undo`. */
  const takeOver = (view: PolicyView, change: Partial<State> = {}) => {
    const { document, past } = get()
    const there = whatIsThere(view)
    shelf.set(null)
    store.setState({ saving: 'saved', base: there.base, savedAt: there.savedAt, other: null, ...change })
    show(there.document, { past: document ? [...past, document] : past, future: [] })
  }
  return {
    /** Mine instead of the other's draft. */
    keepMine: () => {
      store.setState({ savedAt: get().other?.saved_at ?? null, other: null, saving: 'dirty' })
      return saves.now()
    },
    takeOther: () => {
      const { other, view } = get()
      if (view) takeOver({ ...view, draft: other })
    },
    /** The draft counts as a change of the newest version. */
    rebase: () => {
      const { view, document } = get()
      if (!view || !document) return
      store.setState({ base: view.version })
      write(document)
    },
    /** Back to what is in force. */
    discard: async () => {
      await saves.now()
      const { view, savedAt } = get()
      if (!view) return
      if (savedAt !== null) await api.dropPolicyDraft(savedAt)
      takeOver({ ...view, draft: null }, { view: { ...view, draft: null } })
    },
    /** After publishing: what is in force is what was written. */
    published: async () => {
      shelf.set(null)
      store.setState({ saving: 'saved', source: null, broken: false })
      await load(true)
    },
  }
}

function whatIsThere(view: PolicyView): { document: Document; base: number; savedAt: string | null } {
  const { draft } = view
  if (draft) return { document: draft.document as Document, base: draft.base, savedAt: draft.saved_at }
  return { document: view.document as Document, base: view.version, savedAt: null }
}

function parsed(source: string): Document | null {
  try {
    const found: unknown = JSON.parse(source)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Document) : null
  } catch {
    return null
  }
}

interface Kept {
  document: Document
  base: number
  savedAt: string | null
  source: string | null
}

function read(kept: string | null): Kept | null {
  if (kept === null) return null
  const found = parsed(kept) as Partial<Kept> | null
  return typeof found?.base === 'number' && found.document ? ({ savedAt: null, source: null, ...found } as Kept) : null
}

function checker(api: Calls, store: StoreApi<State>) {
  const { getState: get, setState: set } = store
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null
  const ask = async () => {
    const { document } = get()
    if (!document) return
    const mine = new AbortController()
    running = mine
    set({ checking: 'running' })
    try {
      const { problems, findings } = await api.checkPolicy(document, mine.signal)
      if (!mine.signal.aborted) set({ checking: 'done', checked: document, problems, findings })
    } catch {
      if (!mine.signal.aborted) set({ checking: 'failed' })
    }
  }
  return {
    soon: () => {
      clearTimeout(timer)
      running?.abort()
      timer = setTimeout(() => void ask(), CHECK_MS)
    },
  }
}

function saver(api: Calls, store: StoreApi<State>, shelf: Shelf) {
  const { getState: get, setState: set } = store
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  const shelve = () => {
    const { document, base, savedAt, source, broken } = get()
    shelf.set(JSON.stringify({ document, base, savedAt, source: broken ? source : null }))
  }
  const saved = (document: Document, savedAt: string) => {
    const newer = get().document !== document
    set({ savedAt, saving: newer ? 'dirty' : 'saved' })
    if (!newer && !get().broken) shelf.set(null)
    else shelve()
    if (newer) soon()
  }
  const refused = (failure: unknown) => {
    const code = failure instanceof ApiError ? failure : null
    if (code?.status === 409) set({ saving: 'moved', other: otherIn(code) })
    else set({ saving: 'failed', failure })
    if (code?.passing) timer = setTimeout(() => void now(), RETRY_MS)
  }
  const save = async (): Promise<void> => {
    const { document, base, savedAt } = get()
    if (!document) return
    set({ saving: 'saving', failure: null })
    await api.savePolicyDraft({ document, base, saved_at: savedAt }).then(({ saved_at }) => saved(document, saved_at), refused)
  }
  /** Answers once the hub has everything, or does not take it. */
  const now = async (): Promise<void> => {
    clearTimeout(timer)
    if (running) await running
    if (!['dirty', 'failed'].includes(get().saving)) return
    running = save().finally(() => (running = null))
    await running
  }
  const soon = () => {
    shelve()
    clearTimeout(timer)
    if (get().saving !== 'moved') timer = setTimeout(() => void now(), SAVE_MS)
  }
  return { soon, now, shelve }
}

/** The draft that somebody else saved, null where it was given up or published. */
function otherIn(error: ApiError): PolicyDraftView | null {
  const draft = error.problem.draft as PolicyDraftView | null | undefined
  return draft ?? null
}
