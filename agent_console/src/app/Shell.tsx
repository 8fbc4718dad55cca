// The frame around every page: rail, status, notices, offers and the dialogs that can be opened from anywhere.
import { lazy, Suspense, useEffect, useState } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { Leaving } from '../features/composer/Leaving'
import { GiveDialog } from '../features/conversation/GiveDialog'
import { CallBar } from '../features/phone/CallBar'
import { Devices } from '../features/phone/Devices'
import { PhoneProvider, useOwnPhone } from '../features/phone/usePhone'
import { Offers } from '../features/offer/Offers'
import { useT } from '../i18n'
import type { Language } from '../i18n'
import { deskPath, dialPath, newMailPath, newTextPath, useApi, useCommand, useCommandKeys, useDesk, useDeskParts, useTell, useWhere } from '../shared'
import type { Card } from '../desk/wire'
import { Boundary } from './Boundary'
import { useHeldBack } from './held'
import { useNotices } from './notices'
import { useNews } from './news'
import { Pages, usePages } from './Pages'
import { Rail } from './Rail'
import css from './Shell.module.css'
import { TopBar } from './TopBar'

const LogContactDialog = lazy(() => import('../features/contact/LogContactDialog').then((m) => ({ default: m.LogContactDialog })))
const KeySheet = lazy(() => import('../features/palette/KeySheet').then((m) => ({ default: m.KeySheet })))
const Palette = lazy(() => import('../features/palette/Palette').then((m) => ({ default: m.Palette })))
const Settings = lazy(() => import('../features/settings/Settings').then((m) => ({ default: m.Settings })))

export type Opened = 'palette' | 'keys' | 'settings' | 'contact' | null

interface Props {
  onLanguage: (language: Language) => void
  onLeave: () => void
}

export function Shell(props: Props) {
  const known = useDesk((state) => state.me !== null)
  if (!known) return null
  return (
    <Router hook={useHashLocation}>
      <WithPhone {...props} />
    </Router>
  )
}

function WithPhone(props: Props) {
  const phone = useOwnPhone()
  return (
    <PhoneProvider value={phone}>
      <Frame {...props} />
    </PhoneProvider>
  )
}

function Frame({ onLanguage, onLeave }: Props) {
  const t = useT()
  const pages = usePages()
  const [opened, setOpened] = useState<Opened>(null)
  const [given, setGiven] = useState<Card | null>(null)
  const close = () => setOpened(null)
  const onAccept = useAccepted()
  useCommandKeys()
  useGlobalCommands(setOpened)
  useColleagues()
  useNews()
  useHeldBack()
  useNotices()
  return (
    <div className={css.shell}>
      <a href="#content" className={css.skip} onClick={(event) => {
        event.preventDefault()
        document.getElementById('content')?.focus()
      }}>
        {t('app.skip')}
      </a>
      <Rail pages={pages} />
      <div className={css.body}>
        <TopBar onOpen={setOpened} onLeave={onLeave} />
        <CallBar onTransfer={setGiven} onGiven={onAccept} />
        <main className={css.page} id="content" tabIndex={-1}>
          <Boundary>
            <Pages />
          </Boundary>
        </main>
      </div>
      <Offers onAccept={onAccept} />
      {given && <GiveDialog card={given} onClose={() => setGiven(null)} />}
      <Leaving />
      <Suspense fallback={null}>
        <LogContactDialog isOpen={opened === 'contact'} onClose={close} />
        <Palette isOpen={opened === 'palette'} onClose={close} pages={pages} />
        <KeySheet isOpen={opened === 'keys'} onClose={close} />
        <Settings isOpen={opened === 'settings'} onClose={close} onLanguage={onLanguage}><Devices /></Settings>
      </Suspense>
    </div>
  )
}

function useGlobalCommands(open: (what: Opened) => void): void {
  const t = useT()
  const [, go] = useWhere()
  useCommand({ id: 'palette', name: t('command.palette'), keys: ['Mod+KeyK'], run: () => open('palette') })
  useCommand({ id: 'keys', name: t('command.keys'), keys: ['key:?'], run: () => open('keys') })
  useCommand({ id: 'search', name: t('command.search'), keys: ['Slash'], run: () => go('/search') })
  useCommand({ id: 'contact', name: t('command.log_contact'), keys: ['Alt+KeyN'], run: () => open('contact') })
  useCommand({ id: 'new_mail', name: t('command.new_mail'), keys: ['Alt+KeyM', 'KeyM'], run: () => go(newMailPath()) })
  useCommand({ id: 'dial', name: t('command.dial'), keys: ['Alt+Shift+KeyD'], run: () => go(dialPath()) })
  useCommand({ id: 'new_text', name: t('command.new_text'), keys: ['Alt+KeyT'], run: () => go(newTextPath()) })
  useCommand({ id: 'settings', name: t('command.settings'), keys: [], run: () => open('settings') })
}

/** Opens what was accepted, unless the agent is in the middle of writing. */
function useAccepted(): (card: Card) => void {
  const t = useT()
  const tell = useTell()
  const [, go] = useWhere()
  return (card) => {
    const field = document.activeElement
    if (field instanceof HTMLTextAreaElement && field.value) tell(t('offer.accepted', { name: card.customer_name || t('inbox.unknown') }))
    else go(deskPath(card.id))
  }
}

/** The names of colleagues, for the lines of the history. */
function useColleagues(): void {
  const api = useApi()
  const { dispatch } = useDeskParts()
  const live = useDesk((state) => state.link === 'live')
  useEffect(() => {
    if (live) api.agents().then((agents) => dispatch({ type: 'agents', agents }), () => undefined) // names only: ids do without
  }, [api, dispatch, live])
}
