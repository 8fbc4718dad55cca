// One line of who to whom and when; the whole head and the marks of machines behind it.
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import type { MailView, PartyView, TouchView } from '../../desk/wire'
import { day, clockTime, Icon, Moment, useT } from '../../shared'
import css from './Mail.module.css'
import { addressed, sorted } from './mails'
import { More } from './Source'

interface Props {
  touch: TouchView
  mail: MailView
  who: string
  onFold: (() => void) | null
}

export function MailHead({ touch, mail, who, onFold }: Props) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const box = useId()
  const { first, more } = addressed(mail)
  return (
    <header>
      <div className={css.head}>
        <strong className={css.author} dir="auto">{who}</strong>
        <button type="button" className={css.recipients} aria-expanded={open} aria-controls={box} title={t('mail.head')} onClick={() => setOpen(!open)}>
          <bdi className="ellipsis">{first ? t('mail.to', { first, more }) : t('mail.to.nobody')}</bdi>
          <Icon name={open ? 'up' : 'down'} size={12} />
        </button>
        <span className={css.when}><Moment at={touch.at} /></span>
        <More touch={touch} mail={mail} onFold={onFold} />
      </div>
      <div id={box}>{open && <Whole touch={touch} mail={mail} />}</div>
      <Marks mail={mail} />
    </header>
  )
}

function Whole({ touch, mail }: { touch: TouchView; mail: MailView }) {
  const t = useT()
  const rows: [string, ReactNode][] = [
    [t('mail.field.from'), <Parties key="from" of={[mail.author]} />],
    [t('mail.field.reply_to'), mail.reply_to.length > 0 && <Parties key="reply" of={mail.reply_to} />],
    [t('mail.field.to'), mail.to.length > 0 && <Parties key="to" of={mail.to} />],
    [t('mail.field.cc'), mail.cc.length > 0 && <Parties key="cc" of={mail.cc} />],
    [t('mail.field.bcc'), mail.bcc.length > 0 && <Parties key="bcc" of={mail.bcc} />],
    [t('mail.field.subject'), <bdi key="subject">{mail.subject || t('mail.no_subject')}</bdi>],
    [t('mail.field.at'), `${day(touch.at, t.language)} ${clockTime(touch.at, t.language, true)}`],
    [t('mail.field.mailbox'), mail.mailbox],
    [t('mail.field.id'), <code key="id">{mail.mail_id}</code>],
    [t('mail.field.remarks'), sorted(mail.warnings).minor.map((code) => t.word('mail.warning', code)).join('; ')],
  ]
  return (
    <dl className={css.whole}>
      {rows.filter(([, value]) => Boolean(value)).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Parties({ of }: { of: readonly PartyView[] }) {
  return (
    <>
      {of.map(({ name, address }, index) => (
        <span key={`${index} ${address}`} className={css.party}>
          {name && <bdi>{name}</bdi>} <bdi className="quiet">{name ? `<${address}>` : address}</bdi>
        </span>
      ))}
    </>
  )
}

/** What a reader should know before believing it: machines, copies, what went wrong while it was read. */
function Marks({ mail }: { mail: MailView }) {
  const t = useT()
  const marks = [
    mail.machine && t(`mail.machine.${mail.machine}`),
    mail.automatic && t('mail.automatic'),
    mail.copies.length > 1 && t('mail.copies', { boxes: mail.copies.join(t('mail.and')) }),
  ].filter((one): one is string => typeof one === 'string')
  const { weighty } = sorted(mail.warnings)
  if (!marks.length && !weighty.length) return null
  return (
    <ul className={css.marks} aria-label={t('mail.warnings')}>
      {marks.map((mark) => <li key={mark} className="chip"><bdi>{mark}</bdi></li>)}
      {weighty.map((code) => (
        <li key={code} className="chip warn"><Icon name="alert" size={12} />{t.word('mail.warning', code)}</li>
      ))}
    </ul>
  )
}
