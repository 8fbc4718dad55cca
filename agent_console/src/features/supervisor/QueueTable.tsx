import type { ReactNode } from 'react'
import type { QueueFigures, QueueView } from '../../desk/wire'
import { Age, deskPath, href, names, useQueue, useT } from '../../shared'
import { drillPath, judged } from './figures'
import type { Figure } from './figures'
import { percent } from './Totals'
import css from './Floor.module.css'

const columns = [
  'waiting', 'oldest', 'offered', 'active', 'wrapping', 'held', 'level', 'abandoned', 'closed', 'ready',
] as const

export function QueueTable({ rows }: { rows: readonly QueueFigures[] }) {
  const t = useT()
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t('floor.queues')}>
      <table className={css.table}>
        <caption className={css.caption}>
          <h2>{t('floor.queues')}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('floor.queue')}</th>
            {columns.map((name) => (
              <th key={name} scope="col" className={css.number} title={t(`floor.${name}.what`)}>
                {t(`floor.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <QueueRow key={row.queue} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function QueueRow({ row }: { row: QueueFigures }) {
  const t = useT()
  const queue = useQueue(row.queue)
  const name = queue ? t.name(queue.name) : row.queue
  const cell = (what: Figure, children: ReactNode, className?: string) => (
    <td className={css.number}>
      <a href={href(drillPath({ what, queue: row.queue }))} className={names(css.open, className)}>
        <span className="unseen">{t('floor.open', { queue: name, what: t(`floor.${what}`) })}</span>
        {children}
      </a>
    </td>
  )
  const alone = row.waiting > 0 && row.ready === 0
  return (
    <tr>
      <th scope="row" className={css.queue}>
        <bdi className={css.queueName}>{name}</bdi>
      </th>
      {cell('waiting', row.waiting, row.waiting > 0 ? css.loud : undefined)}
      <td className={css.number}>
        {row.oldest_at && row.oldest_id ? (
          <a className={css.open} href={href(deskPath(row.oldest_id))}>
            <Age since={row.oldest_at} />
          </a>
        ) : (
          <span className="quiet">{t('floor.none')}</span>
        )}
      </td>
      {cell('offered', row.offered)}
      {cell('active', row.active)}
      {cell('wrapping', row.wrapping)}
      {cell('held', row.held)}
      {cell('level', <Level row={row} queue={queue} />)}
      {cell('abandoned', row.abandoned)}
      {cell('closed', row.closed)}
      <td className={names(css.number, alone && css.bad)}>
        <a href={href(drillPath({ what: 'ready', queue: row.queue }))} className={css.open}>
          <span className="unseen">{t('floor.open', { queue: name, what: t('floor.ready') })}</span>
          {alone && <span aria-hidden="true">▲ </span>}
          {row.ready} / {row.staff}
        </a>
      </td>
    </tr>
  )
}

/** Below its target it carries a mark besides the colour. */
function Level({ row, queue }: { row: QueueFigures; queue: QueueView | undefined }) {
  const t = useT()
  if (row.service_level === null) return <span className="quiet">{t('floor.none')}</span>
  const below = queue !== undefined && row.service_level < queue.service_level_target
  return (
    <>
      <span className={below ? css.bad : undefined}>
        {below && <span title={t('floor.below')}>▼ </span>}
        {percent(row.service_level, t.language)}
      </span>{' '}
      <span className={css.note}>{t('floor.n', { n: judged(row) })}</span>
    </>
  )
}
