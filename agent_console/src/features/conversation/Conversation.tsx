// One contact: who, what happened, and what may be done with it. Writing and wrap-up are given from outside.
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import type { Card, Detail } from '../../desk/wire'
import { Blank, describeCode, useDesk, useDeskParts, useMe, useT } from '../../shared'
import css from './Conversation.module.css'
import { Header } from './Header'
import { Log } from './Log'
import { Together } from './Together'

interface Props {
  id: string
  onBack: () => void
  onPanel: () => void
  /** What stands below the history. */
  foot: (detail: Detail, card: Card) => ReactNode
}

export function Conversation({ id, onBack, onPanel, foot }: Props) {
  const t = useT()
  const { sync } = useDeskParts()
  useEffect(() => {
    sync.open(id)
    return () => sync.close(id)
  }, [id, sync])
  const { detail, card, problem } = useDesk((state) => ({
    detail: state.details[id], card: state.cards[id], problem: state.problems[id],
  }))
  useRead(id, detail, card)
  if (!detail) return problem ? <Blank title={t('talk.failed')}>{describeCode(problem, t)}</Blank> : <Loading />
  const newest = card && card.version >= detail.card.version ? card : detail.card
  return (
    <section className={css.talk} aria-label={t('talk.label', { name: newest.customer_name || t('inbox.unknown') })}>
      <Header card={newest} onBack={onBack} onPanel={onPanel} />
      <Together detail={detail} />
      <Log detail={detail} />
      <Typing id={id} />
      {foot(detail, newest)}
    </section>
  )
}

/** What is on the screen, in front, is read. */
function useRead(id: string, detail: Detail | undefined, card: Card | undefined): void {
  const { api } = useDeskParts()
  const me = useMe().id
  const unread = card && detail && card.agent_id === me && card.state === 'active' ? card.unread : 0
  const version = card?.version ?? 0
  useEffect(() => {
    const read = () => {
      if (unread && document.visibilityState === 'visible') api.read(id).catch(() => undefined) // the next look tries again
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [api, id, unread, version])
}

function Typing({ id }: { id: string }) {
  const t = useT()
  const { clock, store } = useDeskParts()
  const typists = useDesk((state) => state.typing[id] ?? [])
  const until = Math.max(0, ...typists.map((typist) => typist.until))
  useEffect(() => {
    if (!until) return undefined
    const timer = setTimeout(
      () => store.setState((state) => ({ typing: { ...state.typing, [id]: [] } })),
      Math.max(0, until - clock.now()),
    )
    return () => clearTimeout(timer)
  }, [clock, id, store, until])
  return (
    <p className={css.typing} aria-live="off">
      {typists.length > 0 && <bdi>{t('talk.typing', { who: typists.map((typist) => typist.who).join(', ') })}</bdi>}
    </p>
  )
}

function Loading() {
  const t = useT()
  return (
    <div className={css.loading} role="status">
      <span className="unseen">{t('talk.loading')}</span>
      {[45, 60, 30, 55].map((width) => (
        <span key={width} className="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
