// What was spoken on the telephone, to be heard again: a call or a voicemail. Its sound is loaded when somebody listens.
import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent, RefObject } from 'react'
import { ApiError } from '../desk/api'
import type { RecordingView } from '../desk/wire'
import { useT } from '../i18n'
import type { Translate } from '../i18n'
import { useApi, useDesk, useDeskParts, useMe } from './desk'
import { Icon } from './Icon'
import { useLoad } from './load'
import css from './Player.module.css'
import { preferences, usePreferences } from './preferences'
import { Kept } from './Kept'
import { fateOf, waitFor } from './recordings'
import { describe } from './status'
import { clockTime, duration } from './time'
import { Button, Select } from './ui'
import { bars, keyed, strokes, within } from './waveform'

const SKIP = 10
const MOST_BARS = 120
const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const

/** `stamp`: changes whenever something may have happened to it. */
export function Player({ id, stamp = '' }: { id: string; stamp?: string | number }) {
  const api = useApi()
  const { clock } = useDeskParts()
  const fate = useDesk((state) => fateOf(id, state.details))
  const { value, error, reload } = useLoad(`recording ${id} ${stamp} ${fate}`, () => api.recording(id))
  useEffect(() => {
    if (value?.state !== 'fetching') return undefined
    const timer = setTimeout(reload, waitFor(value.again_at, clock.now()))
    return () => clearTimeout(timer)
  }, [value, reload, clock])
  if (error !== null) return <Trouble error={error} onAgain={reload} />
  if (!value) return <div className={css.player} aria-busy="true"><div className={css.wave} /></div>
  if (value.state !== 'stored') return <State view={value} onChange={reload} />
  return <Sound view={value} onChange={reload} />
}

interface Shown {
  view: RecordingView
  onChange: () => void
}

const ICONS = { fetching: 'clock', failed: 'alert', deleted: 'block', stored: 'check' } as const

/** There is no sound: not yet, or not any more. */
function State({ view, onChange }: Shown) {
  const t = useT()
  return (
    <div className={css.state}>
      <p className={css.state} role="status"><Icon name={ICONS[view.state]} size={14} /> {useStanding(view)}</p>
      {view.state !== 'fetching' && <Kept view={view} name={nameOf(view, t)} onChange={onChange} />}
    </div>
  )
}

function useStanding({ state, again_at: again, problem }: RecordingView): string {
  const t = useT()
  if (state === 'deleted') return t('play.deleted')
  if (state === 'failed') return t(`play.failed.${problem ?? 'absent'}`)
  return again ? t('play.fetching.again', { at: clockTime(again, t.language) }) : t('play.fetching')
}

const nameOf = (view: RecordingView, t: Translate): string => t(view.source === 'voicemail' ? 'play.voicemail' : 'play.call')

