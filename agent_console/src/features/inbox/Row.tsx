import type { Card } from '../../desk/wire'
import { Age, ChannelGlyph, ClockChip, Countdown, deskPath, href, Icon, names, useDesk, useNow, useQueue, useT } from '../../shared'
import css from './Inbox.module.css'
import { isLate, unansweredSince } from './order'

export function Row({ card, current }: { card: Card; current: boolean }) {
  const t = useT()
  const pending = useDesk((state) => state.pending.some((item) => item.interactionId === card.id))
  return (
    <li className={names(css.row, current && css.current)}>
      <a href={href(deskPath(card.id))} aria-current={current ? 'true' : undefined} className={css.link}>
        <ChannelGlyph channel={card.channel} />
        <span className={css.main}>
          <span className={css.top}>
            <strong dir="auto" className="ellipsis">{card.customer_name || t('inbox.unknown')}</strong>
            <Timer card={card} />
          </span>
          <span className={css.bottom}>
            <span dir="auto" className="ellipsis quiet">{card.last_text || card.subject || t('inbox.no_text')}</span>
            <ClockChip clock={card.clock} />
            {card.vip && <span className="chip warn">{t('customer.vip')}</span>}
            {card.callback && <span className="chip">{t('callback.badge')}</span>}
            {pending && <span className="chip warn">{t('inbox.pending')}</span>}
            {card.unread > 0 && (
              <span className={css.unread}>
                <span aria-hidden="true">{card.unread}</span>
                <span className="unseen">{t('inbox.unread', { n: card.unread })}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
}

/** What runs for this contact: the customer's waiting, the wrap-up, or the time until it comes back. */
function Timer({ card }: { card: Card }) {
  const t = useT()
  const queue = useQueue(card.queue)
  const late = isLate(card, queue, useNow())
  if (card.state === 'wrapping' && card.due_at) return <span className={css.timer}><Countdown until={card.due_at} /></span>
  if (card.due_at)
    return (
      <span className={css.timer}>
        <Icon name="clock" size={14} />
        <span className="unseen">{t('inbox.back')}</span>
        <Countdown until={card.due_at} />
      </span>
    )
  const since = unansweredSince(card)
  if (!since) return <span className={names(css.timer, 'quiet')}><Age since={card.last_at} coarse /></span>
  return (
    <span className={names(css.timer, late && css.late)}>
      {late && <Icon name="alert" size={14} />}
      {late ? t('inbox.late') : <span className="unseen">{t('inbox.waits')}</span>} <Age since={since} />
    </span>
  )
}
