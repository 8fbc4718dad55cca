import { Button, clockTime, Icon, useT } from '../../shared'
import { useStale } from './useFloor'
import css from './Floor.module.css'

/** Only there when the numbers cannot be trusted to be those of now. */
export function AsOf() {
  const t = useT()
  const stale = useStale()
  return (
    <span role="status" className={css.asof}>
      {stale !== null && (
        <span className="chip warn">
          <Icon name="alert" size={14} /> {stale ? t('floor.as_of', { time: clockTime(stale, t.language, true) }) : t('app.loading')}
        </span>
      )}
    </span>
  )
}

export function FullScreen() {
  const t = useT()
  return <Button onPress={() => void document.documentElement.requestFullscreen()}>{t('floor.tv.full')}</Button>
}
