// The focus in the call bar, whose buttons come and go with the call: it is never dropped to nowhere.
import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

const nowhere = (): boolean => document.activeElement === null || document.activeElement === document.body

/** Where a button that had the focus is gone, the bar has it; where the bar is gone, the page. */
export function useKeptFocus(): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null)
  const inside = useRef(false)
  useEffect(() => {
    const moved = ({ target }: Event) => {
      inside.current = target instanceof Node && Boolean(bar.current?.contains(target))
    }
    document.addEventListener('focusin', moved)
    document.addEventListener('pointerdown', moved)
    return () => {
      document.removeEventListener('focusin', moved)
      document.removeEventListener('pointerdown', moved)
      if (inside.current) requestAnimationFrame(() => nowhere() && document.getElementById('content')?.focus())
    }
  }, [])
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (inside.current && nowhere()) bar.current?.focus()
    })
    return () => cancelAnimationFrame(frame)
  })
  return bar
}
