import type { TouchView } from '../../desk/wire'
import { Moment, Player } from '../../shared'
import css from './Conversation.module.css'
import { recordingOf } from './lines'

/** What was said in a call, to be heard again. */
export function Spoken({ touch }: { touch: TouchView }) {
  const id = recordingOf(touch)
  if (id === null) return null
  return (
    <div className={css.spoken}>
      <p className="quiet small"><Moment at={touch.at} /></p>
      <Player id={id} />
    </div>
  )
}