function Trouble({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const t = useT()
  const forbidden = error instanceof ApiError && error.status === 403
  return (
    <p className={css.state} role="status">
      <Icon name={forbidden ? 'block' : 'alert'} size={14} /> {forbidden ? t('play.forbidden') : describe(error, t)}
      {!forbidden && <Button onPress={onAgain}>{t('play.again')}</Button>}
    </p>
  )
}

function Sound({ view, onChange }: Shown) {
  const t = useT()
  const api = useApi()
  const element = useRef<HTMLAudioElement>(null)
  const sound = useSound(element, view.seconds ?? 0)
  const { at, seconds, playing } = sound
  const name = nameOf(view, t)
  const { role } = useMe()
  return (
    <div className={css.player} role="group" aria-label={name}>
      {/* What is said is not known as text. */}
      <audio ref={element} src={api.soundUrl(view.id)} preload="none" {...sound.events} />
      <div className={css.head}>
        <strong>{name}</strong>
        <span className={css.time}>{duration(at)} / {duration(seconds)}</span>
      </div>
      <Wave peaks={view.peaks} at={at} seconds={seconds} onSeek={sound.seek} onToggle={sound.toggle} />
      <div className={css.row}>
        <Button icon={playing ? 'hold' : 'play'} kind="primary" aria-label={t(playing ? 'play.pause' : 'play.play')} onPress={sound.toggle} />
        <Button icon="back10" aria-label={t('play.back')} onPress={() => sound.seek(at - SKIP)}>{SKIP}</Button>
        <Button icon="forward10" aria-label={t('play.forward')} onPress={() => sound.seek(at + SKIP)}>{SKIP}</Button>
        <Speed />
        {role !== 'agent' && <a className="button" href={api.soundUrl(view.id, true)} download>{t('play.download')}</a>}
      </div>
      <Kept view={view} name={name} onChange={onChange} />
      {sound.broken && (
        <p className={css.state} role="alert">
          <Icon name="alert" size={14} /> {t('play.broken')}
          <Button onPress={() => {
            sound.mend()
            onChange()
          }}>{t('play.again')}</Button>
        </p>
      )}
    </div>
  )
}

function Speed() {
  const t = useT()
  const { speed } = usePreferences()
  const choices = SPEEDS.map((one) => ({ id: String(one), name: `${new Intl.NumberFormat(t.language).format(one)}×` }))
  return (
    <div className={css.speed}>
      <Select bare label={t('play.speed')} choices={choices} value={String(speed)} onChange={(id) => preferences.setState({ speed: Number(id) })} />
    </div>
  )
}

interface WaveProps {
  peaks: readonly number[]
  at: number
  seconds: number
  onSeek: (to: number) => void
  onToggle: () => void
}

/** A slider that shows where something is said. */
function Wave({ peaks, at, seconds, onSeek, onToggle }: WaveProps) {
  const t = useT()
  const loud = bars(peaks, MOST_BARS)
  const path = strokes(loud.length ? loud : Array.from({ length: MOST_BARS }, () => 0))
  const box = `0 0 ${loud.length || MOST_BARS} 100`
  const share = seconds ? within(at, seconds) / seconds : 0
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    if (width) onSeek((seconds * (event.clientX - left)) / width)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keyed(event.key, at, seconds)
    const plays = event.key === ' ' || event.key === 'Enter'
    if (event.altKey || event.ctrlKey || event.metaKey || (to === null && !plays)) return
    event.preventDefault()
    event.stopPropagation() // the log below would scroll
    if (to === null) onToggle()
    else onSeek(to)
  }
  return (
    <div
      className={css.wave} role="slider" tabIndex={0} aria-label={t('play.position')} aria-valuemin={0} aria-valuemax={Math.round(seconds)}
      aria-valuenow={Math.round(at)} aria-valuetext={t('play.at', { at: duration(at), of: duration(seconds) })} onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        point(event)
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && point(event)}
    >
      <svg viewBox={box} preserveAspectRatio="none" aria-hidden="true"><path className={css.rest} d={path} /></svg>
      <svg viewBox={box} preserveAspectRatio="none" aria-hidden="true" style={{ clipPath: `inset(0 ${100 - share * 100}% 0 0)` }}><path className={css.played} d={path} /></svg>
      <span className={css.needle} style={{ left: `${share * 100}%` }} />
    </div>
  )
}

/** Who speaks now: one at a time. */
let speaking: HTMLAudioElement | null = null

function begin(audio: HTMLAudioElement, speed: number): Promise<void> {
  if (speaking !== audio) speaking?.pause()
  speaking = audio
  pace(audio, speed)
  return audio.play()
}

function pace(audio: HTMLAudioElement | null, speed: number): void {
  if (audio) audio.playbackRate = speed
}

/** Kept by the browser until there is sound. */
function place(audio: HTMLAudioElement | null, to: number): void {
  if (audio) audio.currentTime = to
}

function useSound(element: RefObject<HTMLAudioElement | null>, length: number) {
  const [at, setAt] = useState(0)
  const [seconds, setSeconds] = useState(length)
  const [playing, setPlaying] = useState(false)
  const [broken, setBroken] = useState(false)
  const { speed } = usePreferences()
  useEffect(() => pace(element.current, speed), [element, speed])
  const seek = (to: number) => {
    setAt(within(to, seconds))
    place(element.current, within(to, seconds))
  }
  const toggle = () => {
    const audio = element.current
    if (!audio) return
    if (!audio.paused) audio.pause()
    else begin(audio, speed).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === 'AbortError')) setBroken(true) // else: paused before it began
    })
  }
  const events = {
    onTimeUpdate: () => setAt(element.current?.currentTime ?? 0),
    onDurationChange: () => {
      const known = element.current?.duration ?? 0
      if (Number.isFinite(known) && known > 0) setSeconds(known)
    },
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onEnded: () => setPlaying(false),
    onError: () => {
      setPlaying(false)
      setBroken(true)
    },
  }
  const mend = () => {
    setBroken(false)
    element.current?.load()
  }
  return { at, seconds, playing, broken, seek, toggle, events, mend }
}
