import { Blank, names, useT } from '../../shared'
import { differences } from './diff'
import type { Change, Entry } from './diff'
import type { Document } from './document'
import css from './Policy.module.css'
import { fieldWords, jsonWords } from './words'

/** What changed, thing by thing: shape and word beside the colour. */
export function Diff({ before, after, empty }: { before: Document; after: Document; empty: string }) {
  const changes = differences(before, after)
  if (!changes.length) return <Blank title={empty} />
  return <ul className={css.diff}>{changes.map((one) => <Line key={`${one.kind} ${one.group} ${one.id}`} change={one} />)}</ul>
}

const shapes = { added: '+', removed: '−', changed: '~', moved: '↕' } as const

function Line({ change }: { change: Change }) {
  const t = useT()
  return (
    <li className={css.change}>
      <p>
        <span className={names('chip', change.kind === 'added' && 'good', change.kind === 'removed' && 'bad')}><span aria-hidden="true">{shapes[change.kind]}</span> {t(`policy.diff.${change.kind}`)}</span>{' '}
        <strong>{t.word('policy.group', change.group)}{change.name && <> <bdi>{change.name}</bdi></>}</strong>
        {change.kind === 'moved' && <> {t('policy.diff.places', { from: change.from ?? 0, to: change.to ?? 0 })}</>}
      </p>
      {change.kind !== 'removed' && change.entries.length > 0 && <Entries entries={change.entries} isNew={change.kind === 'added'} />}
    </li>
  )
}

function Entries({ entries, isNew }: { entries: readonly Entry[]; isNew: boolean }) {
  const t = useT()
  return (
    <dl className={css.entries}>
      {entries.map((one, n) => (
        <div key={`${one.field} ${n}`}>
          <dt>{one.field ? fieldWords(one.field, t) : ''}</dt>
          <dd>
            {!isNew && one.before !== undefined && <><del><span className="unseen">{t('policy.diff.before')} </span>{jsonWords(one.before, t)}</del> <span aria-hidden="true">→</span> </>}
            <ins><span className="unseen">{t('policy.diff.after')} </span>{one.after === undefined ? t('policy.diff.none') : jsonWords(one.after, t)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}
