// Numbers that are not let in, for supervisors.
import { useState } from 'react'
import type { BlockedNumber } from '../../desk/wire'
import { Blank, Button, describe, fullNumber, Moment, TextField, useApi, useLoad, useT, useTell } from '../../shared'
import css from './Callback.module.css'

export function BlockedPage() {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { value, error } = useLoad('blocked', api.blockedNumbers)
  const [changed, setChanged] = useState<readonly BlockedNumber[] | null>(null)
  const all = changed ?? value
  const remove = (number: string) => void api.unblockNumber(number).then(setChanged, tell.failure)
  return (
    <div className={css.page}>
      <h1>{t('blocked.title')}</h1>
      <p className="quiet">{t('blocked.what')}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      <Add onAdded={setChanged} />
      {all?.length === 0 && <Blank title={t('blocked.none')}>{t('blocked.none.what')}</Blank>}
      {all && all.length > 0 && (
        <ul className={css.list}>
          {all.map((one) => (
            <li key={one.number} className={css.blocked}>
              <div>
                <p><strong><bdi>{one.number}</bdi></strong> <bdi>{one.reason}</bdi></p>
                <p className="quiet small">
                  <Moment at={one.added_at} /> <bdi>{t('blocked.by', { who: one.added_by })}</bdi> · {t('blocked.calls', { n: one.calls })}
                </p>
              </div>
              <Button aria-label={t('blocked.remove.of', { number: one.number })} onPress={() => remove(one.number)}>{t('blocked.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Add({ onAdded }: { onAdded: (all: readonly BlockedNumber[]) => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [number, setNumber] = useState('')
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const plain = fullNumber(number)
  const wrong = { number: plain === null, reason: reason.trim() === '' }
  const add = () => {
    setTried(true)
    if (plain === null || wrong.reason) return
    api.blockNumber({ number: plain, reason: reason.trim() }).then((all) => {
      onAdded(all)
      setNumber('')
      setReason('')
      setTried(false)
    }, tell.failure)
  }
  return (
    <div className={css.form}>
      <TextField
        label={t('blocked.number')} type="tel" value={number} onChange={setNumber} maxLength={30} description={t('blocked.number.what')}
        error={tried && wrong.number ? t('blocked.number.bad') : null}
      />
      <TextField
        label={t('blocked.reason')} value={reason} onChange={setReason} maxLength={200}
        error={tried && wrong.reason ? t('blocked.reason.missing') : null}
      />
      <Button kind="primary" onPress={add} className={css.keep}>{t('blocked.add')}</Button>
    </div>
  )
}
