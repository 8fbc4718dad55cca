import { Button, Icon, useT } from '../../shared'
import css from './CallBar.module.css'
import { usePhone, usePhoneState } from './usePhone'

/** Says what keeps calls from ringing here, and what to do. Silent while all is well. */
export function PhoneStanding() {
  const t = useT()
  const phone = usePhone()
  const { standing, fault } = usePhoneState()
  if (standing === 'elsewhere') {
    return (
      <div className={css.standing}>
        <Icon name="phone" size={14} /> <span>{t('phone.elsewhere')}</span>
        <Button onPress={() => phone.takeHere()}>{t('phone.take')}</Button>
      </div>
    )
  }
  if (fault && fault.fault !== 'cancelled') {
    return <div className={css.standing} role="alert"><Icon name="alert" size={14} /> <strong>{t(`phone.fault.${fault.fault}`)}</strong></div>
  }
  if (standing === 'lost') return <div className={css.standing} role="alert"><Icon name="alert" size={14} /> <strong>{t('phone.lost')}</strong></div>
  return null
}
