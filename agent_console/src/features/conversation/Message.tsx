import type { TouchView } from '../../desk/wire'
import { anchorOf, Icon, Moment, names, Player, useMe, useT } from '../../shared'
import css from './Conversation.module.css'
import { Files } from './Files'
import { recordingOf } from './lines'
import { Mark } from './Mark'
import { Plain } from './Plain'

/** A message of the customer, of us, or a note: told apart by side, colour, outline and a word. */
export function Message({ touch, customer }: { touch: TouchView; customer: string }) {
  const t = useT()
  const own = touch.actor !== 'customer'
  const recording = recordingOf(touch)
  const who = useAuthor(touch, customer)
  return (
    <article id={anchorOf(touch.id)} tabIndex={-1} className={names(css.message, touch.note ? css.note : own && css.own)}>
      <header className={css.by}>
        <strong dir="auto">{who}</strong>
        {touch.note && <span className={css.noteWord}><Icon name="note" size={14} />{t('talk.note')}</span>}
        <Moment at={touch.at} />
        <Late touch={touch} />
      </header>
      {touch.text && !recording && <Plain className={css.text} text={touch.text} />}
      {recording && <Player id={recording} stamp={touch.version} />}
      <Files files={touch.files} />
      <Texted touch={touch} />
      {own && !touch.note && touch.message_state && <Mark state={touch.message_state} error={touch.message_error} />}
    </article>
  )
}

/** Files that follow their text, and a word that means more than it says. */
function Texted({ touch }: { touch: TouchView }) {
  const t = useT()
  const { fetching, opt } = touch.data
  const missing = typeof fetching === 'number' ? fetching - touch.files.length : 0
  return (
    <>
      {missing > 0 && <p className="quiet small"><Icon name="file" size={14} /> {t('texts.fetching', { n: missing })}</p>}
      {(opt === 'stop' || opt === 'start') && <p className="quiet small"><Icon name="alert" size={14} /> {t(`texts.${opt}`)}</p>}
    </>
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
