// Offers lie over the list and never take the focus: a key meant for a customer must not accept one.
import { useEffect, useRef } from 'react'
import { ringsAt } from '../../desk/apply'
import type { Card } from '../../desk/wire'
import { Age, Button, ChannelGlyph, chime, keyLabel, isMac, Menu, notify, reasonText, useApi, useCommand, useDesk, useDeskParts, useMe, useQueue, useT, useTell } from '../../shared'
import css from './Offers.module.css'
import { Ring } from './Ring'

const REASONS = ['busy', 'wrong_skill', 'knows_customer', 'technical', 'other'] as const

/** `onAccept` may open what was accepted. */
export function Offers({ onAccept }: { onAccept: (card: Card) => void }) {
  const t = useT()
  const me = useMe().id
  const offers = useDesk((state) => Object.values(state.cards).filter((card) => ringsAt(card, me)))
  const [first] = [...offers].sort((a, b) => (a.due_at ?? '').localeCompare(b.due_at ?? ''))
  useAttention(first)
  return (
    <>
      <p className="unseen" role="alert">
        {first && t('offer.announce', { name: nameOf(first, t), channel: t.word('channel', first.channel), seconds: seconds(first) })}
      </p>
      {first && <OfferCard key={first.offer_id} card={first} more={offers.length - 1} onAccept={onAccept} />}
    </>
  )
}

const seconds = (card: Card) => Math.round((Date.parse(card.due_at ?? card.entered_at) - Date.parse(card.entered_at)) / 1_000)
const nameOf = (card: Card, t: ReturnType<typeof useT>) => card.customer_name || t('inbox.unknown')

function OfferCard({ card, more, onAccept }: { card: Card; more: number; onAccept: (card: Card) => void }) {
  const t = useT()
  const queue = useQueue(card.queue)
  const { accept, decline } = useAnswers(card, onAccept)
  useCommand({ id: 'accept', name: t('command.accept'), keys: ['Alt+Enter'], run: accept })
  return (
    <section role="alertdialog" aria-modal="false" aria-labelledby="offer-title" aria-describedby="offer-what" className={css.offer}>
      <div className={css.head}>
        <h2 id="offer-title" className={css.title}>
          <ChannelGlyph channel={card.channel} />
          {t('offer.title', { channel: card.callback ? t('callback.badge') : t.word('channel', card.channel) })}
        </h2>
        <Ring from={card.entered_at} until={card.due_at ?? card.entered_at} />
      </div>
      <div id="offer-what" className={css.what}>
        <strong dir="auto" className={css.name}>{nameOf(card, t)}</strong>
        <p className="quiet small">
          {queue ? t.name(queue.name) : card.queue} · {t('offer.waited')} <Age since={card.queued_at} />
        </p>
        {(card.last_text || card.subject) && <p dir="auto" className={css.text}>{card.last_text || card.subject}</p>}
        <Why card={card} />
      </div>
      <div className={css.answers}>
        <Button kind="primary" onPress={accept} className={css.accept}>
          {t('offer.accept')} <kbd>{keyLabel('Alt+Enter', isMac())}</kbd>
        </Button>
        <Menu
          label={t('offer.decline')}
          trigger={<Button>{t('offer.decline')}</Button>}
          entries={REASONS.map((reason) => ({ id: reason, name: t(`decline.${reason}`), onAction: () => decline(reason) }))}
        />
      </div>
      {more > 0 && <p className="quiet small">{t('offer.more', { n: more })}</p>}
    </section>
  )
}

/** The reasons are those of the first at whom it rings. */
function Why({ card }: { card: Card }) {
  const t = useT()
  const me = useMe().id
  if (card.beside.length) {
    return <p className="small"><span className="chip">{t('offer.at_once', { n: card.beside.length + 1 })}</span></p>
  }
  if (!card.offer_reasons.length || card.agent_id !== me) return null
  return (
    <ul className={css.why} aria-label={t('offer.why')}>
      {card.offer_reasons.map((reason) => (
        <li key={reason.code + JSON.stringify(reason.data)} className="chip">
          {reasonText(reason, t)}
        </li>
      ))}
    </ul>
  )
}

function useAnswers(card: Card, onAccept: (card: Card) => void) {
  const api = useApi()
  const tell = useTell()
  const { dispatch, sync } = useDeskParts()
  const busy = useRef(false)
  const answer = (work: Promise<unknown>) => {
    busy.current = true
    work
      .catch((error: unknown) => {
        tell.failure(error)
        void sync.resync() // the card on the screen was not the truth
      })
      .finally(() => (busy.current = false))
  }
  const accept = () => {
    if (busy.current || !card.offer_id) return
    answer(
      api.accept(card.offer_id).then((mine) => {
        dispatch({ type: 'answer', card: mine })
        onAccept(mine)
      }),
    )
  }
  const decline = (reason: string) => {
    if (!busy.current && card.offer_id) answer(api.decline(card.offer_id, { reason }))
  }
  return { accept, decline }
}

/** Sound and notification once for each offer, and its name in the title of the page as long as it lasts. */
function useAttention(card: Card | undefined): void {
  const t = useT()
  const id = card?.offer_id
  const title = card ? t('notify.offer', { name: nameOf(card, t) }) : ''
  useEffect(() => {
    if (!id) return undefined
    chime('offer')
    notify(title, card.last_text)
    const before = document.title
    document.title = `● ${title}`
    return () => {
      document.title = before
    }
    // once for each offer, not for each change of its text
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id])
}
