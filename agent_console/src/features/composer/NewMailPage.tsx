// A mail that no contact asks for. What is written is kept at the hub, and found again in any browser.
import { useEffect, useMemo, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { MailboxChoice, NewMailDraft } from '../../desk/wire'
import { Blank, Button, describe, isMac, keyLabel, names, Select, useApi, useLoad, useT } from '../../shared'
import { Attachments } from './Attachments'
import css from './NewMail.module.css'
import { createKeeper } from './drafts'
import { useAttached } from './files'
import { problemOf } from './letter'
import { MailFoot } from './MailFoot'
import { MailHead } from './MailHead'
import { addressedTo, blank, flawOf, fromDraft, isBlank, mailboxOf, toDraft } from './newMail'
import type { Fresh } from './newMail'
import { FILES, useSendNew } from './useSendNew'
import { Drop, Picker, sends, useTaking } from './Writer'

interface Props {
  /** Customer from whose page it was opened. */
  customerId: string | undefined
}

export function NewMailPage({ customerId }: Props) {
  const t = useT()
  const api = useApi()
  const loaded = useLoad(`new mail ${customerId ?? ''}`, () =>
    Promise.all([api.newMailDraft(), api.mailboxChoices(), customerId ? api.customer(customerId) : null]),
  )
  if (loaded.error !== null) return <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>
  if (!loaded.value) return null
  const [draft, choices, customer] = loaded.value
  if (!choices.length) return <Blank title={t('new_mail.none')}>{t('new_mail.none.what')}</Blank>
  const before = fromDraft(draft)
  const address = customer?.addresses.find((one) => one.kind === 'email')?.value ?? ''
  const first = customer ? addressedTo(before, { id: customer.id, name: customer.name, address }) : before
  return <Sheet key={customerId} first={first} choices={choices} />
}

function Sheet({ first, choices }: { first: Fresh; choices: readonly MailboxChoice[] }) {
  const t = useT()
  const [fresh, setFresh] = useState(first)
  const { state, keep } = useKept()
  const files = useAttached(FILES)
  const { over, take, dropping } = useTaking(FILES)
  const { id: mailbox, signature } = mailboxOf(fresh, choices) ?? NOWHERE
  const clear = () => setFresh({ ...blank, mailbox: fresh.mailbox })
  const discard = () => {
    clear()
    keep(toDraft(blank), true) // over what may still wait to be kept
  }
  const { send, busy, flaw, doubt, error } = useSendNew(discard)
  const change = (fields: Partial<Fresh>) => {
    const next = { ...fresh, ...fields }
    setFresh(next)
    keep(toDraft(next), isBlank(next))
  }
  const submit = () => {
    if (!busy) send(fresh, mailbox)
  }
  const onKey = (event: KeyboardEvent) => {
    if (!sends(event, false)) return
    event.preventDefault()
    submit()
  }
  return (
    <div className={names(css.page, over && css.over)} {...dropping} onKeyDown={onKey}>
      <h1 className={css.title}>{t('new_mail.title')}</h1>
      <Select
        label={t('new_mail.from')} value={mailbox} onChange={(chosen) => change({ mailbox: chosen })}
        choices={choices.map((one) => ({ id: one.id, name: one.name ? `${one.name} <${one.address}>` : one.address }))}
      />
      <div className={css.sheet}>
        <MailHead
          isNew head={{ ...fresh, quote: false }} onChange={(edits) => change(edits)} known={[]} bad={NONE} focus={first.to.length ? null : 'to'}
          problem={flaw ? problemOf(fresh) : null}
        />
        <textarea
          dir="auto" rows={14} className={css.text} value={fresh.text} aria-label={t('new_mail.text')} placeholder={t('composer.mail.placeholder')}
          maxLength={20_000} onChange={(event) => change({ text: event.target.value })}
          onPaste={(event) => take(event.clipboardData.files) && event.preventDefault()}
        />
      </div>
      {over && <Drop />}
      <Attachments of={FILES} files={files} />
      <Trouble unwritten={flaw && flawOf(fresh, files.length) === 'unwritten'} error={error} />
      <MailFoot from={null} signature={signature} quote={null} hint={doubt && t(DOUBTS[doubt])} />
      <div className={css.bar}>
        <Picker onPick={take} />
        <Button kind="plain" isDisabled={isBlank(fresh)} onPress={discard}>{t('new_mail.discard')}</Button>
        <Kept state={state} />
        <span className={css.keys}>{keyLabel('Mod+Enter', isMac())}</span>
        <Button kind="primary" icon="send" onPress={submit} isDisabled={busy || files.some((file) => !file.id)}>{t('new_mail.send')}</Button>
      </div>
    </div>
  )
}

function Trouble({ unwritten, error }: { unwritten: boolean; error: string | null }) {
  const t = useT()
  return (
    <>
      {unwritten && <p className="notice bad" role="alert">{t('new_mail.unwritten')}</p>}
      {error && <p className="notice bad" role="alert">{error}</p>}
    </>
  )
}

function Kept({ state }: { state: keyof typeof STATES | null }) {
  const t = useT()
  return <span className={css.kept} role="status">{state && t(STATES[state])}</span>
}

const NOWHERE = { id: '', signature: '' }
const NONE: ReadonlyMap<string, string> = new Map()
const STATES = { waiting: 'new_mail.keeping', saved: 'new_mail.kept', failed: 'new_mail.not_kept' } as const
const DOUBTS = { no_subject: 'new_mail.no_subject', forgotten: 'composer.forgotten' } as const

/** Keeps the draft at the hub within two seconds, and when the page is left. */
function useKept() {
  const api = useApi()
  const [state, setState] = useState<keyof typeof STATES | null>(null)
  const keeper = useMemo(
    () => createKeeper<NewMailDraft>({
      save: (_, draft) => api.saveNewMailDraft(draft),
      later: (job, ms) => {
        const timer = setTimeout(job, ms)
        return () => clearTimeout(timer)
      },
      onState: setState,
    }),
    [api],
  )
  useEffect(() => {
    addEventListener('pagehide', keeper.flush)
    return () => {
      removeEventListener('pagehide', keeper.flush)
      keeper.flush()
    }
  }, [keeper])
  return { state, keep: (draft: NewMailDraft, now: boolean) => keeper.change('new', 'new', draft, now) }
}
