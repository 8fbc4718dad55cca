// Ages, timers and moments, all by the hub's clock. They tick once a second and are never announced each second.
import { useSyncExternalStore } from 'react'
import { useT } from '../i18n'
import type { Language } from '../i18n'
import { useDeskParts } from './desk'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let tick = 0

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    tick += 1
    listeners.forEach((tell) => tell())
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Server time in milliseconds; draws the view again every second. */
export function useNow(): number {
  const { clock } = useDeskParts()
  useSyncExternalStore(subscribe, () => tick)
  return clock.now()
}

const two = (n: number) => String(n).padStart(2, '0')

/** 0:42, 12:41, 1:02:03; minus where `seconds` is negative. */
export function duration(seconds: number): string {
  const all = Math.floor(Math.abs(seconds))
  const h = Math.floor(all / 3600)
  const m = Math.floor((all % 3600) / 60)
  const text = h ? `${h}:${two(m)}:${two(all % 60)}` : `${m}:${two(all % 60)}`
  return seconds <= -1 ? `−${text}` : text
}

/** Longer spans in one unit: 42 s, 12 min, 5 h, 3 d. */
export function rough(seconds: number, language: Language): string {
  const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? (['second', 1] as const)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(
    Math.max(0, Math.floor(seconds / size)),
  )
}

export const secondsSince = (iso: string, now: number): number => (now - Date.parse(iso)) / 1_000

/** How long ago, counting up. */
export function Age({ since, coarse = false }: { since: string; coarse?: boolean }) {
  const seconds = Math.max(0, secondsSince(since, useNow()))
  const { language } = useT()
  return <time dateTime={since}>{coarse ? rough(seconds, language) : duration(seconds)}</time>
}

/** How long until, counting down and then below zero. */
export function Countdown({ until }: { until: string }) {
  return <time dateTime={until}>{duration(-secondsSince(until, useNow()))}</time>
}

export function clockTime(moment: string | number, language: Language, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  if (seconds) options.second = '2-digit'
  return new Intl.DateTimeFormat(language, options).format(new Date(moment))
}

export function day(moment: string, language: Language): string {
  return new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(
    new Date(moment),
  )
}

/** A moment as `<input type="datetime-local">` wants it: local, without seconds. */
export function localInput(moment: number): string {
  const shifted = moment - new Date(moment).getTimezoneOffset() * 60_000
  return new Date(shifted).toISOString().slice(0, 16)
}

/** Clock time alone for today, else with the date; the whole moment as a tooltip. */
export function Moment({ at }: { at: string }) {
  const { language } = useT()
  const { clock } = useDeskParts()
  const today = new Date(at).toDateString() === new Date(clock.now()).toDateString()
  const whole = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
  const text = today ? clockTime(at, language) : `${day(at, language)} ${clockTime(at, language)}`
  return (
    <time dateTime={at} title={whole}>
      {text}
    </time>
  )
}
