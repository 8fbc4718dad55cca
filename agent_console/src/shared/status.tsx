// Short notices at the foot of the screen, announced politely once.
import { createContext, useCallback, useContext, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { ApiError } from '../desk/api'
import { useT } from '../i18n'
import type { Translate } from '../i18n'
import { Button } from './ui'

interface Notice {
  id: number
  text: string
}

export interface Tell {
  (text: string): void
  /** Says what went wrong and what to do. */
  failure: (error: unknown) => void
}

const Context = createContext<Tell>(Object.assign(() => undefined, { failure: () => undefined }))
const SHOWN_MS = 7_000
let last = 0

/** What went wrong, in the agent's language where the code is known, else in the hub's own words. */
export function describe(error: unknown, t: Translate): string {
  if (!(error instanceof ApiError)) return t('error.broken')
  return flawOf(error, t) ?? describeCode(error.code, t, error.message)
}

/** What is wrong with what was entered, where it is known in words. */
function flawOf(error: ApiError, t: Translate): string | undefined {
  if (error.code !== 'invalid') return undefined
  return Object.values(error.fields).map((flaw) => describeFlaw(flaw, t)).find((words) => words !== null) ?? undefined
}

function describeFlaw(flaw: string, t: Translate): string | null {
  const known = t.word('flaw', flaw)
  return known === flaw.replaceAll('_', ' ') ? null : known
}

/** Words for a code of an error; `otherwise` where none are known. */
export function describeCode(code: string, t: Translate, otherwise?: string): string {
  const known = t.word('error', code)
  return known === code.replaceAll('_', ' ') ? (otherwise ?? known) : known
}

export function StatusProvider({ children }: { children: ReactNode }) {
  const t = useT()
  const [notices, setNotices] = useState<readonly Notice[]>([])
  const close = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), [])
  const tell = useMemo(() => {
    const say = (text: string) => {
      const id = ++last
      setNotices((all) => [...all.slice(-2), { id, text }])
      setTimeout(() => close(id), SHOWN_MS)
    }
    return Object.assign(say, { failure: (error: unknown) => say(describe(error, t)) })
  }, [close, t])
  return (
    <Context value={tell}>
      {children}
      <div className="toasts" role="status">
        {notices.map((notice) => (
          <div key={notice.id} className="toast">
            <span>{notice.text}</span>
            <Button onPress={() => close(notice.id)}>{t('action.close')}</Button>
          </div>
        ))}
      </div>
    </Context>
  )
}

export const useTell = (): Tell => useContext(Context)
