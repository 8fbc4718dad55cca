import type { Reason, TouchView } from '../../desk/wire'
import { Moment, reasonText, useDesk, useT } from '../../shared'
import css from './Conversation.module.css'
import { eventText } from './lines'
import type { Names } from './lines'

/** A quiet line; where reasons were kept with it, it opens them. */
export function Event({ touch, customer }: { touch: TouchView; customer: string }) {
  const t = useT()
  const text = eventText(touch, t, useNames(touch, customer))
  const reasons = Array.isArray(touch.data.reasons) ? (touch.data.reasons as Reason[]) : []
  const line = (
    <>
      <Moment at={touch.at} /> <bdi>{text}</bdi>
    </>
  )
  if (!reasons.length) return <p className={css.event}>{line}</p>
  return (
    <details className={css.event}>
      <summary>{line}</summary>
      <ul aria-label={t('talk.reasons')}>
        {reasons.map((reason) => (
          <li key={JSON.stringify(reason)}>{reasonText({ code: reason.code, data: reason.data }, t)}</li>
        ))}
      </ul>
    </details>
  )
}

function useNames(touch: TouchView, customer: string): Names {
  const t = useT()
  const { agents, queues } = useDesk((state) => ({ agents: state.agents, queues: state.queues }))
  const all = queues.flatMap((queue) => queue.dispositions)
  return {
    customer: customer || t('inbox.unknown'),
    agent: (id) => agents[id]?.name ?? touch.actor_name,
    queue: (id) => t.name(queues.find((queue) => queue.id === id)?.name ?? { en: id }),
    disposition: (id) => t.name(all.find((one) => one.id === id)?.name ?? { en: id }),
  }
}
