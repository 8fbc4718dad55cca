// Before it counts for everybody: what changes, what the check says, and which waiting contacts would move.
import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { PolicyPreview, PreviewItem } from '../../desk/wire'
import { Blank, Button, deskPath, describe, href, Icon, TextField, useApi, useT, useTell, useWhere } from '../../shared'
import { Findings } from './Check'
import { Diff } from './Diff'
import { same } from './document'
import type { Document } from './document'
import { Part } from './Fields'
import { useDocument, useDraft, useDraftState, useQueueName, useRuleName } from './parts'
import { tabPath } from './places'
import css from './Policy.module.css'
import { Simulation } from './Simulate'

export function Publish() {
  const t = useT()
  const document = useDocument()
  const view = useDraftState((state) => state.view)
  if (!view) return null
  const inForce = view.document as Document
  if (same(inForce, document))
    return (
      <section className={css.editor} aria-label={t('policy.tab.publish')}>
        <Blank title={t('policy.publish.nothing')}>{t('policy.publish.nothing.what', { n: view.version })}</Blank>
        <Simulation />
      </section>
    )
  return (
    <section className={css.editor} aria-label={t('policy.tab.publish')}>
      <Part title={t('policy.publish.changes')} what={t('policy.publish.changes.what', { n: view.version })}>
        <Diff before={inForce} after={document} empty={t('policy.diff.same')} />
      </Part>
      <Moves />
      <Simulation />
      <Final />
    </section>
  )
}

function Moves() {
  const t = useT()
  const api = useApi()
  const document = useDocument()
  const broken = useDraftState((state) => state.problems.length > 0)
  const [state, setState] = useState<{ preview: PolicyPreview | null; error: unknown; of: Document | null }>({ preview: null, error: null, of: null })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (broken) return undefined
    const mine = new AbortController()
    const timer = setTimeout(() => {
      api.previewPolicy(document, mine.signal).then(
        (preview) => mine.signal.aborted || setState({ preview, error: null, of: document }),
        (error: unknown) => mine.signal.aborted || setState({ preview: null, error, of: document }),
      )
    }, 400)
    return () => {
      clearTimeout(timer)
      mine.abort()
    }
  }, [api, document, broken, turn])
  const { preview, error, of } = state
  return (
    <Part title={t('policy.preview')} what={t('policy.preview.what')} actions={<Button icon="retry" onPress={() => setTurn((n) => n + 1)}>{t('policy.preview.again')}</Button>}>
      {broken ? <p className="quiet">{t('policy.preview.broken')}</p>
        : error !== null ? <p className="notice bad" role="alert">{describe(error, t)}</p>
          : !preview || of !== document ? <p className="quiet" role="status">{t('policy.preview.running')}</p>
            : <Moved preview={preview} />}
    </Part>
  )
}

function Moved({ preview }: { preview: PolicyPreview }) {
  const t = useT()
  if (!preview.items.length) return <p role="status"><Icon name="check" size={14} /> {t('policy.preview.none', { n: preview.total })}</p>
  return (
    <>
      <p role="status">{t('policy.preview.some', { n: preview.items.length, all: preview.total })}</p>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t('policy.preview.what')}>
        <table className={css.table}>
          <thead><tr><th scope="col">{t('policy.preview.contact')}</th><th scope="col">{t('policy.preview.before')}</th><th scope="col">{t('policy.preview.after')}</th><th scope="col">{t('policy.preview.rule')}</th></tr></thead>
          <tbody>{preview.items.map((one) => <MovedRow key={one.interaction_id} one={one} />)}</tbody>
        </table>
      </div>
    </>
  )
}

function MovedRow({ one }: { one: PreviewItem }) {
  const t = useT()
  const queueName = useQueueName()
  const ruleName = useRuleName()
  const where = (at: PreviewItem['before']) => `${queueName(at.queue)}${at.place === null ? '' : ` · ${t('policy.preview.place', { n: at.place })}`}`
  return (
    <tr>
      <th scope="row"><a href={href(deskPath(one.interaction_id))}>{one.reference}</a></th>
      <td>{where(one.before)}</td>
      <td>{where(one.after)}</td>
      <td>{one.rule === null ? t('policy.default') : <bdi>{ruleName(one.rule)}</bdi>}</td>
    </tr>
  )
}

/** The note and the button; what is in the way stands where the button is. */
function Final() {
  const t = useT()
  const [note, setNote] = useState('')
  const { error, publish, busy } = usePublish(note, () => setNote(''))
  const { problems, findings, saving, base, version, checking, isDue } = useDraftState((state) => ({
    problems: state.problems.length, findings: state.findings, saving: state.saving, base: state.base, version: state.view?.version ?? 0, checking: state.checking, isDue: state.checked !== state.document,
  }))
  const errors = findings.filter((one) => one.severity === 'error')
  const inTheWay = problems > 0 || errors.length > 0 || saving === 'moved' || base !== version
  return (
    <Part title={t('policy.publish.do')}>
      {base !== version && <Outdated base={base} version={version} />}
      {problems > 0 && <p className="notice bad"><Icon name="alert" /> {t('policy.publish.problems', { n: problems })} <a href={href(tabPath('source'))}>{t('policy.tab.source')}</a></p>}
      <Findings title={t('policy.check.errors', { n: errors.length })} findings={errors} bad />
      <TextField label={t('policy.publish.note')} description={t('policy.publish.note.what')} value={note} onChange={setNote} rows={2} maxLength={500} />
      {error !== null && <p className="notice bad" role="alert">{refusal(error, t)}</p>}
      <div className={css.actions}>
        <Button kind="primary" isDisabled={inTheWay || busy || isDue || checking !== 'done'} onPress={publish}>{t('policy.publish.button', { n: version + 1 })}</Button>
        <a href={href(tabPath('try'))}>{t('policy.publish.try_first')}</a>
      </div>
    </Part>
  )
}

function refusal(error: unknown, t: ReturnType<typeof useT>): string {
  const code = error instanceof ApiError ? error.code : ''
  return code === 'policy_wrong' || code === 'policy_moved' ? t(`error.${code}`) : describe(error, t)
}

function usePublish(note: string, done: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const draft = useDraft()
  const [, go] = useWhere()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const refused = (problem: unknown) => {
    setError(problem)
    if (problem instanceof ApiError && problem.code === 'policy_moved') void draft.load(true)
    if (problem instanceof ApiError && problem.code === 'policy_wrong') draft.check()
  }
  const publish = async () => {
    setBusy(true)
    setError(null)
    try {
      await draft.save() // a draft that is saved later than it is published would come back
      const { document, base } = draft.store.getState()
      const { version } = await api.publishPolicy({ document: document ?? {}, base, note: note.trim() })
      await draft.published()
      done()
      tell(t('policy.published', { n: version }))
      go(tabPath('versions'))
    } catch (problem) {
      refused(problem)
    } finally {
      setBusy(false)
    }
  }
  return { error, busy, publish: () => void publish() }
}

/** Somebody published while this draft was written. */
function Outdated({ base, version }: { base: number; version: number }) {
  const t = useT()
  const draft = useDraft()
  return (
    <div className="notice warn" role="status">
      <p>{t('policy.outdated', { base, version })}</p>
      <a href={href(tabPath('versions', String(version)))}>{t('policy.outdated.look', { n: version })}</a>
      <Button onPress={draft.rebase}>{t('policy.outdated.keep')}</Button>
    </div>
  )
}
