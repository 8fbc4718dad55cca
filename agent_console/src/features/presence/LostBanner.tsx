import { clockTime, Icon, useDesk, useT } from '../../shared'
import css from './Presence.module.css'

/** Says since when the screen is not the truth any more. Announced once, not each second. */
export function LostBanner() {
  const t = useT()
  const { link, asOf } = useDesk((state) => ({ link: state.link, asOf: state.asOf }))
  return (
    <div role="status" className={link === 'lost' ? css.lost : undefined}>
      {link === 'lost' && (
        <>
          <Icon name="alert" />
          <strong>{t('presence.lost', { at: clockTime(asOf, t.language, true) })}</strong>
          <span className={css.lostWhat}>{t('presence.lost.what')}</span>
        </>
      )}
    </div>
  )
}
