import type { Card } from '../../desk/wire'
import { Age, ChannelGlyph, deskPath, href, useT } from '../../shared'
import css from './Customers.module.css'

/** Open contacts of the customer, besides the one that is shown already. */
export function OpenItems({ cards, except, level: Level = 'h3' }: { cards: readonly Card[]; except?: string; level?: 'h2' | 'h3' }) {
  const t = useT()
  const others = cards.filter((card) => card.id !== except)
  return (
    <section className={css.open} aria-label={t('customer.open')}>
      <Level>{t('customer.open')}</Level>
      {others.length === 0 && <p className="quiet small">{t('customer.no_open')}</p>}
      <ul>
        {others.map((card) => (
          <li key={card.id}>
            <a href={href(deskPath(card.id))} className={css.openItem}>
              <ChannelGlyph channel={card.channel} size={16} />
              <span className="ellipsis" dir="auto">{card.last_text || card.subject || card.reference}</span>
              <span className="quiet small">{t.word('state', card.state)} · <Age since={card.entered_at} coarse /></span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
