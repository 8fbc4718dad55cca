import { useEffect, useState } from 'react'
import type { SubmitEvent } from 'react'
import { ApiError } from '../../desk/api'
import type { Api } from '../../desk/api'
import type { Me } from '../../desk/wire'
import type { Language } from '../../i18n'
import { languages, useT } from '../../i18n'
import { Button, describe, duration, TextField } from '../../shared'
import css from './Login.module.css'

interface Props {
  login: Api['login']
  onLogin: (me: Me) => void
  /** The session ended by itself: say so. */
  ended: boolean
  onLanguage: (language: Language) => void
}

export function Login({ login, onLogin, ended, onLanguage }: Props) {
  const t = useT()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [lockedUntil, setLockedUntil] = useState(0)
  const left = useSecondsUntil(lockedUntil)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (busy || left > 0) return
    setBusy(true)
    setError(null)
    try {
      onLogin(await login({ login: name.trim(), password }))
    } catch (problem) {
      setError(problem)
      if (problem instanceof ApiError && problem.status === 429) setLockedUntil(Date.now() + (problem.retryAfter ?? 30) * 1_000)
      setBusy(false)
    }
  }

  const problem = left > 0 ? t('login.locked', { left: duration(left) }) : error ? reason(error, t) : ''
  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={(event) => void submit(event)}>
        <div className={css.brand}>
          <img src="./icon.svg" alt="" width={36} height={36} />
          <span>{t('app.name')}</span>
        </div>
        <h1>{t('login.title')}</h1>
        {ended && <p className="notice warn">{t('login.ended')}</p>}
        <TextField label={t('login.name')} value={name} onChange={setName} autoComplete="username" autoFocus isRequired />
        <TextField
          label={t('login.password')} value={password} onChange={setPassword} type="password"
          autoComplete="current-password" isRequired
        />
        <p role="alert" className={problem ? 'notice bad' : 'unseen'}>
          {problem}
        </p>
        <Button kind="primary" type="submit" isDisabled={busy || left > 0}>
          {busy ? t('login.busy') : t('login.submit')}
        </Button>
        <Languages onLanguage={onLanguage} />
      </form>
    </main>
  )
}

function Languages({ onLanguage }: { onLanguage: (language: Language) => void }) {
  const t = useT()
  return (
    <div className={css.languages} role="group" aria-label={t('login.language')}>
      {languages.map(({ id, name }) => (
        <button key={id} type="button" lang={id} aria-pressed={t.language === id} onClick={() => onLanguage(id)}>
          {name}
        </button>
      ))}
    </div>
  )
}

function reason(error: unknown, t: ReturnType<typeof useT>): string {
  if (error instanceof ApiError && error.status === 401) return t('login.wrong')
  if (error instanceof ApiError && error.status === 403) return t('login.disabled')
  return describe(error, t)
}

/** The page has no server time yet; a lock-out is a span, so the machine's own clock will do. */
function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (moment <= Date.now()) return undefined
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [moment])
  return Math.max(0, Math.ceil((moment - now) / 1_000))
}
