// Writing to the customer and writing to colleagues differ by place, colour, label and the words on the button.
import { useRef, useState } from 'react'
import type { Kind } from '../../desk/state'
import type { Card, Detail } from '../../desk/wire'
import { Icon, names, useCommand, useMe, useT } from '../../shared'
import css from './Composer.module.css'
import { Writer } from './Writer'

export function Composer({ detail, card }: { detail: Detail; card: Card }) {
  const t = useT()
  const obstacle = useObstacle(detail, card)
  const [chosen, setChosen] = useState<Kind>('reply')
  const kind: Kind = obstacle === 'no_way_back' ? 'note' : chosen
  const box = useRef<HTMLDivElement>(null)
  const turnTo = (next: Kind) => {
    setChosen(next)
    requestAnimationFrame(() => box.current?.querySelector('textarea')?.focus())
  }
  useCommand({ id: 'reply', name: t('command.reply'), keys: ['Alt+KeyL', 'KeyR'], run: () => turnTo('reply') })
  useCommand({ id: 'note', name: t('command.note'), keys: ['Alt+KeyP', 'KeyN'], run: () => turnTo('note') })
  return (
    <section ref={box} aria-label={t('composer.label')} className={names(css.composer, kind === 'note' && css.noting)}>
      <div className={css.tabs} role="group" aria-label={t('composer.label')}>
        <button type="button" aria-pressed={kind === 'reply'} className={css.replyTab} disabled={obstacle === 'no_way_back'} onClick={() => turnTo('reply')}>
          {t('composer.reply')}
        </button>
        <button type="button" aria-pressed={kind === 'note'} className={css.noteTab} onClick={() => turnTo('note')}>
          <Icon name="note" size={16} />
          {t('composer.note')}
        </button>
        <span className={css.to}>
          <To kind={kind} card={card} />
        </span>
      </div>
      {obstacle && stands(obstacle, kind) && <p className={css.obstacle}>{t(`composer.${obstacle}`)}</p>}
      {(kind === 'note' || !obstacle) && <Writer key={`${card.id} ${kind}`} id={card.id} kind={kind} draft={detail.drafts[kind] ?? ''} />}
    </section>
  )
}

type Obstacle = 'no_way_back' | 'not_holder'

const stands = (obstacle: Obstacle, kind: Kind): boolean => kind === 'reply' || obstacle === 'no_way_back'

/** Who will read it. */
function To({ kind, card }: { kind: Kind; card: Card }) {
  const t = useT()
  if (kind === 'note') return t('composer.note.to')
  return t('composer.reply.to', { name: card.customer_name || t('inbox.unknown'), channel: t.word('channel', card.channel) })
}

/** Why the customer cannot be answered from here, or null. */
function useObstacle(detail: Detail, card: Card): Obstacle | null {
  const me = useMe().id
  if (!detail.can_reply) return 'no_way_back'
  const holds = card.agent_id === me && (card.state === 'active' || card.state === 'wrapping')
  return holds ? null : 'not_holder'
}
