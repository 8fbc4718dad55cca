import { useEffect, useRef, useState } from 'react'
import { Button, TextField, useT } from '../../shared'
import css from './CallBar.module.css'
import { usePhone, usePhoneState } from './usePhone'

/** Where the telephone has no sound: what is said, as text, both ways. */
export function Speech() {
  const t = useT()
  const phone = usePhone()
  const { heard } = usePhoneState()
  const [text, setText] = useState('')
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [heard])
  return (
    <form className={css.speech} onSubmit={(event) => {
      event.preventDefault()
      phone.say(text)
      setText('')
    }}>
      <ol ref={list} className={css.heard} aria-live="polite" aria-label={t('call.heard')} tabIndex={0}>
        {heard.map((one, index) => (
          <li key={index}><span className="quiet">{one.mine ? t('call.me') : one.who || t('call.other')}:</span> <bdi>{one.text}</bdi></li>
        ))}
      </ol>
      <div className={css.say}>
        <TextField label={t('call.say')} value={text} onChange={setText} maxLength={500} />
        <Button type="submit" isDisabled={!text.trim()}>{t('call.say.do')}</Button>
      </div>
    </form>
  )
}
