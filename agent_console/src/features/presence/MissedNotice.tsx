import { Icon, useMe, useT } from '../../shared'
import css from './Presence.module.css'

export function MissedNotice() {
  const t = useT()
  const missed = useMe().presence.declared === 'missed'
  return (
    <div role="status" className={missed ? css.missedNotice : undefined}>
      {missed && (
        <>
          <Icon name="bell" />
          {t('presence.missed.what')}
        </>
      )}
    </div>
  )
}
