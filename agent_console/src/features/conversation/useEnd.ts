import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const NEAR_PX = 80
const EDGE_PX = 14

/** Where a reader wants to be: at the end, but at the beginning of the last message where that is longer than the view. */
function goal(box: HTMLElement, content: HTMLElement | null): number {
  const most = box.scrollHeight - box.clientHeight
  const last = [...(content?.querySelectorAll('article') ?? [])].at(-1)
  if (!last) return most
  const top = last.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - EDGE_PX
  return Math.max(0, Math.min(most, top))
}

/**
 * Keeps a log at its end while the reader is there. `last` changes with everything that is added; `mine`: what came last
 * is our own, and is shown in any case.
 */
export function useEnd(id: string, last: string, mine: boolean) {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const placed = useRef(-1)
  const [below, setBelow] = useState(false)
  const toEnd = useCallback(() => {
    const node = box.current
    if (!node) return
    node.scrollTop = goal(node, content.current)
    placed.current = node.scrollTop
  }, [])
  /** Something became higher: the reader stays where he was. */
  const grown = useCallback(() => {
    if (atEnd.current) toEnd()
  }, [toEnd])
  useEffect(() => {
    const node = box.current
    if (!node) return undefined
    const look = () => {
      if (Math.abs(node.scrollTop - placed.current) < 2) return // where we put it: not the reader's doing
      placed.current = -1
      atEnd.current = node.scrollTop >= goal(node, content.current) - NEAR_PX
      if (atEnd.current) setBelow(false)
    }
    node.addEventListener('scroll', look, { passive: true })
    const resized = new ResizeObserver(grown)
    resized.observe(node)
    return () => {
      node.removeEventListener('scroll', look)
      resized.disconnect()
    }
  }, [grown])
  useLayoutEffect(() => {
    atEnd.current = true
    toEnd()
  }, [id, toEnd])
  const newest = useRef(mine)
  useLayoutEffect(() => {
    newest.current = mine
  }, [mine])
  useLayoutEffect(() => {
    if (atEnd.current || newest.current) toEnd()
    else setBelow(true)
  }, [last, toEnd])
  return { box, content, below, toEnd, grown }
}
