// A mail of mine that waited to leave and does not, because the customer wrote: said at once, its text in the composer again.
import { useEffect } from 'react'
import type { DeskState } from '../desk/state'
import type { TouchView } from '../desk/wire'
import { useT } from '../i18n'
import { anchorOf, chime, deskPath, draftOf, notify, useDesk, useDeskParts, useTell, useWhere } from '../shared'

export function useHeldBack(): void {
  const t = useT()
  const tell = useTell()
  const [where] = useWhere()
  const { dispatch, store, sync } = useDeskParts()
  const held = useDesk((state) => state.heldBack)
  useEffect(() => {
    for (const touch of held) {
      const state = store.getState()
      const { interaction_id: id } = touch
      const { customer, mail } = whatOf(state, touch)
      dispatch({ type: 'told_held', id: touch.id })
      dispatch({ type: 'left', messageId: String(touch.data.message) })
      if (mail?.mail) {
        const files = mail.files.map(({ id: file, name }) => ({ id: file, name }))
        dispatch({ type: 'returned', back: { interactionId: id, kind: 'reply', text: mail.text ?? '', files, mail: draftOf(mail, mail.mail) } })
      }
      sync.refresh(id)
      const words = t('mail.held_back', { name: customer || t('inbox.unknown') })
      tell(words)
      chime('message')
      notify(words, '')
      const news = state.details[id]?.touches.findLast((one) => one.actor === 'customer' && one.text !== null)
      if (news && where.startsWith(deskPath(id))) requestAnimationFrame(() => document.getElementById(anchorOf(news.id))?.scrollIntoView({ block: 'nearest' })) // the focus stays: he may be typing
    }
  }, [held, dispatch, store, sync, t, tell, where])
}

/** The mail, where this desk knows it: else the hub's draft brings it back when its contact is opened. */
function whatOf({ details, cards, leaving }: DeskState, touch: TouchView) {
  const detail = details[touch.interaction_id]
  const known = [...(detail?.touches ?? []), ...leaving]
  return {
    mail: known.find((one) => one.message_id === touch.data.message),
    customer: detail?.card.customer_name ?? cards[touch.interaction_id]?.customer_name,
  }
}
