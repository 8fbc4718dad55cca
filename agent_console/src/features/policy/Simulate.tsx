// The draft on a recorded day, beside what happened and what the policy in force does by the same model.
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { FiguresView, PointView, Simulated } from '../../desk/wire'
import { Button, clockTime, day, describe, href, localInput, Select, TextField, useApi, useDeskParts, useT } from '../../shared'
import type { Document } from './document'
import { Part } from './Fields'
import { useDocument, useDraftState, useQueueName } from './parts'
import { ceiling, figure, HEIGHT, linePath, off, ROWS, WIDTH } from './plot'
import css from './Policy.module.css'
import own from './Simulate.module.css'

const WORLDS = ['recorded', 'published', 'new'] as const
const ALL = '*'
const DAY_MS = 86_400_000
const RUNS = 5

interface Run {
  done: number | null
  result: Simulated | null
  error: unknown
  of: Document | null
}

const before: Run = { done: null, result: null, error: null, of: null }

export function Simulation() {
  const t = useT()
  const broken = useDraftState((state) => state.problems.length > 0)
  const document = useDocument()
  const { run, start, stop } = useRun(document)
  return (
    <Part title={t('simulate')} what={t('simulate.what')}>
      <Range isRunning={run.done !== null} isDisabled={broken} onRun={start} onStop={stop} />
      {broken && <p className="quiet">{t('simulate.broken')}</p>}
      {run.done !== null && <Progress done={run.done} />}
      {run.error !== null && <p className="notice bad" role="alert">{refusal(run.error, t)}</p>}
      {run.result && <Result result={run.result} isOld={run.of !== document} />}
    </Part>
  )
}

function useRun(document: Document) {
  const t = useT()
  const api = useApi()
  const [run, setRun] = useState(before)
  const mine = useRef<AbortController | null>(null)
  useEffect(() => () => mine.current?.abort(), [])
  const stop = () => {
    mine.current?.abort()
    setRun((now) => ({ ...now, done: null }))
  }
  const start = async (since: string, until: string) => {
    mine.current?.abort()
    const going = (mine.current = new AbortController())
    const say = (change: Partial<Run>) => going.signal.aborted || setRun((now) => ({ ...now, ...change }))
    const seen = { isOver: false }
    say({ done: 0, result: null, error: null, of: document })
    try {
      await api.simulatePolicy({ document, since, until, runs: RUNS, seed: 1 }, (line) => {
        if (line.result ?? line.problem) seen.isOver = true
        say(line.result ? { result: line.result } : line.problem ? { error: new ApiError(503, { code: line.problem, detail: line.detail ?? '' }) } : { done: line.done })
      }, going.signal)
      say({ done: null, ...(seen.isOver ? {} : { error: t('simulate.cut') }) })
    } catch (error) {
      say({ done: null, error })
    }
  }
  return { run, start: (since: string, until: string) => void start(since, until), stop }
}

function refusal(error: unknown, t: ReturnType<typeof useT>): string {
  if (typeof error === 'string') return error
  if (!(error instanceof ApiError)) return describe(error, t)
  const words = t.word('error', error.code)
  return error.code.startsWith('simulation_') && words !== error.code.replaceAll('_', ' ') ? words : describe(error, t)
}

/** Today, unless somebody asks for another time. */
function Range({ isRunning, isDisabled, onRun, onStop }: { isRunning: boolean; isDisabled: boolean; onRun: (since: string, until: string) => void; onStop: () => void }) {
  const t = useT()
  const { clock } = useDeskParts()
  const [since, setSince] = useState(() => localInput(midnight(clock.now())))
  const [until, setUntil] = useState(() => localInput(midnight(clock.now()) + DAY_MS))
  const isWrong = !since || !until || since >= until
  const submit = () => isWrong || onRun(new Date(since).toISOString(), new Date(until).toISOString())
  return (
    <form className={own.range} onSubmit={(event) => {
      event.preventDefault()
      submit()
    }}>
      <TextField label={t('simulate.from')} type="datetime-local" value={since} onChange={setSince} />
      <TextField label={t('simulate.to')} type="datetime-local" value={until} onChange={setUntil} error={isWrong ? t('simulate.wrong') : null} />
      {isRunning ? <Button icon="close" onPress={onStop}>{t('simulate.stop')}</Button> : <Button type="submit" isDisabled={isWrong || isDisabled}>{t('simulate.run')}</Button>}
    </form>
  )
}

function midnight(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0)
}

function Progress({ done }: { done: number }) {
  const t = useT()
  return (
    <div>
      <p role="status" className="quiet">{t('simulate.running')}</p>
      <progress className={own.progress} aria-label={t('simulate.running')} value={done} max={1} />
    </div>
  )
}

