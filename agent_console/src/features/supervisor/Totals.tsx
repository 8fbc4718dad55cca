// All queues in one line of large figures. Each opens what it counts.
import type { ReactNode } from 'react'
import type { Ledger, QueueFigures } from '../../desk/wire'
import { Age, deskPath, href, names, useT } from '../../shared'
import { drillPath, totals } from './figures'
import css from './Floor.module.css'

export function Totals({ rows, ledger }: { rows: readonly QueueFigures[]; ledger: Ledger | null }) {
  const t = useT()
  const all = totals(rows)
  return (
    <ul className={css.totals} aria-label={t('floor.totals')}>
      <Total name={t('floor.waiting')} to={drillPath({ what: 'waiting', queue: null })} loud={all.waiting > 0}>
        {all.waiting}
      </Total>
      <Total name={t('floor.oldest')} to={all.oldestId && deskPath(all.oldestId)}>
        {all.oldestAt ? <Age since={all.oldestAt} /> : t('floor.none')}
      </Total>
      <Total name={t('floor.late')} to={drillPath({ what: 'late', queue: null })} bad={all.late > 0}>
        {all.late}
      </Total>
      <Total name={t('floor.breached')} to={drillPath({ what: 'breached', queue: null })} bad={all.breached > 0}>
        {all.breached}
      </Total>
      <Total name={t('floor.at_risk')} to={drillPath({ what: 'at_risk', queue: null })}>
        {all.atRisk}
      </Total>
      <Total name={t('floor.level')} to={drillPath({ what: 'level', queue: null })} note={t('floor.n', { n: all.n })}>
        {all.level === null ? t('floor.none') : percent(all.level, t.language)}
      </Total>
      <Total name={t('floor.active')} to={drillPath({ what: 'active', queue: null })}>
        {all.active}
      </Total>
      <Total name={t('floor.abandoned')} to={drillPath({ what: 'abandoned', queue: null })}>
        {all.abandoned}
      </Total>
      <Total name={t('floor.unaccounted')} to="/ledger" bad={Boolean(ledger?.unaccounted)}>
        {ledger ? ledger.unaccounted : t('floor.none')}
      </Total>
    </ul>
  )
}

interface TotalProps {
  name: string
  to: string | null
  note?: string
  loud?: boolean
  bad?: boolean
  children: ReactNode
}

function Total({ name, to, note, loud, bad, children }: TotalProps) {
  const body = (
    <>
      <span className={css.name}>{name}</span>
      <span className={css.value}>
        {bad && <span aria-hidden="true">▲ </span>}
        {children}
      </span>
      {note && <span className={css.note}>{note}</span>}
    </>
  )
  return (
    <li className={names(css.total, loud && css.loud, bad && css.bad)}>
      {to ? <a href={href(to)}>{body}</a> : <div>{body}</div>}
    </li>
  )
}

/** Cut, never rounded up: 79.96 % of a promise of 80 % is not kept. */
export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(Math.floor(share * 100 + 1e-9) / 100)
}
