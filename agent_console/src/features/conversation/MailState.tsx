// What became of a mail of ours, in words; and what may still be done about it.
import { useState } from 'react'
import type { Decide, MailView, TouchView } from '../../desk/wire'
import { Button, Countdown, Icon, names, sendErrorText, useApi, useCommand, useDeskParts, useNow, useT, useTakeBack, useTell } from '../../shared'
import css from './Mail.module.css'
import { Mark } from './Mark'
import { missedIn, othersHaveIt } from './missed'
import type { Missed } from './missed'

export function MailState({ touch, mail }: { touch: TouchView; mail: MailView }) {
  if (touch.message_state === 'pending' && mail.due_at) return <Leaving touch={touch} due={mail.due_at} />
  const missed = missedIn(touch.message_error ?? '')
  if (missed.length) return <Partly touch={touch} mail={mail} missed={missed} />
  return <Settled touch={touch} />
}

function Leaving({ touch, due }: { touch: TouchView; due: string }) {
  const t = useT()
  const takeBack = useTakeBack()
  const [busy, setBusy] = useState(false)
  const left = Date.parse(due) - useNow()
  const undo = () => {
    setBusy(true)
    void takeBack(touch).finally(() => setBusy(false))
  }
  useCommand(left > 0 ? { id: 'undo', name: t('command.undo'), keys: ['Alt+KeyZ', 'KeyZ'], run: undo } : null)
  if (left <= 0) return <Mark state="pending" error={null} />
  return (
    <p className={css.leaving}>
      <Icon name="clock" size={14} />
      <span>{t('mail.leaves')} <Countdown until={due} /></span>
      <Button icon="undo" onPress={undo} isDisabled={busy}>{t('mail.undo')}</Button>
    </p>
  )
}

function Settled({ touch }: { touch: TouchView }) {
  const t = useT()
  const state = touch.message_state
  if (state !== 'failed' && state !== 'unconfirmed') return state && <Mark state={state} error={null} />
  const { word, said } = sendErrorText(touch.message_error ?? '', t)
  return (
    <div className={css.trouble}>
      <Mark state={state} error={null} />
      <p>{state === 'unconfirmed' ? t('mail.unconfirmed.what') : word}</p>
      {said && <p className="small">{t('mail.failed.words')} <bdi>{said}</bdi></p>}
      <Decisions touch={touch} choices={state === 'failed' ? ['again'] : ['again', 'sent', 'failed']} />
    </div>
  )
}

/** Some have it, or nobody does; each who does not is named. */
function Partly({ touch, mail, missed }: { touch: TouchView; mail: MailView; missed: readonly Missed[] }) {
  const t = useT()
  const state = touch.message_state ?? 'sent'
  const othersHave = state !== 'failed' && othersHaveIt([...mail.to, ...mail.cc, ...mail.bcc], missed)
  const isInDoubt = missed.some((one) => one.what === 'unconfirmed')
  return (
    <div className={css.trouble}>
      <Mark state={state} error={null} />
      <ul className={css.missed}>
        {missed.map((one) => (
          <li key={one.address}>
            <Icon name={one.what === 'later' ? 'clock' : 'alert'} size={14} />
            <span>
              {t(`mail.missed.${one.what}`, { who: one.address || t('mail.missed.somebody') })}
              {one.said && <> <span className="small">{t('mail.failed.words')} <bdi>{one.said}</bdi></span></>}
            </span>
          </li>
        ))}
      </ul>
      {othersHave && <p>{t('mail.missed.others')}</p>}
      {isInDoubt && <p>{t('mail.missed.decide')}</p>}
      {(isInDoubt || state === 'failed') && <Decisions touch={touch} choices={isInDoubt ? ['again', 'sent', 'failed'] : ['again']} />}
    </div>
  )
}

const WORDS = { again: 'mail.again', sent: 'mail.arrived', failed: 'mail.not_arrived' } as const

function Decisions({ touch, choices }: { touch: TouchView; choices: readonly Decide['what'][] }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { sync } = useDeskParts()
  const [busy, setBusy] = useState(false)
  const id = touch.message_id
  if (!id) return null
  const decide = (what: Decide['what']) => {
    setBusy(true)
    api
      .decide(id, { what })
      .catch(tell.failure)
      .finally(() => {
        setBusy(false)
        sync.refresh(touch.interaction_id)
      })
  }
  return (
    <p className={names(css.decisions)}>
      {choices.map((what) => (
        <Button key={what} icon={what === 'again' ? 'retry' : undefined} isDisabled={busy} onPress={() => decide(what)}>{t(WORDS[what])}</Button>
      ))}
    </p>
  )
}
