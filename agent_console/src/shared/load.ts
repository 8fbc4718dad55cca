// Loading something once for a view, with a second try and without showing an answer that came too late.
import { useCallback, useEffect, useState } from 'react'

export interface Loaded<T> {
  value: T | null
  error: unknown
  /** True while loading, but only after 300 ms: a quick answer shows no skeleton. */
  slow: boolean
  reload: () => void
  /** False while `value` still belongs to an earlier key. */
  current: boolean
}

const SLOW_MS = 300

/** Loads whenever `key` changes. The old value stays while the new one is on its way, unless `key` is null. */
export function useLoad<T>(key: string | null, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; error: unknown }>({
    key: null, value: null, error: null,
  })
  const [slow, setSlow] = useState(false)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (key === null) return undefined
    let current = true
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    const done = (value: T | null, error: unknown) => {
      clearTimeout(timer)
      if (!current) return
      setSlow(false)
      setState((before) => ({ key, value: value ?? (before.key === key ? before.value : null), error }))
    }
    load().then((value) => done(value, null), (error: unknown) => done(null, error))
    return () => {
      current = false
      clearTimeout(timer)
    }
    // `load` closes over what `key` names
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, turn])
  const reload = useCallback(() => setTurn((n) => n + 1), [])
  return { value: key === null ? null : state.value, error: state.error, slow, reload, current: state.key === key }
}
