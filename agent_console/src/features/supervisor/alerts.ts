// What a supervisor has to know without looking for it. Each alert has an id: it is raised once and cleared once. Pure.
import type { Ledger, QueueFigures } from '../../desk/wire'

export type AlertKind = 'nobody_ready' | 'breached' | 'late' | 'unaccounted' | 'misplaced' | 'unconfirmed'

export interface Alert {
  id: string
  kind: AlertKind
  /** Wrong now, or wrong soon. */
  grave: boolean
  n: number
  queue: string | null
}

export function alertsOf(rows: readonly QueueFigures[], ledger: Ledger | null): Alert[] {
  return [...(ledger ? ledgerAlerts(ledger) : []), ...rows.flatMap(queueAlerts)].sort(
    (a, b) => Number(b.grave) - Number(a.grave),
  )
}

function queueAlerts(row: QueueFigures): Alert[] {
  const found: Alert[] = []
  const add = (kind: AlertKind, grave: boolean, n: number) =>
    found.push({ id: `${kind}:${row.queue}`, kind, grave, n, queue: row.queue })
  if (row.waiting > 0 && row.ready === 0) add('nobody_ready', true, row.waiting)
  if (row.breached > 0) add('breached', true, row.breached)
  if (row.late_waiting > 0) add('late', false, row.late_waiting)
  return found
}

function ledgerAlerts(ledger: Ledger): Alert[] {
  const all: Alert[] = [
    { id: 'unaccounted', kind: 'unaccounted', grave: true, n: ledger.unaccounted, queue: null },
    { id: 'misplaced', kind: 'misplaced', grave: true, n: ledger.misplaced.length, queue: null },
    { id: 'unconfirmed', kind: 'unconfirmed', grave: false, n: ledger.unconfirmed, queue: null },
  ]
  return all.filter((alert) => alert.n > 0)
}
