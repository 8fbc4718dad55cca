// The promise that matters most for a contact: how long it has left, that it rests, or by how much it is late.
import type { Card } from '../desk/wire'
import { useT } from '../i18n'
import { Icon } from './Icon'
import { Age, Countdown, duration } from './time'
import { names } from './ui'

const LOUD = { running: undefined, paused: undefined, warned: 'warn', breached: 'bad' } as const

export function ClockChip({ clock }: { clock: Card['clock'] }) {
  const t = useT()
  if (!clock) return null
  const what = t(`clock.${clock.state}`, { name: t(`clock.${clock.name}`) })
  return (
    <span className={names('chip', LOUD[clock.state])} title={what}>
      <Icon name={clock.state === 'breached' ? 'alert' : clock.state === 'paused' ? 'hold' : 'clock'} size={14} />
      <span className="unseen">{what} </span>
      {clock.state === 'breached' && '−'}
      {clock.state === 'paused' ? duration(clock.left_seconds ?? 0) : clock.due_at && <Left due={clock.due_at} late={clock.state === 'breached'} />}
    </span>
  )
}

const Left = ({ due, late }: { due: string; late: boolean }) => (late ? <Age since={due} /> : <Countdown until={due} />)
