// A strip below the conversation, not a dialog: the next offer does not cover it.
import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { Card } from '../../desk/wire'
import { Button, Countdown, TextField, Typeahead, useCommand, useDeskParts, useQueue, useT, useTell } from '../../shared'
import css from './WrapUp.module.css'

interface WrapUpProps {
  card: Card
  more: number // how often it may still be made longer
  onDone: () => void
  onReply: () => void
}

export function WrapUp({ card, more, onDone, onReply }: WrapUpProps) {
  const t = useT()
  const { api, dispatch, clock } = useDeskParts()
  const tell = useTell()
  const queue = useQueue(card.queue)
  const [disposition, setDisposition] = useState<string | null>(card.disposition)
  const [note, setNote] = useState('')
  const [followUp, setFollowUp] = useState('')
  const [missing, setMissing] = useState(false)
  const [busy, setBusy] = useState(false)
  const past = followUp !== '' && Date.parse(followUp) <= clock.now()

  const done = () => {
    if (!disposition) {
      setMissing(true)
      return
    }
    if (busy || past) return
    setBusy(true)
    const follow_up_at = followUp ? new Date(followUp).toISOString() : null
    api.wrapUp(card.id, { disposition, note: note.trim(), follow_up_at }).then((after) => {
      dispatch({ type: 'answer', card: after })
      tell(t('wrap.closed', { name: card.customer_name || t('inbox.unknown') }))
      onDone()
    }, (error: unknown) => {
      setBusy(false)
      tell.failure(error)
    })
  }
  useCommand({ id: 'done', name: t('wrap.done'), keys: ['Alt+KeyE'], run: done })
  const strip = useFocusInNeed()
  return (
    <section ref={strip} tabIndex={-1} className={css.strip} aria-label={t('wrap.label')}>
      <header className={css.head}>
        <h2>{t('wrap.label')}</h2>
        {card.due_at && <span className={css.left}>{t('wrap.left')} <Countdown until={card.due_at} /></span>}
        <Extend id={card.id} more={more} />
        <Button kind="plain" onPress={onReply}>{t('wrap.reply')}</Button>
      </header>
      <div className={css.fields}>
        <Typeahead
          label={t('wrap.disposition')} placeholder={t('wrap.disposition.choose')} none={t('wrap.disposition.none')}
          choices={(queue?.dispositions ?? []).map((one) => ({ id: one.id, name: t.name(one.name) }))}
          value={disposition} error={missing && !disposition ? t('wrap.disposition.missing') : null}
          onChange={setDisposition}
        />
        <TextField label={t('wrap.note')} value={note} onChange={setNote} maxLength={20_000} />
        <TextField
          label={t('wrap.follow_up')} type="datetime-local" value={followUp} onChange={setFollowUp}
          error={past ? t('talk.park.past') : null}
        />
        <Button kind="primary" icon="check" onPress={done} isDisabled={busy} className={css.done}>{t('wrap.done')}</Button>
      </div>
    </section>
  )
}

function Extend({ id, more }: { id: string; more: number }) {
  const t = useT()
  const { api, dispatch } = useDeskParts()
  const tell = useTell()
  const extend = () => {
    api.extend(id).then((card) => dispatch({ type: 'answer', card }), tell.failure)
  }
  return (
    <Button kind="plain" onPress={extend} icon="clock" isDisabled={more === 0}>
      {more > 0 ? t('wrap.extend', { n: more }) : t('wrap.extend.none')}
    </Button>
  )
}

/** Takes the focus where nothing has it any more: the call, or the composer, that had it is gone. */
function useFocusInNeed(): RefObject<HTMLElement | null> {
  const strip = useRef<HTMLElement>(null)
  useEffect(() => {
    const at = document.activeElement
    if (at === null || at === document.body || at.id === 'content') strip.current?.focus()
  }, [])
  return strip
}
