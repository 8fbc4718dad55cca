// A mail in the conversation: the customer's at the left edge, ours at the right, both as wide as reading wants.
import type { MailView, TouchView } from '../../desk/wire'
import { anchorOf, Icon, Moment, names, useMe, useT } from '../../shared'
import css from './Mail.module.css'
import { Files } from './Files'
import { MailBody } from './MailBody'
import { MailHead } from './MailHead'
import { MailState } from './MailState'
import { firstWords } from './mails'

interface Props {
  touch: TouchView
  mail: MailView
  /** Given where it is not the one of the mail before. */
  subject: string | undefined
  /** One line is enough, until the reader wants more. */
  folded: boolean
  /** Null where it cannot be folded. */
  onFold: ((fold: boolean) => void) | null
}

export function Mail({ touch, mail, subject, folded, onFold }: Props) {
  const t = useT()
  const who = useAuthor(touch, mail)
  const own = touch.actor !== 'customer'
  const gone = touch.message_state === 'withdrawn'
  if (gone) return <Gone touch={touch} />
  if (folded) return <Folded touch={touch} who={who} onOpen={() => onFold?.(false)} />
  return (
    <article id={anchorOf(touch.id)} tabIndex={-1} className={names(css.mail, own && css.own)}>
      <MailHead touch={touch} mail={mail} who={who} onFold={onFold && (() => onFold(true))} />
      {subject !== undefined && <p className={css.subject} dir="auto">{subject || t('mail.no_subject')}</p>}
      <MailBody touch={touch} mail={mail} who={who} />
      <Files files={touch.files} />
      {own && <MailState touch={touch} mail={mail} />}
    </article>
  )
}

/** What was taken back reached nobody: a quiet line, which opens. */
function Gone({ touch }: { touch: TouchView }) {
  const t = useT()
  return (
    <details className={css.gone} id={anchorOf(touch.id)}>
      <summary>
        <Icon name="undo" size={14} />
        {t('message.withdrawn')}
        <s className="ellipsis"><bdi>{firstWords(touch.text)}</bdi></s>
      </summary>
      <p className={css.text} dir="auto">{touch.text}</p>
    </details>
  )
}

function useAuthor(touch: TouchView, mail: MailView): string {
  const t = useT()
  const me = useMe().id
  if (touch.actor_id === me) return t('talk.you')
  if (touch.actor === 'agent' && touch.actor_name) return touch.actor_name
  return mail.author.name || mail.author.address || t('inbox.unknown')
}

function Folded({ touch, who, onOpen }: { touch: TouchView; who: string; onOpen: () => void }) {
  const t = useT()
  const own = touch.actor !== 'customer'
  return (
    <button type="button" id={anchorOf(touch.id)} className={names(css.folded, own && css.foldedOwn)} aria-expanded={false} onClick={onOpen}>
      <span className="unseen">{t('mail.expand')} </span>
      <bdi className={css.foldedWho}>{who}</bdi>
      <bdi className={names('ellipsis', css.foldedWords)}>{firstWords(touch.text) || t('mail.empty')}</bdi>
      {touch.files.length > 0 && <Icon name="clip" size={14} />}
      {(touch.message_state === 'failed' || touch.message_state === 'unconfirmed') && <span className="chip bad"><Icon name="alert" size={12} />{t(`message.${touch.message_state}`)}</span>}
      <Moment at={touch.at} />
    </button>
  )
}
