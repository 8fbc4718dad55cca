// What the check found, as one types: problems that keep the document from being read, and what the linter says of it.
import type { ReactNode } from 'react'
import type { PolicyFinding } from '../../desk/wire'
import { Button, href, Icon, names, useT } from '../../shared'
import { useDocument, useDraft, useDraftState, useQueueName, useRuleName } from './parts'
import css from './Policy.module.css'
import { findingWords, pathWords, problemWords } from './words'

const SHOWN = 100

export function Check() {
  const t = useT()
  const problems = useDraftState((state) => state.problems)
  const findings = useDraftState((state) => state.findings)
  const [errors, warnings] = [findings.filter((one) => one.severity === 'error'), findings.filter((one) => one.severity !== 'error')]
  return (
    <aside className={css.check} aria-label={t('policy.check.title')} id="policy-check" tabIndex={-1}>
      <header className={css.partHead}>
        <h2>{t('policy.check.title')}</h2>
        <a href={href('/policy/help')}>{t('policy.help')}</a>
      </header>
      <Standing />
      {problems.length > 0 && (
        <Group title={t('policy.check.problems', { n: problems.length })} bad>
          {problems.slice(0, SHOWN).map((one) => <Place key={one.path + one.text} path={one.path}>{problemWords(one.text, t)}</Place>)}
          {problems.length > SHOWN && <li className="quiet small">{t('policy.check.more', { n: problems.length - SHOWN })}</li>}
        </Group>
      )}
      <Findings title={t('policy.check.errors', { n: errors.length })} findings={errors} bad />
      <Findings title={t('policy.check.warnings', { n: warnings.length })} findings={warnings} />
    </aside>
  )
}

/** One line that keeps its height, whatever it says. */
function Standing() {
  const t = useT()
  const draft = useDraft()
  const { checking, isDue, count } = useDraftState((state) => ({
    checking: state.checking, isDue: state.checked !== state.document, count: state.problems.length + state.findings.length,
  }))
  if (checking === 'failed') return <p role="status" className={css.standing}><span className="chip warn"><Icon name="alert" size={14} /> {t('policy.check.failed')}</span> <Button onPress={draft.check}>{t('action.retry')}</Button></p>
  const busy = checking === 'running' || isDue
  return (
    <p role="status" className={css.standing}>
      {busy ? <span className="chip"><Icon name="clock" size={14} /> {t('policy.check.running')}</span>
        : <span className={names('chip', count === 0 && 'good')}><Icon name="check" size={14} /> {t(count === 0 ? 'policy.check.good' : 'policy.check.done')}</span>}
    </p>
  )
}

export function Findings({ title, findings, bad }: { title: string; findings: readonly PolicyFinding[]; bad?: boolean }) {
  const t = useT()
  const queueName = useQueueName()
  const ruleName = useRuleName()
  if (!findings.length) return null
  return (
    <Group title={title} bad={bad}>
      {findings.slice(0, SHOWN).map((one) => <Place key={one.code + one.path + JSON.stringify(one.data)} path={one.path}>{findingWords(one, t, { queue: queueName, rule: ruleName })}</Place>)}
      {findings.length > SHOWN && <li className="quiet small">{t('policy.check.more', { n: findings.length - SHOWN })}</li>}
    </Group>
  )
}

function Group({ title, bad, children }: { title: string; bad?: boolean; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className={names(css.groupHead, bad ? css.isBad : css.isOdd)}><Icon name="alert" size={14} /> {title}</h3>
      <ul className={css.found}>{children}</ul>
    </section>
  )
}

/** A sentence that leads to its place. */
export function Place({ path, children }: { path: string; children: string }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  return (
    <li>
      <button type="button" className={css.place} onClick={() => draft.focus(path)}>
        <span>{children}</span>
        <span className="quiet small">{pathWords(path, document, t)}</span>
      </button>
    </li>
  )
}
