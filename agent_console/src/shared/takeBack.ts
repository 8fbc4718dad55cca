// A mail that was sent comes back to its composer, for as long as the hub still holds it.
import type { TouchView } from '../desk/wire'
import { useT } from '../i18n'
import { useDeskParts } from './desk'
import { useTell } from './status'

/** True in the promise where it came back. */
export function useTakeBack(): (touch: TouchView) => Promise<boolean> {
  const t = useT()
  const tell = useTell()
  const { api, dispatch, sync } = useDeskParts()
  return async (touch) => {
    const { message_id: messageId, interaction_id: interactionId, mail } = touch
    if (!messageId || !mail) return false
    try {
      await api.takeBack(messageId)
    } catch (error) {
      tell.failure(error)
      sync.refresh(interactionId)
      return false
    } finally {
      dispatch({ type: 'left', messageId })
    }
    const { to, cc, bcc, subject } = mail
    const files = touch.files.map(({ id, name }) => ({ id, name }))
    const back = { interactionId, kind: 'reply' as const, text: touch.text ?? '', files, mail: { kind: 'reply' as const, to, cc, bcc, subject } }
    dispatch({ type: 'returned', back })
    sync.refresh(interactionId)
    tell(t('mail.undone'))
    return true
  }
}
