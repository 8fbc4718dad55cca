// Other contacts that this one belongs to, or may: evidence that is not enough to join them is put to a human.
import { useState } from 'react'
import type { Card, Detail, SuggestionView } from '../../desk/wire'
import { Button, ChannelGlyph, deskPath, href, Icon, useApi, useDeskParts, useT, useTell } from '../../shared'
import css from './Mail.module.css'

export function Together({ detail }: { detail: Detail }) {
  const t = useT()
  const { suggestions, linked } = detail
  if (!suggestions.length && !linked.length) return null
  return (
    <section className={css.together} aria-label={t('suggest.label')}>
      {linked.length > 0 && (
        <p className={css.linked}>
          <Icon name="link" size={14} /> <span className="quiet">{t('suggest.linked')}</span>
          {linked.map((card) => <Other key={card.id} card={card} />)}
        </p>
      )}
      {suggestions.map((one) => <Suggestion key={one.other.id} id={detail.card.id} suggestion={one} />)}
    </section>
  )
}

function Other({ card }: { card: Card }) {
  const t = useT()
  return (
    <a href={href(deskPath(card.id))} className={css.other}>
      <ChannelGlyph channel={card.channel} size={14} />
      <span className={css.ref}>{card.reference}</span>
      <bdi className="ellipsis">{card.subject || card.last_text || card.customer_name}</bdi>
      <span className="quiet small">{t.word('state', card.state)}</span>
    </a>
  )
}

function Suggestion({ id, suggestion: { other, reason } }: { id: string; suggestion: SuggestionView }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { sync } = useDeskParts()
  const [busy, setBusy] = useState(false)
  const decide = (accept: boolean) => {
    setBusy(true)
    api
      .decideSuggestion(id, { other_id: other.id, accept })
      .catch((error: unknown) => {
        setBusy(false)
        tell.failure(error)
      })
      .finally(() => sync.refresh(id))
  }
  return (
    <div className={css.suggestion}>
      <p className={css.maybe}>
        <span>{t(`suggest.${reason}`)}</span>
        <Other card={other} />
      </p>
      <span className={css.choices}>
        <Button isDisabled={busy} icon="link" aria-label={t('suggest.link.label', { reference: other.reference })} onPress={() => decide(true)}>{t('suggest.link')}</Button>
        <Button isDisabled={busy} aria-label={t('suggest.not.label', { reference: other.reference })} onPress={() => decide(false)}>{t('suggest.not')}</Button>
      </span>
    </div>
  )
}
