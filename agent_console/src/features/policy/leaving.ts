// Whoever would lose something by leaving is asked first, whichever way he leaves.
import { useCallback, useEffect } from 'react'
import { createStore } from 'zustand/vanilla'

interface Leaving {
  /** What is not saved, by whose it is. */
  unsaved: ReadonlySet<string>
  /** Where somebody wants to go meanwhile. */
  to: string | null
}

export const leaving = createStore<Leaving>(() => ({ unsaved: new Set(), to: null }))

const mark = (key: string, isUnsaved: boolean) => {
  const { unsaved } = leaving.getState()
  if (unsaved.has(key) !== isUnsaved) leaving.setState({ unsaved: new Set(isUnsaved ? [...unsaved, key] : [...unsaved].filter((one) => one !== key)) })
}

/** Answers how to leave without being asked. */
export function useUnsaved(key: string, isUnsaved: boolean): () => void {
  useEffect(() => {
    mark(key, isUnsaved)
    return () => mark(key, false)
  }, [key, isUnsaved])
  return useCallback(() => mark(key, false), [key])
}

/** Whether going from one address to another would lose what is not saved: a form its page, the draft the whole policy. */
export function loses(unsaved: ReadonlySet<string>, from: string, to: string): boolean {
  if (unsaved.has('agent') && from !== to) return true
  return unsaved.has('draft') && !to.startsWith('#/policy')
}

const hashOf = (url: string) => new URL(url, location.href).hash

/** Keeps the browser where it is until the question is answered. */
export function useLeaving(): void {
  useEffect(() => {
    const onHash = (event: HashChangeEvent) => {
      const { unsaved } = leaving.getState()
      const [from, to] = [hashOf(event.oldURL), hashOf(event.newURL)]
      if (!loses(unsaved, from, to)) return
      event.stopImmediatePropagation() // before the pages hear of it
      history.pushState(history.state, '', from)
      leaving.setState({ to })
    }
    const onUnload = (event: BeforeUnloadEvent) => {
      if (leaving.getState().unsaved.size) event.preventDefault()
    }
    addEventListener('hashchange', onHash, true)
    addEventListener('beforeunload', onUnload)
    return () => {
      removeEventListener('hashchange', onHash, true)
      removeEventListener('beforeunload', onUnload)
    }
  }, [])
}

export function leave(): void {
  const { to } = leaving.getState()
  leaving.setState({ unsaved: new Set(), to: null })
  if (to !== null) location.hash = to
}

export const stay = (): void => leaving.setState({ to: null })
