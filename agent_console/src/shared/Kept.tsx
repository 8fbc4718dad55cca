// How long a recording is kept, and for those who may: who listened to it, and deleting it.
import { useState } from 'react'
import type { RecordingAccess, RecordingView } from '../desk/wire'
import { useT } from '../i18n'
import { useApi, useMe } from './desk'
import css from './Player.module.css'
import { useLoad } from './load'
import { describe, useTell } from './status'
import { clockTime, day } from './time'
import { Blank, Button, Dialog, DialogActions, TextField } from './ui'

interface Props {
  view: RecordingView
  /** What it is called on the screen. */
  name: string
  onChange: () => void
}

export function Kept({ view, name, onChange }: Props) {
  const t = useT()
  const { role } = useMe()
  const [shown, setShown] = useState<'heard' | 'delete' | null>(null)
  const close = () => setShown(null)
  const deletes = role === 'admin' && (view.state === 'stored' || view.state === 'failed')
  return (
    <div className={css.kept}>
      {view.state === 'stored' && <span>{view.keep_until ? t('play.kept', { until: day(view.keep_until, t.language) }) : t('play.kept.always')}</span>}
      {role !== 'agent' && <Button kind="plain" onPress={() => setShown('heard')}>{t('play.heard')}</Button>}
      {deletes && <Button kind="plain" onPress={() => setShown('delete')}>{t('play.delete')}</Button>}
      {shown === 'heard' && <Heard view={view} name={name} onClose={close} />}
      {shown === 'delete' && <Delete view={view} name={name} onClose={close} onDone={onChange} />}
    </div>
  )
}

interface DialogOf {
  view: RecordingView
  name: string
  onClose: () => void
}

function Heard({ view, name, onClose }: DialogOf) {
  const t = useT()
  const api = useApi()
  const { value, error, slow } = useLoad(`heard ${view.id}`, () => api.accesses(view.id))
  return (
    <Dialog title={t('play.heard')} isOpen onClose={onClose}>
      <p className="quiet">{name}, {moment(view.started_at, t.language)}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {slow && !value && <p role="status" className="quiet">…</p>}
      {value?.length === 0 && <Blank title={t('play.heard.nobody')} />}
      {value && value.length > 0 && <Accesses all={value} />}
      <DialogActions><Button autoFocus onPress={onClose}>{t('action.close')}</Button></DialogActions>
    </Dialog>
  )
}

function Accesses({ all }: { all: readonly RecordingAccess[] }) {
  const t = useT()
  return (
    <>
      <div className={css.accesses} tabIndex={0} role="region" aria-label={t('play.heard')}>
        <table>
          <thead><tr><th scope="col">{t('play.heard.when')}</th><th scope="col">{t('play.heard.who')}</th><th scope="col">{t('play.heard.did')}</th></tr></thead>
          <tbody>
            {all.map((one, index) => (
              <tr key={index}>
                <td><time dateTime={one.at}>{moment(one.at, t.language)}</time></td>
                <td><bdi>{one.agent_name || t('play.heard.rule')}</bdi></td>
                <td>{t.word('heard', one.what)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet small">{t('play.heard.what')}</p>
    </>
  )
}

function Delete({ view, name, onClose, onDone }: DialogOf & { onDone: () => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const remove = () => {
    setBusy(true)
    void api.deleteRecording(view.id, { reason: reason.trim() }).then(
      () => {
        onClose()
        onDone()
        tell(t('play.deleted'))
      },
      (problem: unknown) => {
        setError(describe(problem, t))
        setBusy(false)
      },
    )
  }
  return (
    <Dialog title={t('play.delete.title')} isOpen onClose={onClose}>
      <p>{name}, {moment(view.started_at, t.language)}</p>
      <p className="quiet">{t('play.delete.what')}</p>
      <TextField label={t('play.delete.reason')} value={reason} onChange={setReason} isRequired maxLength={500} autoFocus />
      {error && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="danger" isDisabled={!reason.trim() || busy} onPress={remove}>{t('play.delete.do')}</Button>
      </DialogActions>
    </Dialog>
  )
}

const moment = (at: string, language: 'en' | 'zh-Hans'): string => `${day(at, language)} ${clockTime(at, language)}`
