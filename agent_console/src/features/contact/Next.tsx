// What becomes of it: follow-up in a queue, or settled, with an outcome.
import { Select, useDesk, useT } from '../../shared'
import type { Entry } from './entry'
import css from './Contact.module.css'

const SETTLED = 'settled'
const NONE = 'none'

export function Next({ entry, set }: { entry: Entry; set: (fields: Partial<Entry>) => void }) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  const outcomes = new Map(queues.flatMap((queue) => queue.dispositions).map((one) => [one.id, t.name(one.name)]))
  return (
    <div className={css.row}>
      <Select
        label={t('log.then')} value={entry.followUp ?? SETTLED} onChange={(id) => set({ followUp: id === SETTLED ? null : id })}
        choices={[{ id: SETTLED, name: t('log.then.closed') }, ...queues.map((queue) => ({ id: queue.id, name: t('log.then.queue', { queue: t.name(queue.name) }) }))]}
      />
      {entry.followUp === null && (
        <Select
          label={t('log.disposition')} value={entry.disposition ?? NONE} onChange={(id) => set({ disposition: id === NONE ? null : id })}
          choices={[{ id: NONE, name: t('log.disposition.none') }, ...[...outcomes].map(([id, name]) => ({ id, name }))]}
        />
      )}
    </div>
  )
}
