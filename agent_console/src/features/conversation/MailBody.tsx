// The mail itself: HTML in its frame, or text; the quoted rest and the signature folded.
import { useId, useState } from 'react'
import type { MailView, TouchView } from '../../desk/wire'
import { Button, describe, names, useApi, useLoad, useT } from '../../shared'
import { Frame } from './Frame'
import css from './Mail.module.css'
import { Plain } from './Plain'

interface Props {
  touch: TouchView
  mail: MailView
  who: string
}

export function MailBody({ touch, mail, who }: Props) {
  const t = useT()
  const bare = !touch.text && !mail.html && mail.quoted === 0 && touch.files.length === 0
  return (
    <>
      <Words touch={touch} mail={mail} who={who} />
      {bare && <p className="quiet">{t('mail.empty')}</p>}
      {mail.signature && <Signature text={mail.signature} />}
    </>
  )
}

function Words({ touch, mail, who }: Props) {
  const id = touch.message_id
  if (id && mail.html) return <Html id={id} mail={mail} who={who} />
  return (
    <>
      {touch.text && <Plain className={css.text} text={touch.text} />}
      {id && mail.quoted > 0 && <Quoted id={id} size={mail.quoted} />}
    </>
  )
}

function Html({ id, mail, who }: { id: string; mail: MailView; who: string }) {
  const t = useT()
  const [remote, setRemote] = useState(false)
  return (
    <>
      {mail.remote > 0 && !remote && (
        <p className={css.remote}>
          <span>{t('mail.remote', { n: mail.remote })}</span>
          <Button onPress={() => setRemote(true)}>{t('mail.remote.show')}</Button>
        </p>
      )}
      <Frame key={String(remote)} id={id} name={who} remote={remote} />
    </>
  )
}

function Quoted({ id, size }: { id: string; size: number }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const box = useId()
  return (
    <>
      <button
        type="button" className={css.fold} aria-expanded={open} aria-controls={box} onClick={() => setOpen(!open)}
        aria-label={open ? t('mail.quoted.hide') : t('mail.quoted', { n: size })} title={open ? t('mail.quoted.hide') : t('mail.quoted', { n: size })}
      >
        …
      </button>
      <div id={box}>{open && <Rest id={id} />}</div>
    </>
  )
}

function Rest({ id }: { id: string }) {
  const t = useT()
  const api = useApi()
  const { value, error } = useLoad(`quoted ${id}`, () => api.quoted(id))
  if (error !== null) return <p className="notice bad" role="alert">{describe(error, t)}</p>
  if (!value) return null
  return (
    <blockquote className={css.quoted} aria-label={t('mail.quoted.label')}>
      <Plain className={css.text} text={value.text.replace(/^\n+/, '')} />
    </blockquote>
  )
}

function Signature({ text }: { text: string }) {
  const t = useT()
  return (
    <details className={names(css.signature, 'quiet small')}>
      <summary>{t('mail.signature')}</summary>
      <p className={css.text} dir="auto">{text}</p>
    </details>
  )
}
