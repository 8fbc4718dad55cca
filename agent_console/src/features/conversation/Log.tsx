import { useMemo } from 'react'
import { unsent } from '../../desk/outbox'
import type { Pending } from '../../desk/state'
import type { Detail } from '../../desk/wire'
import { Button, deskPath, href, useCommand, useDesk, useT } from '../../shared'
import css from './Conversation.module.css'
import { Event } from './Event'
import { useFolding } from './folding'
import { Grown } from './grown'
import { lines } from './lines'
import type { Line } from './lines'
import { Mail } from './Mail'
import { runs, subjects } from './mails'
import type { Run } from './mails'
import { Message } from './Message'
import { Spoken } from './Spoken'
import { Unsent } from './Unsent'
import { useEnd } from './useEnd'

/** Everything that happened, oldest first. Stays at the end while the reader is there, and nowhere else. */
export function Log({ detail }: { detail: Detail }) {
  const t = useT()
  const { touches, card } = detail
  const folding = useFolding(detail)
  const all = useMemo(() => runs(lines(touches, t), folding.older), [touches, t, folding.older])
  const changed = useMemo(() => subjects(touches), [touches])
  const pending = useDesk((state) => unsent(state, card.id))
  const mine = pending.length > 0 || (touches.at(-1)?.actor ?? 'customer') !== 'customer'
  const { box, content, below, toEnd, grown } = useEnd(card.id, standing(touches, pending), mine)
  const line = (one: Line) => {
    if (one.kind === 'day') return <p key={one.key} className={css.day}><span>{one.text}</span></p>
    if (one.kind === 'event') return <Event key={one.key} touch={one.touch} customer={card.customer_name} />
    const { touch } = one
    if (one.kind === 'recording') return <Spoken key={one.key} touch={touch} />
    if (!touch.mail) return <Message key={one.key} touch={touch} customer={card.customer_name} />
    const foldable = folding.older.includes(touch.id)
    return (
      <Mail
        key={one.key} touch={touch} mail={touch.mail} subject={changed.get(touch.id)} folded={folding.folded.has(touch.id)}
        onFold={foldable ? (fold) => folding.fold(touch.id, fold) : null}
      />
    )
  }
  return (
    <div className={css.frame}>
      <div ref={box} className={css.log} role="log" aria-label={t('talk.log')} tabIndex={0}>
        <div ref={content} className={css.lines}>
          {card.parent_id && !detail.linked.some((one) => one.id === card.parent_id) && (
            <p className={css.event}><a href={href(deskPath(card.parent_id))}>{t('talk.parent')}</a></p>
          )}
          <Fields fields={detail.fields} />
          {all.length === 0 && <p className={css.event}>{t('talk.empty')}</p>}
          <FoldAll folding={folding} />
          <Grown value={grown}>{all.map((one) => (one.kind === 'run' ? <Steps key={one.key} run={one} line={line} /> : line(one)))}</Grown>
          {pending.map((item, index) => (
            <Unsent key={item.id} item={item} behind={index > 0} detail={detail} />
          ))}
        </div>
      </div>
      {below && (
        <Button className={css.toEnd} icon="down" onPress={toEnd}>
          {t('talk.new')}
        </Button>
      )}
    </div>
  )
}

/** Changes with whatever is added at the end, and with what becomes of our last message. */
function standing(touches: Detail['touches'], pending: readonly Pending[]): string {
  const sent = touches.findLast((touch) => touch.message_id)
  return [touches.at(-1)?.id, sent?.message_state, sent?.mail?.due_at, ...pending.map((item) => `${item.id}${item.error}`)].join()
}

function FoldAll({ folding }: { folding: ReturnType<typeof useFolding> }) {
  const t = useT()
  const some = folding.older.length > 0
  useCommand(some ? { id: 'expand', name: t('command.expand'), keys: ['Alt+KeyX'], run: folding.toggleAll } : null)
  if (!some) return null
  return (
    <p className={css.foldAll}>
      <span>{t('mail.earlier', { n: folding.older.length })}</span>
      <Button kind="plain" onPress={folding.toggleAll}>{t(folding.folded.size ? 'mail.expand_all' : 'mail.fold_all')}</Button>
    </p>
  )
}

/** Quiet lines of long ago, in one. */
function Steps({ run, line }: { run: Run; line: (one: Line) => React.ReactNode }) {
  const t = useT()
  return (
    <details className={css.event}>
      <summary>{t('mail.steps', { n: run.lines.length })}</summary>
      {run.lines.map(line)}
    </details>
  )
}

function Fields({ fields }: { fields: Detail['fields'] }) {
  const t = useT()
  const entries = Object.entries(fields)
  if (!entries.length) return null
  return (
    <section className={css.fields} aria-label={t('talk.fields')}>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{t.word('fact', name)}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
