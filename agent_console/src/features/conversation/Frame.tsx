// An HTML mail in a frame of its own, where no script runs. It is as high as what it holds.
import { use, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useApi, useT } from '../../shared'
import { Grown } from './grown'
import css from './Mail.module.css'

const SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox'
const HIGHEST_PX = 20_000
/** A mail whose height follows its frame would grow for ever. */
const MOST_CHANGES = 200

export function Frame({ id, name, remote }: { id: string; name: string; remote: boolean }) {
  const t = useT()
  const api = useApi()
  const frame = useRef<HTMLIFrameElement>(null)
  const grown = use(Grown)
  const { height, watch } = useHeight(grown)
  useEffect(() => () => watch(null), [watch])
  return (
    <iframe
      ref={frame} className={css.frame} sandbox={SANDBOX} src={api.htmlUrl(id, remote)} title={t('mail.frame', { name })}
      style={{ height }} referrerPolicy="no-referrer" loading="eager" onLoad={() => watch(frame.current)}
    />
  )
}

function useHeight(grown: () => void) {
  const [height, setHeight] = useState(48)
  const [watch] = useState(() => watcher(setHeight))
  useLayoutEffect(grown, [grown, height])
  return { height, watch }
}

/** Tells the height of what a frame holds, now and whenever it changes; keys pressed inside reach the desk. */
function watcher(tell: (height: number) => void) {
  let stop: () => void = () => undefined
  return (frame: HTMLIFrameElement | null): void => {
    stop()
    const inside = frame?.contentDocument
    if (!inside?.body) return
    let changes = 0
    const measure = () => {
      if (changes++ < MOST_CHANGES) tell(Math.min(HIGHEST_PX, Math.ceil(inside.documentElement.getBoundingClientRect().height) + scrollbar(inside)))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(inside.documentElement)
    observer.observe(inside.body)
    inside.addEventListener('keydown', passOn)
    measure()
    stop = () => {
      observer.disconnect()
      inside.removeEventListener('keydown', passOn)
    }
  }
}

/** A table wider than the mail scrolls sideways, and its bar needs room. */
const scrollbar = (inside: Document): number =>
  inside.documentElement.scrollWidth > inside.documentElement.clientWidth ? 16 : 0

function passOn(event: KeyboardEvent): void {
  const copy = new KeyboardEvent('keydown', event)
  if (!dispatchEvent(copy)) event.preventDefault()
}
