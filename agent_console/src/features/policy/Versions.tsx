// Every version that was ever in force: who, when, why, what changed; and the way back.
import { useState } from 'react'
import { ApiError } from '../../desk/api'
import type { PolicyDraftView, PolicyVersion } from '../../desk/wire'
import { Blank, Button, clockTime, day, describe, Dialog, DialogActions, href, Moment, Select, TextField, useApi, useLoad, useT, useTell } from '../../shared'
import { Diff } from './Diff'
import type { Document } from './document'
import { useDraft, useDraftState } from './parts'
import { tabPath } from './places'
import css from './Policy.module.css'
import { Back } from './Rule'

const SHOWN = 50

export function Versions() {
  const t = useT()
  const api = useApi()
  const inForce = useDraftState((state) => state.view?.version ?? 0)
  const { value, error, slow, reload } = useLoad(`versions ${inForce}`, api.policyVersions)
  const [shown, setShown] = useState(SHOWN)
  const newest = [...(value ?? [])].sort((a, b) => b.version - a.version)
  return (
    <section className={css.stack} aria-label={t('policy.tab.versions')}>
      <p className="quiet">{t('policy.versions.what')}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)} <Button onPress={reload}>{t('action.retry')}</Button></p>}
      {!value && slow && <div className="bone" />}
      <ol className={css.cards} reversed>
        {newest.slice(0, shown).map((one) => (
          <li key={one.version} className={css.card}>
            <p>
              <a className={css.ruleName} href={href(tabPath('versions', String(one.version)))}>{t('policy.version', { n: one.version })}</a>{' '}
              {one.version === inForce && <span className="chip good">{t('policy.in_force')}</span>}
              {one.from_version !== null && <span className="chip">{t('policy.version.from', { n: one.from_version })}</span>}
            </p>
            <By one={one} />
            {one.note && <p dir="auto">{one.note}</p>}
          </li>
        ))}
      </ol>
      {newest.length > shown && <div><Button onPress={() => setShown((n) => n + SHOWN)}>{t('policy.versions.more')}</Button></div>}
    </section>
  )
}

function By({ one }: { one: PolicyVersion }) {
  const t = useT()
  return <p className="quiet small"><Moment at={one.published_at} /> · <bdi>{one.published_by ?? t('policy.version.by_configuration')}</bdi></p>
}

export function VersionPage({ id }: { id: string }) {
  const t = useT()
  const api = useApi()
  const version = Number(id)
  const inForce = useDraftState((state) => state.view?.version ?? 0)
  const all = useLoad(`versions ${inForce}`, api.policyVersions)
  const [other, setOther] = useState(version > 1 ? version - 1 : version)
  const [opened, setOpened] = useState(false)
  const { value, error } = useLoad(`${other} ${version}`, () => Promise.all([api.policyVersion(other), api.policyVersion(version)]))
  if (error !== null && !value) return <Blank title={describe(error, t)}><a href={href(tabPath('versions'))}>{t('policy.versions.back')}</a></Blank>
  if (!value) return null
  const [before, after] = value
  const choices = [...(all.value ?? [])].sort((a, b) => b.version - a.version).map((one) => ({ id: String(one.version), name: t('policy.version', { n: one.version }) }))
  return (
    <div className={css.editor}>
      <Back to={tabPath('versions')}>{t('policy.versions.back')}</Back>
      <div className={css.head}>
        <h2>{t('policy.version', { n: version })}</h2>
        {version === inForce ? <span className="chip good">{t('policy.in_force')}</span> : <Button onPress={() => setOpened(true)}>{t('policy.restore')}</Button>}
      </div>
      <By one={after} />
      {after.note && <p dir="auto">{after.note}</p>}
      <div className={css.compare}><Select label={t('policy.compare')} value={String(other)} choices={choices} onChange={(one) => setOther(Number(one))} /></div>
      {other === version ? <Blank title={t('policy.version.first')} /> : <Diff before={before.document as Document} after={after.document as Document} empty={t('policy.diff.same')} />}
      <details>
        <summary>{t('policy.version.source')}</summary>
        <pre className={css.raw} tabIndex={0} aria-label={t('policy.version.source')} dir="ltr">{JSON.stringify(after.document, null, 2)}</pre>
      </details>
      {opened && <Restore version={version} onClose={() => setOpened(false)} />}
    </div>
  )
}

function Restore({ version, onClose }: { version: number; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const draft = useDraft()
  const base = useDraftState((state) => state.view?.version ?? 0)
  const [note, setNote] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [lost, setLost] = useState<PolicyDraftView | null>(null) // the draft that goes if the answer is yes
  const restore = () =>
    void api.restorePolicy(version, { base, note: note.trim(), give_up: lost?.saved_at ?? null }).then(async (made) => {
      tell(t('policy.restored', { n: version, now: made.version }))
      onClose()
      await draft.load(true)
    }, (problem: unknown) => {
      if (problem instanceof ApiError && problem.code === 'draft_in_the_way') {
        setLost(problem.problem.draft as PolicyDraftView)
        return
      }
      setError(problem instanceof ApiError && problem.code === 'policy_moved' ? t('error.policy_moved') : describe(problem, t))
      void draft.load(true)
    })
  return (
    <Dialog title={t('policy.restore.title', { n: version })} isOpen onClose={onClose}>
      <p>{t('policy.restore.what', { n: version, base })}</p>
      <TextField label={t('policy.publish.note')} value={note} onChange={setNote} autoFocus maxLength={500} />
      {lost && <p className="notice bad" role="alert">{t('policy.restore.draft', { by: lost.saved_by ?? '', at: `${day(lost.saved_at, t.language)} ${clockTime(lost.saved_at, t.language)}` })}</p>}
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={restore}>{t(lost ? 'policy.restore.anyway' : 'policy.restore')}</Button>
      </DialogActions>
    </Dialog>
  )
}
