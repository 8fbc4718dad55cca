import { useCallback, useEffect, useState } from 'react'
import type { Page } from '../../desk/api'
import type { TouchView } from '../../desk/wire'
import { useApi } from '../../shared'
import { grown, renewed, TALK, told } from './timeline'
import type { Pages } from './timeline'

export interface Filter {
  channel: string | null
  everything: boolean
}

const pagesOf = (page: Page<TouchView>): Pages => ({ touches: page.items, next: page.next ?? null })
const PAGE = 30
const CALM_MS = 400

/** The history of a customer: read again whenever `changed` does, older ones on demand. */
export function useTimeline(id: string, filter: Filter, changed: string) {
  const api = useApi()
  const key = `${id} ${filter.channel ?? ''} ${filter.everything}`
  const [state, setState] = useState<{ key: string; pages: Pages | null; error: unknown }>({ key, pages: null, error: null })
  const read = useCallback(
    (after: string | null) =>
      api.timeline(id, { after, limit: PAGE, channel: filter.channel, kind: filter.everything ? [] : TALK }).then(pagesOf),
    [api, id, filter.channel, filter.everything],
  )
  useEffect(() => {
    let current = true
    const look = () =>
      read(null).then(
        (fresh) => current && setState((before) => ({ key, pages: renewed(before.key === key ? before.pages : null, fresh), error: null })),
        (error: unknown) => current && setState((before) => ({ key, pages: before.key === key ? before.pages : null, error })),
      )
    const timer = setTimeout(() => void look(), changed === '' ? 0 : CALM_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [read, key, changed])
  const mine = state.key === key ? state : { pages: null, error: null }
  const older = () =>
    void read(mine.pages?.next ?? null).then(
      (more) => setState((now) => (now.key === key && now.pages ? { ...now, pages: grown(now.pages, more) } : now)),
      (error: unknown) => setState((now) => ({ ...now, error })),
    )
  const pages = mine.pages && !filter.everything ? { ...mine.pages, touches: mine.pages.touches.filter(told) } : mine.pages
  return { pages, error: mine.error, older }
}
