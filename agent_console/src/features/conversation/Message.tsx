import type { FileView, TouchView } from '../../desk/wire'
import { fileSize, Icon, Moment, names, useApi, useMe, useT } from '../../shared'
import type { IconName } from '../../shared'
import css from './Conversation.module.css'

/** A message of the customer, of us, or a note: told apart by side, colour, outline and a word. */
export function Message({ touch, customer }: { touch: TouchView; customer: string }) {
  const t = useT()
  const own = touch.actor !== 'customer'
  const who = useAuthor(touch, customer)
  return (
    <article className={names(css.message, touch.note ? css.note : own && css.own)}>
      <header className={css.by}>
        <strong dir="auto">{who}</strong>
        {touch.note && <span className={css.noteWord}><Icon name="note" size={14} />{t('talk.note')}</span>}
        <Moment at={touch.at} />
        <Late touch={touch} />
      </header>
      {touch.text && <p className={css.text} dir="auto">{touch.text}</p>}
      <Files files={touch.files} />
      {own && !touch.note && touch.message_state && <Mark state={touch.message_state} error={touch.message_error} />}
    </article>
  )
}

function useAuthor(touch: TouchView, customer: string): string {
  const t = useT()
  const me = useMe().id
  if (touch.actor_id === me) return t('talk.you')
  if (touch.actor_name) return touch.actor_name
  return touch.actor === 'customer' ? customer || t('inbox.unknown') : t('talk.system')
}

const LATE_MS = 60_000

/** Logged by hand after the fact: both times are shown. */
function Late({ touch }: { touch: TouchView }) {
  const t = useT()
  if (Date.parse(touch.recorded_at) - Date.parse(touch.at) < LATE_MS) return null
  return <span className="quiet">({t('talk.recorded', { at: new Date(touch.recorded_at).toLocaleString(t.language) })})</span>
}

const MARKS: Record<NonNullable<TouchView['message_state']>, { sign: string; icon?: IconName }> = {
  received: { sign: '' },
  pending: { sign: '', icon: 'clock' },
  sent: { sign: '✓' },
  delivered: { sign: '✓✓' },
  read: { sign: '✓✓' },
  failed: { sign: '', icon: 'alert' },
  unconfirmed: { sign: '?', icon: 'alert' },
}

function Mark({ state, error }: { state: NonNullable<TouchView['message_state']>; error: string | null }) {
  const t = useT()
  const { sign, icon } = MARKS[state]
  return (
    <p className={names(css.mark, (state === 'failed' || state === 'unconfirmed') && css.bad, state === 'read' && css.read)}>
      {icon && <Icon name={icon} size={14} />}
      {sign && <span aria-hidden="true">{sign}</span>}
      {t(`message.${state}`)}
      {error && `: ${error}`}
    </p>
  )
}

function Files({ files }: { files: readonly FileView[] }) {
  const t = useT()
  const api = useApi()
  if (!files.length) return null
  return (
    <ul className={css.files}>
      {files.map((file) => (
        <li key={file.id}>
          <a href={api.fileUrl(file.id)} target="_blank" rel="noopener noreferrer" download={file.inline ? undefined : file.name}>
            {file.inline ? (
              <img src={api.fileUrl(file.id)} alt={file.name} loading="lazy" />
            ) : (
              <>
                <Icon name="file" />
                <bdi>{t('talk.file', { name: file.name, size: fileSize(file.size) })}</bdi>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  )
}
