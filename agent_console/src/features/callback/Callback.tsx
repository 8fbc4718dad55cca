// A customer who is to be called back: where, how often it was tried, when next, and how it went.
import { useState } from 'react'
import type { Card, CallbackOutcome, CallbackView } from '../../desk/wire'
import { Button, clockTime, day, Moment, Select, TextField, useApi, useDeskParts, useLoad, useT, useTell } from '../../shared'
import css from './Callback.module.css'

const OUTCOMES = ['reached', 'no_answer', 'voicemail_left', 'declined', 'given_up'] as const
const AGAIN: readonly string[] = ['no_answer', 'voicemail_left']

export function Callback({ card, mine }: { card: Card; mine: boolean }) {
  const t = useT()
  const api = useApi()
  const { value, reload } = useLoad(`callback ${card.id} ${card.version}`, () => api.callback(card.id))
  if (!value) return null
  return (
    <section className={css.strip} aria-label={t('callback.title')}>
      <Facts back={value} />
      {value.undecided && <p className="notice">{t('callback.undecided')}</p>}
      {value.quiet && <p className="quiet small">{t('callback.quiet')}</p>}
      {value.tried.length > 0 && <Tried back={value} />}
      {mine && <Acts card={card} back={value} onKept={reload} />}
    </section>
  )
}

/** While he is worked on; that the hub took him for reached can be corrected until it is closed. */
function Acts({ card, back, onKept }: { card: Card; back: CallbackView; onKept: () => void }) {
  const open = back.outcome === null
  if (card.state !== 'active' && card.state !== 'wrapping') return null
  return (
    <>
      {open && card.state === 'active' && <CallNow card={card} back={back} />}
      {(open || back.outcome === 'reached') && <Outcome key={back.attempts} card={card} onKept={onKept} />}
    </>
  )
}

function Facts({ back }: { back: CallbackView }) {
  const t = useT()
  return (
    <dl className={css.facts}>
      <div>
        <dt>{t('callback.number')}</dt>
        <dd><bdi className={css.number}>{back.number}</bdi> {back.read_back && <span className="chip good">{t('callback.read_back')}</span>}</dd>
      </div>
      <div><dt>{t('callback.asked')}</dt><dd><Moment at={back.asked_at} /></dd></div>
      <div><dt>{t('callback.attempts')}</dt><dd>{t('callback.attempts.of', { n: back.attempts, most: back.most })}</dd></div>
      {back.next_at && (
        <div><dt>{t('callback.next')}</dt><dd>{day(back.next_at, t.language)} {clockTime(back.next_at, t.language)}</dd></div>
      )}
      {back.outcome && <div><dt>{t('callback.how')}</dt><dd>{t.word('callback.outcome', back.outcome)}</dd></div>}
    </dl>
  )
}

function Tried({ back }: { back: CallbackView }) {
  const t = useT()
  return (
    <ol className={css.tried} aria-label={t('callback.tried')}>
      {back.tried.map((one) => (
        <li key={one.number}>
          <Moment at={one.at} /> <bdi>{one.agent_name}</bdi> <span className="chip">{t.word('callback.outcome', one.outcome ?? 'none')}</span>
        </li>
      ))}
    </ol>
  )
}

function CallNow({ card, back }: { card: Card; back: CallbackView }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [busy, setBusy] = useState(false)
  if (back.calling) return <p role="status" className="quiet small">{t('callback.calling')}</p>
  const call = () => {
    setBusy(true)
    api.callBack(card.id).catch(tell.failure).finally(() => setBusy(false))
  }
  return <div><Button kind="primary" icon="phone" onPress={call} isDisabled={busy || back.quiet}>{t('callback.call')}</Button></div>
}

/** How it went. In vain leads to the next attempt, or to the moment that was agreed. */
function Outcome({ card, onKept }: { card: Card; onKept: () => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { clock, sync } = useDeskParts()
  const [outcome, setOutcome] = useState<CallbackOutcome['outcome'] | null>(null)
  const [note, setNote] = useState('')
  const [again, setAgain] = useState('')
  const [busy, setBusy] = useState(false)
  const later = outcome !== null && AGAIN.includes(outcome)
  const past = later && again !== '' && Date.parse(again) <= clock.now()
  const keep = () => {
    if (!outcome || busy || past) return
    setBusy(true)
    const again_at = later && again ? new Date(again).toISOString() : null
    api.callbackOutcome(card.id, { outcome, note: note.trim(), again_at }).then(() => {
      tell(t('callback.said'))
      onKept()
    }, (error: unknown) => {
      tell.failure(error)
      void sync.resync()
    }).finally(() => setBusy(false))
  }
  return (
    <div className={css.outcome}>
      <Select
        label={t('callback.how')} value={outcome} placeholder={t('callback.how')}
        choices={OUTCOMES.map((id) => ({ id, name: t(`callback.outcome.${id}`) }))}
        onChange={(id) => setOutcome(OUTCOMES.find((one) => one === id) ?? null)}
      />
      <TextField label={t('callback.note')} value={note} onChange={setNote} maxLength={20_000} />
      {later && (
        <TextField
          label={t('callback.again_at')} type="datetime-local" value={again} onChange={setAgain} error={past ? t('callback.past') : null}
        />
      )}
      <Button kind="primary" icon="check" onPress={keep} isDisabled={busy || !outcome || past} className={css.keep}>{t('wrap.done')}</Button>
    </div>
  )
}
