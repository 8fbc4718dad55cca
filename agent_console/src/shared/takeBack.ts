// A mail that was sent comes back to its composer, for as long as the hub still holds it.
import type { MailDraft, TouchView } from '../desk/wire'
import { useT } from '../i18n'
import { useDeskParts } from './desk'
import { useTell } from './status'

/** True in the promise where it came back. */
export function useTakeBack(): (touch: TouchView) => Promise<boolean> {
  const t = useT()
  const tell = useTell()
  const { api, dispatch, sync, store } = useDeskParts()
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
    // a new mail set its contact aside at once: to write on, somebody has to hold it
    if (!store.getState().cards[interactionId]?.agent_id) await api.resume(interactionId).catch(() => undefined)
    const files = touch.files.map(({ id, name }) => ({ id, name }))
    dispatch({ type: 'returned', back: { interactionId, kind: 'reply', text: touch.text ?? '', files, mail: draftOf(touch, mail) } })
    sync.refresh(interactionId)
    tell(t('mail.undone'))
    return true
  }
}

export function draftOf({ data }: TouchView, { to, cc, bcc, subject }: NonNullable<TouchView['mail']>): MailDraft {
  return { kind: data.wrote === 'forward' ? 'forward' : 'reply', to, cc, bcc, subject, quote: data.quote !== false }
}
