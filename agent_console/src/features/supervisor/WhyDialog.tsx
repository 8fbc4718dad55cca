import type { Card, Reason } from '../../desk/wire'
import { Blank, Button, describe, Dialog, DialogActions, reasonText, useApi, useLoad, useT } from '../../shared'
import css from './Drilled.module.css'

/** Why an item still waits: each agent's nearest obstacle, counted. */
export function WhyDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const why = useLoad(`why:${card.id}:${card.version}`, () => api.why(card.id))
  return (
    <Dialog title={t('floor.why.title', { name: card.customer_name || card.reference })} isOpen onClose={onClose}>
      {why.error !== null && <p className="notice bad" role="alert">{describe(why.error, t)}</p>}
      {why.value?.reasons.length === 0 && <Blank title={t('floor.why.none')} />}
      <ul className={css.reasons}>
        {why.value?.reasons.map((reason) => (
          <li key={JSON.stringify(reason)}><ReasonLine reason={reason} /></li>
        ))}
      </ul>
      <DialogActions>
        <Button onPress={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}

function ReasonLine({ reason }: { reason: Reason }) {
  const t = useT()
  const { agents } = reason.data
  return (
    <>
      <span>{reasonText(reason, t, 'why')}</span>
      {typeof agents === 'number' && agents > 0 && <strong> · {t('floor.why.agents', { n: agents })}</strong>}
    </>
  )
}
