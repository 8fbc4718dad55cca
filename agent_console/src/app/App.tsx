// Who is here: nobody yet (log-in), or an agent with a running desk.
import { useCallback, useEffect, useRef, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { ApiError, createApi } from '../desk/api'
import { createDesk } from '../desk/store'
import type { Desk } from '../desk/store'
import type { Me } from '../desk/wire'
import { Login } from '../features/login/Login'
import { accountLanguage, firstLanguage, LanguageProvider, rememberLanguage, useT } from '../i18n'
import type { Language } from '../i18n'
import { Button, describe } from '../shared'
import { DeskProvider } from '../shared/desk'
import { StatusProvider } from '../shared/status'
import { Boundary } from './Boundary'
import { Shell } from './Shell'

type Session = { at: 'asking' | 'outside' | 'ended' } | { at: 'failed'; error: unknown } | { at: 'inside'; desk: Desk; me: Me }

const api = createApi()

export function App() {
  const [language, setLanguage] = useState(firstLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const choose = (chosen: Language) => {
    rememberLanguage(chosen)
    setLanguage(chosen)
  }
  return (
    <I18nProvider locale={language === 'en' ? navigatorEnglish() : 'zh-Hans-CN'}>
      <LanguageProvider language={language}>
        <Boundary>
          <StatusProvider>
            <Sessions onLanguage={choose} onAccount={setLanguage} />
          </StatusProvider>
        </Boundary>
      </LanguageProvider>
    </I18nProvider>
  )
}

const navigatorEnglish = () => navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en'

interface SessionsProps {
  /** Somebody chose a language. */
  onLanguage: (language: Language) => void
  /** An account prefers one. */
  onAccount: (language: Language) => void
}

function Sessions({ onLanguage, onAccount }: SessionsProps) {
  const [session, setSession] = useState<Session>({ at: 'asking' })
  const running = useRef<Desk | null>(null)

  const leave = useCallback((at: 'outside' | 'ended') => {
    running.current?.stop()
    running.current = null
    setSession({ at })
  }, [])
  const enter = useCallback((me: Me) => {
    running.current?.stop()
    const desk = createDesk(api, () => leave('ended'))
    running.current = desk
    desk.start(me)
    const preferred = accountLanguage(me.agent.language)
    if (preferred) onAccount(preferred)
    setSession({ at: 'inside', desk, me })
  }, [leave, onAccount])
  const ask = useCallback(() => {
    api.me().then(enter, (error: unknown) => {
      const nobody = error instanceof ApiError && error.status === 401
      setSession(nobody ? { at: 'outside' } : { at: 'failed', error })
    })
  }, [enter])
  useEffect(ask, [ask])

  if (session.at === 'asking') return null
  if (session.at === 'failed') return <Failed error={session.error} retry={ask} />
  if (session.at === 'inside')
    return (
      <DeskProvider value={session.desk}>
        <Shell onLanguage={onLanguage} onLeave={() => leave('outside')} />
      </DeskProvider>
    )
  return <Login login={api.login} onLogin={enter} ended={session.at === 'ended'} onLanguage={onLanguage} />
}

const RETRY_MS = 3_000

function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useT()
  useEffect(() => {
    const timer = setInterval(retry, RETRY_MS)
    return () => clearInterval(timer)
  }, [retry])
  return (
    <main className="blank" role="alert">
      <strong>{describe(error, t)}</strong>
      <Button onPress={retry}>{t('action.retry')}</Button>
    </main>
  )
}
