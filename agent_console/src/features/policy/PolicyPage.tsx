// Routing for supervisors and administrators: the shared draft, its tabs, and what the check says beside them.
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { Button, clockTime, describe, Dialog, DialogActions, href, Icon, names, useCommand, useT, useWhere } from '../../shared'
import { AgentPage, Agents } from './Agents'
import { Check } from './Check'
import { Diff } from './Diff'
import { same } from './document'
import type { Document } from './document'
import type { State } from './draft'
import { General } from './General'
import { Help } from './Help'
import { CalendarPage, Hours } from './Hours'
import { LadderPage, Ladders } from './Ladders'
import { leave, leaving, stay, useLeaving, useUnsaved } from './leaving'
import { DraftProvider, useDraft, useDraftState, useOwnDraft } from './parts'
import { here, pageOf, tabPath, tabs, within } from './places'
import type { Tab } from './places'
import css from './Policy.module.css'
import { Promises, SlaPage } from './Promises'
import { Publish } from './Publish'
import { QueuePage, Queues } from './Queues'
import { RulePage } from './Rule'
import { Rules } from './Rules'
import { Source } from './Source'
import { Try } from './Try'
import { VersionPage, Versions } from './Versions'

export function PolicyPage() {
  const draft = useOwnDraft()
  useEffect(() => {
    const look = () => void draft.load(true)
    void draft.load(true)
    addEventListener('focus', look)
    return () => {
      removeEventListener('focus', look)
      void draft.save()
    }
  }, [draft])
  return <DraftProvider value={draft}><Opened /></DraftProvider>
}

function Opened() {
  const t = useT()
  const draft = useDraft()
  const { error, ready } = useDraftState((state) => ({ error: state.error, ready: state.document !== null }))
  if (!ready)
    return error === null ? <div className={css.page}><h1>{t('nav.policy')}</h1><div className="bone" aria-hidden="true" /></div> : (
      <div className={css.page}>
        <h1>{t('nav.policy')}</h1>
        <p className="notice bad" role="alert">{describe(error, t)} <Button onPress={() => void draft.load(true)}>{t('action.retry')}</Button></p>
      </div>
    )
  return <Workplace />
}

const editing: readonly Tab[] = ['rules', 'queues', 'hours', 'promises', 'ladders', 'general', 'source']

function Workplace() {
  const t = useT()
  const [where] = useWhere()
  const { tab, id } = here(where)
  const isHelp = where === '/policy/help'
  const withCheck = editing.includes(tab) && !isHelp
  const main = useFocus(where)
  useLeaving()
  return (
    <div className={css.page} ref={main}>
      <header className={css.top}>
        <h1>{t('nav.policy')}</h1>
        <Saved />
        <History />
      </header>
      <Tabs tab={isHelp ? null : tab} />
      <Moved />
      <div className={names(css.work, withCheck && css.withCheck)}>
        <div className={css.body}>{isHelp ? <Help /> : <Body tab={tab} id={id} />}</div>
        {withCheck && <Check />}
      </div>
      <Leave />
    </div>
  )
}

const lists: Record<Tab, () => ReactNode> = {
  rules: () => <Rules />, queues: () => <Queues />, hours: () => <Hours />, promises: () => <Promises />, ladders: () => <Ladders />, general: () => <General />,
  source: () => <Source />, try: () => <Try />, publish: () => <Publish />, versions: () => <Versions />, agents: () => <Agents />,
}
const pages: Partial<Record<Tab, (id: string) => ReactNode>> = {
  rules: (id) => <RulePage id={id} />, queues: (id) => <QueuePage key={id} id={id} />, hours: (id) => <CalendarPage key={id} id={id} />, promises: (id) => <SlaPage key={id} id={id} />,
  ladders: (id) => <LadderPage key={id} id={id} />, versions: (id) => <VersionPage key={id} id={id} />, agents: (id) => <AgentPage key={id} id={id} />,
}

function Body({ tab, id }: { tab: Tab; id: string | null }) {
  const page = pages[tab]
  return id !== null && page ? page(id) : lists[tab]()
}

/** Goes where something is to be put right, and stands in its field. */
function useFocus(where: string) {
  const draft = useDraft()
  const focus = useDraftState((state) => state.focus)
  const [, go] = useWhere()
  const main = useRef<HTMLDivElement>(null)
  const done = useRef(focus?.turn ?? 0)
  useEffect(() => {
    const document = draft.store.getState().document
    if (!focus || !document || focus.turn === done.current) return
    const page = where === tabPath('source') ? where : pageOf(document, focus.path)
    if (where !== page) {
      go(page)
      return
    }
    done.current = focus.turn
    if (page !== tabPath('source')) stand(main.current, focus.path)
  }, [draft, focus, go, where])
  return main
}

function stand(main: HTMLElement | null, path: string): void {
  const places = [...(main?.querySelectorAll<HTMLElement>('[data-path]') ?? [])].filter((one) => within(path, one.dataset.path ?? '') || within(one.dataset.path ?? '', path))
  const [best] = places.sort((a, b) => nearness(b, path) - nearness(a, path))
  const field = best?.querySelector<HTMLElement>('textarea, input, button') ?? best
  field?.focus()
  field?.scrollIntoView({ block: 'center' })
}

