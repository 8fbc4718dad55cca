import { secondsSince, useNow, useT } from '../../shared'
import css from './Offers.module.css'

const R = 15
const AROUND = 2 * Math.PI * R

/** A ring that empties, and the seconds as a number: the shape alone would say too little. */
export function Ring({ from, until }: { from: string; until: string }) {
  const t = useT()
  const now = useNow()
  const whole = Math.max(1, (Date.parse(until) - Date.parse(from)) / 1_000)
  const left = Math.max(0, -secondsSince(until, now))
  return (
    <span className={css.ring} data-urgent={left <= 5 || undefined} role="timer" aria-live="off">
      <svg width="36" height="36" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
        <circle cx="18" cy="18" r={R} className={css.track} />
        <circle
          cx="18" cy="18" r={R} className={css.left} strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - Math.min(1, left / whole))} transform="rotate(-90 18 18)"
        />
      </svg>
      <b>{left > 0 ? t('offer.seconds', { n: Math.ceil(left) }) : t('offer.over')}</b>
    </span>
  )
}
