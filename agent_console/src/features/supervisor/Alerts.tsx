// What needs the supervisor now. Announced when it appears, gone when it is over; numbers inside change silently.
import type { Ledger, QueueFigures } from '../../desk/wire'
import { href, Icon, useDesk, useT } from '../../shared'
import { alertsOf } from './alerts'
import type { Alert } from './alerts'
import { drillPath } from './figures'
import css from './Floor.module.css'

export function Alerts({ rows, ledger }: { rows: readonly QueueFigures[]; ledger: Ledger | null }) {
  const t = useT()
  const alerts = alertsOf(rows, ledger)
  return (
    <div role="log" aria-relevant="additions" aria-label={t('floor.alerts')} className={css.alerts}>
      {alerts.map((alert) => (
        <AlertLine key={alert.id} alert={alert} />
      ))}
    </div>
  )
}

export function AlertLine({ alert }: { alert: Alert }) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  const queue = queues.find((one) => one.id === alert.queue)
  const to = alert.queue === null ? '/ledger' : drillPath({ what: alert.kind === 'late' ? 'late' : 'waiting', queue: alert.queue })
  return (
    <a className={css.alert} data-grave={alert.grave} href={href(to)}>
      <Icon name="alert" />
      <span>{t(`floor.alert.${alert.kind}`, { n: alert.n, queue: queue ? t.name(queue.name) : (alert.queue ?? '') })}</span>
    </a>
  )
}
