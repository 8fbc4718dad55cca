import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import { newId } from '../../desk/ids'
import type { Card } from '../../desk/wire'
import { Age, Blank, Button, ChannelGlyph, ClockChip, deskPath, describe, href, Icon, names, OutOfTurn, useApi, useDesk, useDeskParts, useLoad, useNow, useQueue, useT, useTell, useWhere } from '../../shared'
import css from './Inbox.module.css'
import { TakeNext } from './Pull'
import { usePulls } from './usePulls'

const SHOWN = 50
const PAUSE_MS = 1_000

/** What waits, in the order in which it is served. Read again when the figures move, at most once a second. */
export function Queue({ waiting, onClaimed }: { waiting: number; onClaimed: () => void }) {
  const t = useT()
  const api = useApi()
  const turn = useTurns()
  const page = useLoad('queue', () => api.interactions({ state: ['queued'], order: 'line', limit: SHOWN }))
  const { pulls, again } = usePulls(turn)
  const { reload } = page
  useEffect(reload, [turn, reload])
  const [outOfTurn, setOutOfTurn] = useState<Card | null>(null)
  const taking = useTaking(onClaimed, setOutOfTurn, () => {
    reload()
    again()
  })
  if (!page.value) return <NotYet error={page.error} slow={page.slow} retry={reload} />
  const { items } = page.value
  if (!items.length) return <Blank title={t('inbox.queue.empty')}>{t('inbox.queue.empty.what')}</Blank>
  return (
    <>
      <TakeNext pulls={pulls} busy={taking.busy !== null} onTake={taking.next} retry={again} />
      <ul>
        {items.map((card) => (
          <Waiting
            key={card.id} card={card} busy={taking.busy === card.id} next={pulls.value?.next === card.id}
            onClaim={() => taking.claim(card)}
          />
        ))}
      </ul>
      {outOfTurn && (
        <OutOfTurn
          card={outOfTurn} onClose={() => setOutOfTurn(null)}
          onTake={(reason) => {
            taking.claim(outOfTurn, reason)
            setOutOfTurn(null)
          }}
        />
      )}
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

/** Where something else comes first, the hub asks for a reason. */
function useTaking(onClaimed: () => void, onOutOfTurn: (card: Card) => void, reload: () => void) {
  const { api, dispatch } = useDeskParts()
  const tell = useTell()
  const [, go] = useWhere()
  const [busy, setBusy] = useState<string | null>(null)
  const take = (id: string, taken: Promise<Card>, card: Card | null = null) => {
    setBusy(id)
    void taken
      .then((mine) => {
        dispatch({ type: 'answer', card: mine })
        onClaimed()
        go(deskPath(mine.id))
      }, (error: unknown) => {
        if (card && error instanceof ApiError && error.code === 'out_of_turn') onOutOfTurn(card)
        else {
          tell.failure(error)
          reload()
        }
      })
      .finally(() => setBusy(null))
  }
  return {
    busy,
    claim: (card: Card, reason = '') => take(card.id, api.claim(card.id, reason), card),
    next: () => take('next', api.takeNext(newId())),
  }
}

function Waiting({ card, busy, next, onClaim }: { card: Card; busy: boolean; next: boolean; onClaim: () => void }) {
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
            {next && <span className="chip">{t('inbox.next.mark')}</span>}
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
