// The draft and its parts, for every view of this page.
import { createContext, useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Api } from '../../desk/api'
import { useApi, useDesk, useMe, useT } from '../../shared'
import { at, idsOf, list, put, tables, text } from './document'
import type { Document, Json } from './document'
import { createDraft } from './draft'
import type { Draft, State } from './draft'
import { findingWords, problemWords } from './words'

const Context = createContext<Draft | null>(null)
export const DraftProvider = Context

const opened = new WeakMap<Api, Map<string, Draft>>()

/** The draft of whoever is logged in, the same for as long as the console is open. */
export function useOwnDraft(): Draft {
  const api = useApi()
  const me = useMe().id
  return useMemo(() => {
    const mine = opened.get(api) ?? new Map<string, Draft>()
    opened.set(api, mine)
    const draft = mine.get(me) ?? createDraft(api, shelfOf(`policy-draft ${me}`))
    mine.set(me, draft)
    return draft
  }, [api, me])
}

/** This tab's own store: two tabs are two writers. */
function shelfOf(key: string) {
  return {
    get: () => sessionStorage.getItem(key),
    set: (value: string | null) => {
      try {
        if (value === null) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, value)
      } catch {
        sessionStorage.removeItem(key) // too large for this browser: the hub has it a moment later all the same
      }
    },
  }
}

export function useDraft(): Draft {
  const draft = useContext(Context)
  if (!draft) throw new Error('no draft above this view')
  return draft
}

export function useDraftState<T>(selector: (state: State) => T): T {
  return useStore(useDraft().store, useShallow(selector))
}

const nothing: Document = {}
export const useDocument = (): Document => useDraftState((state) => state.document) ?? nothing

interface Place {
  value: Json | undefined
  /** undefined takes the value away, so that the default counts. */
  set: (value: Json | undefined) => void
  error: string | null
}

/** What stands at a path, and what the check says of it. */
export function useAt(path: string): Place {
  const t = useT()
  const draft = useDraft()
  const value = useDraftState((state) => at(state.document ?? nothing, path))
  const said = useDraftState((state) => state.problems.filter((one) => one.path === path).map((one) => one.text))
  return {
    value,
    set: (next) => draft.change(put(draft.store.getState().document ?? nothing, path, next), path),
    error: said.length ? said.map((words) => problemWords(words, t)).join(' ') : null,
  }
}

export function useFoundAt(path: string): { words: string; isError: boolean }[] {
  const t = useT()
  const names = { queue: useQueueName(), rule: useRuleName() }
  const found = useDraftState((state) => state.findings.filter((one) => one.path === path))
  return found.map((one) => ({ words: findingWords(one, t, names), isError: one.severity === 'error' }))
}

/** The name of a queue in this language, its id where the configuration has none. */
export function useQueueName(): (id: string) => string {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  return (id) => {
    const found = queues.find((one) => one.id === id)
    return (found && t.name(found.name)) || id
  }
}

/** What people call a rule, in quotes, by its id. */
export function useRuleName(): (id: string) => string {
  const document = useDocument()
  return (id) => `“${text(tables(document.rules).find((one) => text(one.id) === id)?.name) || id}”`
}

export function useQueueChoices(): { id: string; name: string }[] {
  const name = useQueueName()
  const document = useDocument()
  return idsOf(document, 'queues').map((id) => ({ id, name: name(id) }))
}

export const skillsOf = (document: Document): string[] => list(document.skills).map(text)
