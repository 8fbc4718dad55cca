// The bytes as they came, to look at and to keep, for those who may.
import { useState } from 'react'
import type { MailView, TouchView } from '../../desk/wire'
import { Button, describe, Dialog, DialogActions, Menu, useApi, useLoad, useT } from '../../shared'
import type { MenuEntry } from '../../shared'
import css from './Mail.module.css'

const SHOWN = 200_000

export function More({ touch, mail, onFold }: { touch: TouchView; mail: MailView; onFold: (() => void) | null }) {
  const t = useT()
  const api = useApi()
  const [shown, setShown] = useState(false)
  const id = touch.message_id
  const entries: MenuEntry[] = []
  if (onFold) entries.push({ id: 'fold', icon: 'up', name: t('mail.fold'), onAction: onFold })
  if (id && mail.raw) {
    entries.push({ id: 'source', icon: 'file', name: t('mail.source'), onAction: () => setShown(true) })
    entries.push({ id: 'download', icon: 'clip', name: t('mail.source.download'), onAction: () => download(api.rawUrl(id), `${touch.reference}.eml`) })
  }
  if (!entries.length) return null
  return (
    <>
      <Menu label={t('mail.more')} entries={entries} trigger={<Button kind="plain" icon="more" className={css.more} aria-label={t('mail.more')} />} />
      {id && shown && <Source id={id} name={`${touch.reference}.eml`} onClose={() => setShown(false)} />}
    </>
  )
}

function download(url: string, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
}

function Source({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const t = useT()
  const api = useApi()
  const { value, error } = useLoad(`raw ${id}`, () => api.raw(id))
  return (
    <Dialog title={t('mail.source.title')} isOpen onClose={onClose} wide>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {value !== null && <pre className={css.source} tabIndex={0} dir="ltr" aria-label={t('mail.source.title')}>{value.slice(0, SHOWN)}</pre>}
      {value !== null && value.length > SHOWN && <p className="quiet small">{t('mail.source.cut')}</p>}
      <DialogActions>
        <Button icon="file" onPress={() => download(api.rawUrl(id), name)}>{t('mail.source.download')}</Button>
        <Button kind="primary" onPress={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}
