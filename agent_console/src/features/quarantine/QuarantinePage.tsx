import { useState } from 'react'
import type { QuarantineView } from '../../desk/wire'
import type { Translate } from '../../i18n'
import { Blank, Button, clockTime, describe, deskPath, Dialog, DialogActions, fileSize, href, Moment, TextField, useApi, useLoad, useT } from '../../shared'
import css from './Quarantine.module.css'

interface PageOfHeld {
  items: readonly QuarantineView[]
  total: number | null
}

interface Told {
  text: string
  open?: string | null
  bad?: boolean
}

/** What arrived and could not be understood, until a human has decided. */
export function QuarantinePage() {
  const t = useT()
  const [dismissing, setDismissing] = useState<string | null>(null)
  const [looking, setLooking] = useState<string | null>(null)
  const { items, total, error, said, take, dismissed, show } = useHeld()
  return (
    <div className={css.page}>
      <h1>{t('quarantine.title')}</h1>
      <p className="quiet">{t('quarantine.what')}</p>
      <Said said={said} />
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {items?.length === 0 && <Blank title={t('quarantine.empty')}>{t('quarantine.empty.what')}</Blank>}
      {items && items.length > 0 && (
        <>
          <p className="quiet small">{t('quarantine.total', { n: total })}</p>
          <ul className={css.list}>{items.map((one) => <Held key={one.id} one={one} onLook={() => setLooking(one.id)} onAgain={() => take(one.id)} onDismiss={() => setDismissing(one.id)} />)}</ul>
        </>
      )}
      {show && <div><Button onPress={show}>{t('quarantine.more')}</Button></div>}
      {looking && <Look id={looking} onClose={() => setLooking(null)} />}
      {dismissing && <Dismiss id={dismissing} onClose={() => setDismissing(null)} onDone={() => {
        setDismissing(null)
        dismissed()
      }} />}
    </div>
  )
}

function Said({ said }: { said: Told | null }) {
  const t = useT()
  return (
    <p role="status" className={said ? `notice ${said.bad ? 'bad' : ''}` : 'unseen'}>
      {said?.text} {said?.open && <a href={href(deskPath(said.open))}>{t('quarantine.open')}</a>}
    </p>
  )
}

function listed(first: PageOfHeld | null, more: readonly QuarantineView[]) {
  if (!first) return { items: null, total: 0 }
  const items = [...first.items, ...more]
  return { items, total: first.total ?? items.length }
}

/** What is held, page by page, and what was decided last. */
function useHeld() {
  const t = useT()
  const api = useApi()
  const [said, setSaid] = useState<Told | null>(null)
  const [more, setMore] = useState<{ items: QuarantineView[]; next: string | null } | null>(null)
  const { value, error, reload } = useLoad('quarantine', () => api.quarantine())
  const again = () => {
    setMore(null)
    reload()
  }
  const failed = (problem: unknown) => setSaid({ text: describe(problem, t), bad: true })
  const take = (id: string) =>
    void api.takeAgain(id).then(({ outcome, interaction_id }) => setSaid({ text: t(`again.${outcome}`), open: interaction_id }), failed).finally(again)
  const dismissed = () => {
    setSaid({ text: t('quarantine.dismissed') })
    again()
  }
  const next = more ? more.next : value?.next
  const show = next
    ? () => void api.quarantine(next).then((page) => setMore((before) => ({ items: [...(before?.items ?? []), ...page.items], next: page.next })), failed)
    : null
  return { ...listed(value, more?.items ?? []), error, said, take, dismissed, show }
}

const codes = ['no_data', 'timeout', 'lost', 'garbage', 'report_unclear']

interface HeldProps {
  one: QuarantineView
  onLook: () => void
  onAgain: () => void
  onDismiss: () => void
}

function Held({ one, onLook, onAgain, onDismiss }: HeldProps) {
  const t = useT()
  const api = useApi()
  const of = (what: string) => t('quarantine.of', { what, when: clockTime(one.arrived_at, t.language, true) })
  const code = one.reason ?? ''
  return (
    <li className={css.card}>
      <dl className={css.facts}>
        <div><dt>{t('quarantine.source')}</dt><dd><bdi>{sourceName(one.source, t)}</bdi></dd></div>
        <div><dt>{t('quarantine.when')}</dt><dd><Moment at={one.arrived_at} /></dd></div>
        <div><dt>{t('quarantine.size')}</dt><dd>{fileSize(one.size)}</dd></div>
        <div className={css.reason}>
          <dt>{t('quarantine.reason')}</dt>
          <dd>{codes.includes(code) ? t.word('held', code) : <>{t('held.unknown')} {code && <code>{code}</code>}</>}</dd>
        </div>
      </dl>
      <div className={css.actions}>
        <Button icon="file" aria-label={of(t('quarantine.look'))} onPress={onLook}>{t('quarantine.look')}</Button>
        <a className={`button ${css.link ?? ''}`} href={api.quarantineUrl(one.id)} download aria-label={of(t('quarantine.download'))}>{t('quarantine.download')}</a>
        {one.source.startsWith('mail:') && <Button icon="retry" aria-label={of(t('quarantine.again'))} onPress={onAgain}>{t('quarantine.again')}</Button>}
        <Button aria-label={of(t('quarantine.dismiss'))} onPress={onDismiss}>{t('quarantine.dismiss')}</Button>
      </div>
    </li>
  )
}

function sourceName(source: string, t: Translate): string {
  const [channel = source, ...rest] = source.split(':')
  return [t.word('channel', channel === 'mail' ? 'email' : channel), ...rest].join(': ')
}

const SHOWN = 200_000

/** What arrived, as plain characters: nothing of it is rendered. */
function Look({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const { value, error } = useLoad(id, () => api.quarantineRaw(id))
  return (
    <Dialog title={t('quarantine.look.title')} isOpen onClose={onClose} wide>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      <pre className={css.raw} tabIndex={0} aria-label={t('quarantine.look.title')} aria-busy={value === null && error === null}>
        {value === '' ? t('quarantine.look.nothing') : value?.slice(0, SHOWN)}
      </pre>
      {value !== null && value.length > SHOWN && <p className="quiet small">{t('quarantine.look.cut')}</p>}
      <DialogActions>
        <a className={`button ${css.link ?? ''}`} href={api.quarantineUrl(id)} download>{t('quarantine.download')}</a>
        <Button kind="primary" onPress={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}

function Dismiss({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => void }) {
  const t = useT()
  const api = useApi()
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string | null>(null)
  const dismiss = () => void api.dismiss(id, reason.trim()).then(onDone, (problem: unknown) => setError(describe(problem, t)))
  return (
    <Dialog title={t('quarantine.dismiss.title')} isOpen onClose={onClose}>
      <p>{t('quarantine.dismiss.what')}</p>
      <TextField label={t('quarantine.dismiss.reason')} value={reason} onChange={setReason} isRequired autoFocus maxLength={500} />
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" onPress={dismiss} isDisabled={!reason.trim()}>{t('quarantine.dismiss')}</Button>
      </DialogActions>
    </Dialog>
  )
}
