import { useEffect, useState } from 'react'
import type { Card } from '../../desk/wire'
import { Age, Blank, Button, ChannelGlyph, ClockChip, deskPath, describe, href, Icon, names, useApi, useDesk, useDeskParts, useLoad, useNow, useQueue, useT, useTell, useWhere } from '../../shared'
import css from './Inbox.module.css'

const SHOWN = 50
const PAUSE_MS = 1_000

/** What waits, the longest first. Read again when the figures move, at most once a second. */
export function Queue({ waiting, onClaimed }: { waiting: number; onClaimed: () => void }) {
  const t = useT()
  const api = useApi()
  const turn = useTurns()
  const page = useLoad('queue', () => api.interactions({ state: ['queued'], limit: SHOWN }))
  const { reload } = page
  useEffect(reload, [turn, reload])
  const [taking, setTaking] = useState<string | null>(null)
  const claim = useClaim(setTaking, onClaimed, reload)
  if (!page.value) return <NotYet error={page.error} slow={page.slow} retry={reload} />
  const { items } = page.value
  if (!items.length) return <Blank title={t('inbox.queue.empty')}>{t('inbox.queue.empty.what')}</Blank>
  return (
    <>
      <ul>
        {items.map((card) => (
          <Waiting key={card.id} card={card} busy={taking === card.id} onClaim={() => claim(card)} />
        ))}
      </ul>
      {waiting > items.length && items.length === SHOWN && <p className={css.more}>{t('inbox.more', { n: waiting - items.length })}</p>}
    </>
  )
}

function NotYet({ error, slow, retry }: { error: unknown; slow: boolean; retry: () => void }) {
  const t = useT()
  if (error) return <Blank title={describe(error, t)}><Button onPress={retry}>{t('action.retry')}</Button></Blank>
  return slow ? <Bones /> : null
}

/** Grows when the queues have moved, at most once in `PAUSE_MS`. */
function useTurns(): number {
  const figures = useDesk((state) => state.figures)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setTurn((n) => n + 1), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [figures])
  return turn
}

function useClaim(setTaking: (id: string | null) => void, onClaimed: () => void, reload: () => void) {
  const { api, dispatch } = useDeskParts()
  const tell = useTell()
  const [, go] = useWhere()
  return (card: Card) => {
    setTaking(card.id)
    api.claim(card.id)
      .then((mine) => {
        dispatch({ type: 'answer', card: mine })
        onClaimed()
        go(deskPath(mine.id))
      }, (error: unknown) => {
        tell.failure(error)
        reload()
      })
      .finally(() => setTaking(null))
  }
}

function Waiting({ card, busy, onClaim }: { card: Card; busy: boolean; onClaim: () => void }) {
  const t = useT()
  const queue = useQueue(card.queue)
  const late = useNow() - Date.parse(card.queued_at) > (queue?.service_level_seconds ?? Infinity) * 1_000
  const name = card.customer_name || t('inbox.unknown')
  return (
    <li className={css.row}>
      <a href={href(deskPath(card.id))} className={css.link}>
        <ChannelGlyph channel={card.channel} />
        <span className={css.main}>
          <span className={css.top}>
            <strong dir="auto" className="ellipsis">{name}</strong>
            <span className={names(css.timer, late && css.late)}>
              {late && <Icon name="alert" size={14} />}
              {late && t('inbox.late')} <Age since={card.queued_at} />
            </span>
          </span>
          <span className={css.bottom}>
            <span dir="auto" className="ellipsis quiet">
              {queue ? `${t.name(queue.name)} · ` : ''}{card.last_text || card.subject}
            </span>
            <ClockChip clock={card.clock} />
          </span>
        </span>
      </a>
      <Button onPress={onClaim} isDisabled={busy} aria-label={t('inbox.claim.label', { name })} className={css.claim}>
        {t('inbox.claim')}
      </Button>
    </li>
  )
}

function Bones() {
  return (
    <ul aria-hidden="true">
      {[70, 55, 80, 60].map((width) => (
        <li key={width} className={css.row}>
          <span className={css.link}>
            <span className="bone" style={{ width: 18 }} />
            <span className={css.main}>
              <span className="bone" style={{ width: `${width}%` }} />
              <span className="bone" style={{ width: '90%' }} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}
