// A word for the ear, and for the background, when a customer writes to me.
import { useEffect, useRef } from 'react'
import { useT } from '../i18n'
import { chime, notify, useDesk } from '../shared'

/** Rings when the unread messages of one of my contacts have become more, never for what was there at first. */
export function useNews(): void {
  const t = useT()
  const cards = useDesk((state) => state.cards)
  const loaded = useDesk((state) => state.link === 'live')
  const before = useRef<Readonly<Record<string, number>> | null>(null)
  useEffect(() => {
    if (!loaded) return
    const known = before.current
    const mine = Object.values(cards).filter((card) => card.state === 'active')
    before.current = Object.fromEntries(mine.map((card) => [card.id, card.unread]))
    const fresh = known && mine.find((card) => card.unread > (known[card.id] ?? card.unread))
    if (!fresh) return
    chime('message')
    notify(t('notify.message', { name: fresh.customer_name || t('inbox.unknown') }), fresh.last_text)
  }, [cards, loaded, t])
}
