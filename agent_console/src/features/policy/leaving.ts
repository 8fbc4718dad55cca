// Whoever would lose something by leaving is asked first, whichever way he leaves.
import { useCallback, useEffect, useRef } from 'react'
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

const GONE_MS = 100

/** Answers how to leave without being asked. `onDrop`: somebody left all the same, and wants it no more. */
export function useUnsaved(key: string, isUnsaved: boolean, onDrop?: () => void): () => void {
  const drop = useRef(onDrop)
  useEffect(() => {
    drop.current = onDrop
  })
  useEffect(() => {
    mark(key, isUnsaved)
    const forget = () => drop.current?.()
    drops.add(forget)
    const turn = (turns.get(key) ?? 0) + 1
    turns.set(key, turn)
    return () => {
      drops.delete(forget)
      // the page may be gone a moment before the browser tells that it went elsewhere
      setTimeout(() => turn === turns.get(key) && mark(key, false), GONE_MS)
    }
  }, [key, isUnsaved])
  return useCallback(() => mark(key, false), [key])
}

const turns = new Map<string, number>()
const drops = new Set<() => void>()

/** Whether going from one address to another would lose what is not saved: a form its page, the draft the whole policy. */
export function loses(unsaved: ReadonlySet<string>, from: string, to: string): boolean {
  if (unsaved.has('agent') && from.startsWith('#/policy/agents/') && from !== to) return true
  return unsaved.has('draft') && !to.startsWith('#/policy')
}

const hashOf = (url: string) => new URL(url, location.href).hash

/** Keeps the browser where it is until the question is answered. */
export function useLeaving(): void {
  useEffect(() => {
    const asks = (from: string, to: string): boolean => {
      if (!loses(leaving.getState().unsaved, from, to)) return false
      leaving.setState({ to })
      return true
    }
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a')?.getAttribute('href') : null
      if (!link?.startsWith('#/') || event.ctrlKey || event.metaKey || event.shiftKey || !asks(location.hash, link)) return
      event.preventDefault()
      event.stopPropagation()
    }
    const onHash = (event: HashChangeEvent) => {
      const from = hashOf(event.oldURL)
      if (!asks(from, hashOf(event.newURL))) return
      event.stopImmediatePropagation() // before the pages hear of it
      history.pushState(history.state, '', from)
      dispatchEvent(new HashChangeEvent('hashchange', { oldURL: event.newURL, newURL: event.oldURL }))
    }
    const onUnload = (event: BeforeUnloadEvent) => {
      if (leaving.getState().unsaved.size) event.preventDefault()
    }
    addEventListener('click', onClick, true)
    addEventListener('hashchange', onHash, true)
    addEventListener('beforeunload', onUnload)
    return () => {
      removeEventListener('click', onClick, true)
      removeEventListener('hashchange', onHash, true)
      removeEventListener('beforeunload', onUnload)
    }
  }, [])
}

export function leave(): void {
  const { to } = leaving.getState()
  leaving.setState({ unsaved: new Set(), to: null })
  for (const drop of [...drops]) drop()
  if (to !== null) location.hash = to
}

export const stay = (): void => leaving.setState({ to: null })
