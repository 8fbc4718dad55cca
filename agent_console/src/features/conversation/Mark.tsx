import type { TouchView } from '../../desk/wire'
import { Icon, names, useT } from '../../shared'
import type { IconName } from '../../shared'
import css from './Conversation.module.css'

type MessageState = NonNullable<TouchView['message_state']>

const MARKS: Record<MessageState, { sign: string; icon?: IconName }> = {
  received: { sign: '' },
  pending: { sign: '', icon: 'clock' },
  sent: { sign: '✓' },
  delivered: { sign: '✓✓' },
  read: { sign: '✓✓' },
  failed: { sign: '', icon: 'alert' },
  unconfirmed: { sign: '?', icon: 'alert' },
  withdrawn: { sign: '', icon: 'undo' },
}

/** How far a message of ours has come: a shape and a word. */
export function Mark({ state, error }: { state: MessageState; error: string | null }) {
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