function Result({ result, isOld }: { result: Simulated; isOld: boolean }) {
  const t = useT()
  const queueName = useQueueName()
  const [queue, setQueue] = useState(ALL)
  const queues = [...new Set(WORLDS.flatMap((world) => Object.keys(result[world].queues)))].sort()
  const of = (world: (typeof WORLDS)[number]) => (queue === ALL ? result[world].all : result[world].queues[queue])
  const { all: recorded } = result.recorded
  const { all: published } = result.published
  const isOther = result.versions.some((version) => version !== result.version)
  return (
    <>
      {isOld && <p className="notice warn" role="status">{t('simulate.old')}</p>}
      <p role="status">{t('simulate.done', { n: result.contacts, agents: result.agents, runs: result.runs })}</p>
      <p className="small">
        {t('simulate.off', { level: off(published.service_level, recorded.service_level, 'share'), wait: off(published.mean_wait, recorded.mean_wait, 'seconds'), left: off(published.abandonment, recorded.abandonment, 'share') })}
        {isOther && ` ${t('simulate.off.other')}`}
      </p>
      <p className="quiet small">{t('simulate.calibration')} <a href={href('/policy/help')}>{t('simulate.help')}</a></p>
      <Select label={t('simulate.queue')} value={queue} onChange={setQueue} choices={[{ id: ALL, name: t('simulate.all') }, ...queues.map((id) => ({ id, name: queueName(id) }))]} />
      <Figures version={result.version} worlds={WORLDS.map(of)} difference={queue === ALL ? result.difference : null} />
      <Keys version={result.version} />
      <Plot result={result} title={t('simulate.waiting')} pick={waiting} words={(value) => (value === null ? '–' : value.toFixed(1))} />
      <Plot result={result} title={t('simulate.levels')} pick={level} most={100} words={(value) => (value === null ? '–' : `${value.toFixed(0)} %`)} />
      <Numbers result={result} />
    </>
  )
}

const waiting = (point: PointView) => point.waiting
const level = (point: PointView) => (point.service_level === null ? null : point.service_level * 100)

function Figures({ version, worlds, difference }: { version: number; worlds: readonly (FiguresView | undefined)[]; difference: FiguresView | null }) {
  const t = useT()
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t('simulate.figures')}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('simulate.figure')}</th><th scope="col">{t('simulate.recorded')}</th><th scope="col">{t('simulate.published', { n: version })}</th><th scope="col">{t('simulate.new')}</th>
            {difference && <th scope="col">{t('simulate.difference')}</th>}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, kind]) => (
            <tr key={name}>
              <th scope="row">{t(`simulate.${name}`)}</th>
              {worlds.map((one, at) => <td key={WORLDS[at]} className={own.number}>{figure(one?.[name], kind)}</td>)}
              {difference && <td className={own.number}>{figure(difference[name], kind, true)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Keys({ version }: { version: number }) {
  const t = useT()
  const words = { recorded: t('simulate.recorded'), published: t('simulate.published', { n: version }), new: t('simulate.new') }
  return (
    <ul className={own.keys}>
      {WORLDS.map((world) => (
        <li key={world} className={own.key}><svg width="36" height="8" aria-hidden="true"><path className={own[world]} d="M2 4H34" /></svg> {words[world]}</li>
      ))}
    </ul>
  )
}

interface PlotProps {
  result: Simulated
  title: string
  pick: (point: PointView) => number | null
  words: (value: number | null) => string
  most?: number
}

function Plot({ result, title, pick, words, most }: PlotProps) {
  const { language } = useT()
  const lines = WORLDS.map((world) => result[world].points.map(pick))
  const top = most ?? ceiling(lines.flat())
  return (
    <figure className={own.plot}>
      <figcaption>{title}</figcaption>
      <div className={own.scale} aria-hidden="true"><span>{words(top)}</span><span>{words(0)}</span></div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        {WORLDS.map((world, at) => <path key={world} className={own[world]} d={linePath(lines[at] ?? [], top)} />)}
      </svg>
      <div className={own.times} aria-hidden="true"><span>{clockTime(result.since, language)}</span><span>{clockTime(result.until, language)}</span></div>
    </figure>
  )
}

/** The points of both plots, for whoever reads rather than sees them. */
function Numbers({ result }: { result: Simulated }) {
  const t = useT()
  const words = { recorded: t('simulate.recorded'), published: t('simulate.published', { n: result.version }), new: t('simulate.new') }
  const begin = Date.parse(result.since)
  const when = (seconds: number) => {
    const at = new Date(begin + seconds * 1000).toISOString()
    return result.stretch_seconds < 86_400 ? clockTime(at, t.language) : day(at, t.language)
  }
  return (
    <details>
      <summary>{t('simulate.numbers')}</summary>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t('simulate.numbers')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('simulate.time')}</th>
              {WORLDS.map((world) => <th key={world} scope="col">{t('simulate.waiting')}: {words[world]}</th>)}
              {WORLDS.map((world) => <th key={world} scope="col">{t('simulate.levels')}: {words[world]}</th>)}
            </tr>
          </thead>
          <tbody>
            {result.recorded.points.map((point, at) => (
              <tr key={point.at}>
                <th scope="row">{when(point.at)}</th>
                {WORLDS.map((world) => <td key={world} className={own.number}>{result[world].points[at]?.waiting.toFixed(1) ?? '–'}</td>)}
                {WORLDS.map((world) => <td key={world} className={own.number}>{shareWords(result[world].points[at]?.service_level)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

const shareWords = (share: number | null | undefined) => (share === null || share === undefined ? '–' : `${(share * 100).toFixed(0)} %`)
