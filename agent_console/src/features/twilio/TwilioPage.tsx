// Twilio's side, for administrators: what it has to call for each of our numbers, and what it calls now.
import { useState } from 'react'
import type { CalledView, NumberView, ServiceView, TwilioAccountView, TwilioView } from '../../desk/wire'
import { Blank, Button, describe, Icon, names, useApi, useLoad, useT, useTell } from '../../shared'
import css from './Twilio.module.css'

export function TwilioPage() {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { value, error, slow } = useLoad('twilio', api.twilio)
  const [asked, setAsked] = useState<TwilioView | null>(null)
  const [busy, setBusy] = useState(false)
  const view = asked ?? value
  const ask = () => {
    setBusy(true)
    void api.askTwilio().then(setAsked, tell.failure).finally(() => setBusy(false))
  }
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t('nav.twilio')}</h1>
        <Button kind="primary" icon="retry" isDisabled={busy || !(view && view.numbers.length + view.services.length)} onPress={ask}>{t(busy ? 'twilio.asking' : 'twilio.ask')}</Button>
      </header>
      <p className="quiet">{t('twilio.what')}</p>
      <p className="unseen" role="status">{asked && !busy && t('twilio.asked')}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {view ? <Side view={view} asked={asked !== null} /> : slow && <div className={names('bone', css.bone)} />}
    </div>
  )
}

function Side({ view, asked }: { view: TwilioView; asked: boolean }) {
  const t = useT()
  if (!view.accounts.length) return <Blank title={t('twilio.none')}>{t('twilio.none.what')}</Blank>
  return (
    <>
      {view.accounts.map((one) => <Account key={one.id} account={one} />)}
      {view.services.length > 0 && <Services of={view.services} asked={asked} />}
      {(view.numbers.length > 0 || view.services.length === 0) && <Numbers of={view.numbers} asked={asked} />}
    </>
  )
}

function Account({ account }: { account: TwilioAccountView }) {
  const t = useT()
  const turnedAway = account.refused.reduce((sum, one) => sum + one.count, 0)
  return (
    <section className={css.card} aria-label={account.id}>
      <h2><bdi>{account.id}</bdi> <span className="quiet"><bdi>{account.account_sid}</bdi></span></h2>
      <p className="quiet small">{t('twilio.reached')} <code>{account.public_url}</code></p>
      {account.doubts.length === 0 && <p><span className="chip good"><Icon name="check" size={14} /> {t('twilio.no_doubts')}</span></p>}
      {account.doubts.map((one) => <p key={one} className="notice bad">{t(`twilio.doubt.${one}`)}</p>)}
      {account.changing && <p className="notice">{t('twilio.changing')}</p>}
      {turnedAway > 0 && (
        <div className="notice bad">
          <p>{t('twilio.refused', { n: turnedAway })} {account.refused.map((one) => `${t.word('twilio.reason', one.reason)}: ${one.count}`).join(', ')}</p>
          {account.validated && <p className="small">{t('twilio.validated')} <code>{account.validated}</code></p>}
        </div>
      )}
    </section>
  )
}

function Numbers({ of, asked }: { of: readonly NumberView[]; asked: boolean }) {
  const t = useT()
  if (of.length === 0) return <Blank title={t('twilio.no_numbers')}>{t('twilio.no_numbers.what')}</Blank>
  return (
    <ul className={css.list} aria-label={t('twilio.numbers')}>
      {of.map((one) => (
        <li key={`${one.account} ${one.number}`} className={css.card}>
          <h2><bdi>{one.number}</bdi> <span className="quiet"><bdi>{one.name}</bdi></span></h2>
          <p className="quiet small">{one.kinds.map((kind) => t.word('channel', kind)).join(' · ')}</p>
          {one.problem && <p className="notice bad">{t.word('twilio.problem', one.problem)}</p>}
          {one.called.length === 0 && !one.problem && <p className="quiet small">{t('twilio.whatsapp')}</p>}
          {one.called.map((called) => <Called key={called.what} called={called} asked={asked && !one.problem} />)}
        </li>
      ))}
    </ul>
  )
}

function Services({ of, asked }: { of: readonly ServiceView[]; asked: boolean }) {
  const t = useT()
  return (
    <ul className={css.list} aria-label={t('twilio.services')}>
      {of.map((one) => (
        <li key={`${one.account} ${one.sid}`} className={css.card}>
          <h2><bdi>{one.name || one.sid}</bdi> <span className="quiet">{t('twilio.service')} <bdi>{one.name && one.sid}</bdi></span></h2>
          {one.numbers.length > 0 && <p className="quiet small">{one.numbers.join(' · ')}</p>}
          {one.problem && <p className="notice bad">{t.word('twilio.problem', one.problem)}</p>}
          <Called called={one.called} asked={asked && !one.problem} deferred={t('twilio.deferred')} />
          {asked && !one.problem && <Pool of={one} />}
        </li>
      ))}
    </ul>
  )
}

function Pool({ of }: { of: ServiceView }) {
  const t = useT()
  const wrong = [
    of.empty && t('twilio.pool.empty'),
    of.missing.length > 0 && t('twilio.pool.missing', { numbers: of.missing.join(', ') }),
    of.strange.length > 0 && t('twilio.pool.strange', { numbers: of.strange.join(', ') }),
  ].filter((one) => one !== false)
  if (!wrong.length) return <p className="small"><span className="chip good"><Icon name="check" size={14} /> {t('twilio.pool.right')}</span></p>
  return <>{wrong.map((one) => <p key={one} className="notice bad">{one}</p>)}</>
}

function Called({ called, asked, deferred }: { called: CalledView; asked: boolean; deferred?: string }) {
  const t = useT()
  const tell = useTell()
  const copy = () => void navigator.clipboard.writeText(called.wanted).then(() => tell(t('twilio.copied')), tell.failure)
  return (
    <div className={css.called}>
      <div className={css.line}>
        <strong>{t(`twilio.calls.${called.what}`)}</strong>
        {asked && (called.ok
          ? <span className="chip good"><Icon name="check" size={14} /> {t('twilio.right')}</span>
          : <span className="chip bad"><Icon name="alert" size={14} /> {t('twilio.wrong')}</span>)}
        <Button kind="plain" icon="file" aria-label={`${t('twilio.copy')}: ${t(`twilio.calls.${called.what}`)}`} onPress={copy}>{t('twilio.copy')}</Button>
      </div>
      <p className="small">{t('twilio.wanted')} <code>POST {called.wanted}</code></p>
      {asked && !called.ok && (
        <p className="small">{called.elsewhere ? (deferred ?? t('twilio.elsewhere')) : <>{t('twilio.found')} <code>{called.found ? `${called.method ?? ''} ${called.found}` : t('twilio.nothing')}</code></>}</p>
      )}
    </div>
  )
}