const nearness = (one: HTMLElement, path: string) => {
  const own = one.dataset.path ?? ''
  return own === path ? 10_000 : within(path, own) ? own.length : -own.length
}

function Tabs({ tab }: { tab: Tab | null }) {
  const t = useT()
  const line = useRef<HTMLElement>(null)
  useEffect(() => {
    line.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [tab])
  const bad = useDraftState((state) => state.problems.length + state.findings.filter((one) => one.severity === 'error').length)
  return (
    <nav ref={line} className={css.tabs} aria-label={t('policy.tabs')}>
      {tabs.map((one) => (
        <a key={one} href={href(tabPath(one))} aria-current={one === tab ? 'page' : undefined} className={css.tab}>
          {t(`policy.tab.${one}`)}
          {one === 'publish' && bad > 0 && <span className={css.badge}><span className="unseen">: </span>{bad}<span className="unseen"> {t('policy.check.in_the_way')}</span></span>}
        </a>
      ))}
    </nav>
  )
}

/** Where the draft stands, in one line that does not move. */
function Saved() {
  const t = useT()
  const draft = useDraft()
  const { saving, version, failure, broken } = useDraftState((state) => ({ saving: state.saving, version: state.view?.version ?? 0, failure: state.failure, broken: state.broken }))
  const isBad = saving === 'failed' || saving === 'moved'
  useUnsaved('draft', isBad || broken)
  useUnsaved('saving', saving === 'dirty' || saving === 'saving') // goes on elsewhere in the console, but not in a closed window
  return (
    <p className={css.saved} role="status">
      <span className="chip good">{t('policy.version_in_force', { n: version })}</span>
      <span className={isBad ? 'chip bad' : 'quiet small'}><SavedWords /></span>
      {saving === 'failed' && <><span className="small">{describe(failure, t)}</span> <Button onPress={() => void draft.save()}>{t('action.retry')}</Button></>}
    </p>
  )
}

const isInForce = (state: State) => same(state.document ?? undefined, state.view?.document as Document | undefined)

function SavedWords() {
  const t = useT()
  const { saving, savedAt, isSame } = useDraftState((state) => ({ saving: state.saving, savedAt: state.savedAt, isSame: isInForce(state) }))
  if (saving === 'dirty' || saving === 'saving') return t('policy.saving')
  if (saving === 'failed') return t('policy.not_saved')
  if (saving === 'moved') return t('policy.moved')
  if (isSame) return t('policy.unchanged')
  return savedAt ? t('policy.saved', { at: clockTime(savedAt, t.language) }) : ''
}

function History() {
  const t = useT()
  const draft = useDraft()
  const { canUndo, canRedo, isSame } = useDraftState((state) => ({
    canUndo: state.past.length > 0, canRedo: state.future.length > 0, isSame: isInForce(state),
  }))
  useCommand({ id: 'policy_undo', name: t('policy.undo'), keys: ['Alt+KeyZ'], run: draft.undo })
  useCommand({ id: 'policy_redo', name: t('policy.redo'), keys: ['Alt+Shift+KeyZ'], run: draft.redo })
  return (
    <div className={css.history}>
      <Button icon="undo" aria-label={t('policy.undo')} isDisabled={!canUndo} onPress={draft.undo} />
      <Button icon="undo" className={css.redo} aria-label={t('policy.redo')} isDisabled={!canRedo} onPress={draft.redo} />
      {!isSame && <Button onPress={() => void draft.discard()}>{t('policy.discard')}</Button>}
      {!isSame && <a className={`button primary ${css.publish ?? ''}`} href={href(tabPath('publish'))}>{t('policy.publish')}</a>}
    </div>
  )
}

/** Two wrote at the same time: both are shown, and one is chosen. */
function Moved() {
  const t = useT()
  const draft = useDraft()
  const { saving, other, document, view } = useDraftState((state) => ({ saving: state.saving, other: state.other, document: state.document, view: state.view }))
  if (saving !== 'moved' || !document || !view) return null
  const theirs = (other?.document ?? view.document) as Document
  return (
    <section className={`notice warn ${css.moved ?? ''}`} role="alert" aria-label={t('policy.moved')}>
      <p><Icon name="alert" /> {other ? t('policy.moved.what', { name: other.saved_by ?? '', at: clockTime(other.saved_at, t.language, true) }) : t('policy.moved.gone')}</p>
      <div className={css.actions}>
        <Button onPress={draft.takeOther}>{t(other ? 'policy.moved.theirs' : 'policy.moved.in_force')}</Button>
        <Button onPress={() => void draft.keepMine()}>{t('policy.moved.mine')}</Button>
      </div>
      <details className={css.theirs}>
        <summary>{t('policy.moved.differ')}</summary>
        <Diff before={theirs} after={document} empty={t('policy.diff.same')} />
      </details>
    </section>
  )
}

function Leave() {
  const t = useT()
  const to = useStore(leaving, (state) => state.to)
  return (
    <Dialog title={t('policy.leave.title')} isOpen={to !== null} onClose={stay}>
      <p>{t('policy.leave.what')}</p>
      <DialogActions>
        <Button onPress={leave}>{t('policy.leave.go')}</Button>
        <Button kind="primary" autoFocus onPress={stay}>{t('policy.leave.stay')}</Button>
      </DialogActions>
    </Dialog>
  )
}
