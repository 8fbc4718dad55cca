// For the screen on the wall: large, nothing to operate, and it says so when it is not live.
import { Age, href, Icon, names, useNow, useQueue, useT } from '../../shared'
import type { QueueFigures } from '../../desk/wire'
import { sorted } from './agents'
import { Standing } from './AgentTable'
import { AlertLine } from './Alerts'
import { alertsOf } from './alerts'
import { AsOf, FullScreen } from './AsOf'
import { percent, Totals } from './Totals'
import { judged } from './figures'
import { useFloor } from './useFloor'
import css from './Floor.module.css'

export function Television() {
  const t = useT()
  const floor = useFloor()
  const now = useNow()
  const here = sorted(floor.agents, now).filter((agent) => agent.presence.declared !== 'offline')
  return (
    <div className={css.tv}>
      <header className={css.head}>
        <h1>{t('nav.floor')}</h1>
        <AsOf />
        <FullScreen />
        <a className={css.tool} href={href('/floor')}><Icon name="back" /> {t('floor.tv.leave')}</a>
      </header>
      <div className={css.alerts}>
        {alertsOf(floor.figures, floor.ledger).map((alert) => <AlertLine key={alert.id} alert={alert} />)}
      </div>
      <Totals rows={floor.figures} ledger={floor.ledger} />
      <ul className={css.tiles}>
        {floor.figures.map((row) => <Tile key={row.queue} row={row} />)}
      </ul>
      <ul className={css.states} aria-label={t('floor.agents')}>
        {here.map((agent) => (
          <li key={agent.id}>
            <bdi>{agent.name}</bdi>
            <Standing agent={agent} now={now} />
            <span className={css.onTv}><Age since={agent.presence.since} /></span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Tile({ row }: { row: QueueFigures }) {
  const t = useT()
  const queue = useQueue(row.queue)
  const alone = row.waiting > 0 && row.ready === 0
  return (
    <li className={names(css.tile, alone && css.alone)}>
      <h2 dir="auto">{queue ? t.name(queue.name) : row.queue}</h2>
      <p className={css.big}>{row.waiting} <span>{t('floor.waiting')}</span></p>
      <p>{row.oldest_at ? <>{t('floor.oldest')} <strong><Age since={row.oldest_at} /></strong></> : t('floor.nothing.waits')}</p>
      <LevelLine row={row} target={queue?.service_level_target ?? 0} />
      <p>{alone && '▲ '}{t('floor.ready')} <strong>{row.ready} / {row.staff}</strong></p>
    </li>
  )
}

function LevelLine({ row, target }: { row: QueueFigures; target: number }) {
  const t = useT()
  const level = row.service_level
  const below = level !== null && level < target
  return (
    <p className={below ? css.bad : undefined}>
      {below && '▼ '}{t('floor.level')} <strong>{level === null ? t('floor.none') : percent(level, t.language)}</strong>{' '}
      {t('floor.n', { n: judged(row) })}
    </p>
  )
}
