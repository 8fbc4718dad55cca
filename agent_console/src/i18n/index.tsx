// Two languages from the first screen on. Keys and their parameters are typed: what is missing does not compile.
import { createContext, useContext, useMemo } from 'react'
import type { ReactNode } from 'react'
import { en } from './messages.en'
import { zh } from './messages.zh'
import { callsEn } from './calls.en'
import { callsZh } from './calls.zh'
import { mailEn } from './mail.en'
import { mailZh } from './mail.zh'
import { mailboxesEn } from './mailboxes.en'
import { mailboxesZh } from './mailboxes.zh'
import { policyEn } from './policy.en'
import { policyZh } from './policy.zh'
import { policyWordsEn } from './policyWords.en'
import { policyWordsZh } from './policyWords.zh'
import { recordingsEn } from './recordings.en'
import { recordingsZh } from './recordings.zh'
import { textsEn } from './texts.en'
import { textsZh } from './texts.zh'
import { phoneEn } from './phone.en'
import { phoneZh } from './phone.zh'
import { twilioEn } from './twilio.en'
import { twilioZh } from './twilio.zh'
import { promisesEn } from './promises.en'
import { promisesZh } from './promises.zh'
import { simulateEn } from './simulate.en'
import { simulateZh } from './simulate.zh'
import { viewsEn } from './views.en'
import { viewsZh } from './views.zh'

export type { Data, Touch } from './messages.en'
export type { Found } from './policyWords.en'
export type Language = 'en' | 'zh-Hans'

const english = { ...en, ...viewsEn, ...mailEn, ...mailboxesEn, ...promisesEn, ...policyEn, ...policyWordsEn, ...textsEn, ...callsEn, ...twilioEn, ...phoneEn, ...recordingsEn, ...simulateEn }
export type Messages = { [K in keyof typeof english]: (typeof english)[K] extends string ? string : (typeof english)[K] }
export type Key = keyof Messages
const chinese: Messages = { ...zh, ...viewsZh, ...mailZh, ...mailboxesZh, ...promisesZh, ...policyZh, ...policyWordsZh, ...textsZh, ...callsZh, ...twilioZh, ...phoneZh, ...recordingsZh, ...simulateZh }
export const messages: Record<Language, Messages> = { en: english, 'zh-Hans': chinese }
export const languages: readonly { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh-Hans', name: '简体中文' },
]

type Parameters_<K extends Key> = Messages[K] extends (parameters: infer P) => string ? [parameters: P] : []

export interface Translate {
  <K extends Key>(key: K, ...parameters: Parameters_<K>): string
  /** The word for a code of the hub, e.g. `t.word('state', 'queued')`; the bare code where no word is known. */
  word: (group: string, code: string) => string
  /** The name in this language, of something that an administrator named in several. */
  name: (names: Readonly<Record<string, string>>) => string
  language: Language
}

export function translator(language: Language): Translate {
  const table = messages[language]
  const t = (key: Key, parameters?: unknown): string => {
    const message: unknown = table[key]
    return typeof message === 'function' ? (message as (parameters: unknown) => string)(parameters) : String(message)
  }
  const word = (group: string, code: string): string => {
    const found: unknown = Reflect.get(table, `${group}.${code}`)
    return typeof found === 'string' ? found : code.replaceAll('_', ' ')
  }
  const name = (names: Readonly<Record<string, string>>): string =>
    names[language] ?? names.en ?? Object.values(names)[0] ?? ''
  // a function's own `name` can be redefined, but not assigned
  return Object.defineProperties(t, { word: { value: word }, name: { value: name }, language: { value: language } }) as unknown as Translate
}

const Context = createContext<Translate>(translator('en'))

export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  const t = useMemo(() => translator(language), [language])
  return <Context value={t}>{children}</Context>
}

export const useT = (): Translate => useContext(Context)

const STORED = 'language'

/** What was chosen here before, else what the browser prefers. */
export function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'en' || stored === 'zh-Hans') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en'
}

/** The account's language, where nothing was chosen in this browser; else null. */
export function accountLanguage(language: string): Language | null {
  if (localStorage.getItem(STORED)) return null
  return languages.find(({ id }) => id === language)?.id ?? null
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORED, language)
}
