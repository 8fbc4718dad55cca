import { useState } from 'react'
import type { ReactNode } from 'react'
import { languages } from '../../i18n'
import type { Language } from '../../i18n'
import { Button, chime, Dialog, DialogActions, mayNotify, notify, preferences, Select, Switch, usePreferences, useT } from '../../shared'
import type { Preferences } from '../../shared'

interface Props {
  isOpen: boolean
  onClose: () => void
  onLanguage: (language: Language) => void
  /** What other parts have to set. */
  children?: ReactNode
}

export function Settings({ isOpen, onClose, onLanguage, children }: Props) {
  const t = useT()
  const mine = usePreferences()
  const set = (change: Partial<Preferences>) => preferences.setState(change)
  return (
    <Dialog title={t('settings.title')} isOpen={isOpen} onClose={onClose}>
      <Select label={t('settings.language')} value={t.language} onChange={(id) => onLanguage(id as Language)} choices={languages} />
      <Select
        label={t('settings.theme')} value={mine.theme} onChange={(theme) => set({ theme: theme as typeof mine.theme })}
        choices={(['system', 'light', 'dark'] as const).map((id) => ({ id, name: t(`settings.theme.${id}`) }))}
      />
      <Select
        label={t('settings.density')} value={mine.density} onChange={(density) => set({ density: density as typeof mine.density })}
        choices={(['dense', 'roomy'] as const).map((id) => ({ id, name: t(`settings.density.${id}`) }))}
      />
      <Select
        label={t('settings.enter')} value={mine.enterSends ? 'sends' : 'line'} onChange={(id) => set({ enterSends: id === 'sends' })}
        choices={(['line', 'sends'] as const).map((id) => ({ id, name: t(`settings.enter.${id}`) }))}
      />
      <Switch value={mine.singleKeys} onChange={(singleKeys) => set({ singleKeys })}>{t('settings.single_keys')}</Switch>
      <Switch value={mine.sound} onChange={(sound) => set({ sound })}>{t('settings.sound')}</Switch>
      <Notifications />
      {children}
      <DialogActions>
        <Button kind="primary" onPress={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}

function Notifications() {
  const t = useT()
  const on = usePreferences().notify
  const [blocked, setBlocked] = useState(false)
  const wish = async (wanted: boolean) => {
    const allowed = !wanted || (await mayNotify())
    setBlocked(!allowed)
    preferences.setState({ notify: wanted && allowed })
  }
  const test = () => {
    chime('offer')
    notify(t('settings.test.title'), t('app.name'), true)
  }
  return (
    <>
      <Switch value={on} onChange={(wanted) => void wish(wanted)}>{t('settings.notify')}</Switch>
      {blocked && <p className="notice warn" role="alert">{t('settings.blocked')}</p>}
      <div><Button icon="bell" onPress={test}>{t('settings.test')}</Button></div>
    </>
  )
}
