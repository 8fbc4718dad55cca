// A mail that no contact asks for. What is written is kept at the hub, and found again in any browser.
import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { KeptNewMail, MailboxChoice } from '../../desk/wire'
import { Blank, Button, describe, isMac, keyLabel, names, Select, useApi, useLoad, useT } from '../../shared'
import { Attachments } from './Attachments'
import css from './NewMail.module.css'
import { useAttached } from './files'
import { problemOf } from './letter'
import { MailFoot } from './MailFoot'
import { MailHead } from './MailHead'
import { addressedTo, blank, flawOf, fromDraft, gist, isBlank, mailboxOf, toDraft } from './newMail'
import type { Fresh } from './newMail'
import { NEW_MAIL, split } from './sheets'
import { useNewSheet } from './useNewSheet'
import type { KeptState } from './useNewSheet'
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
    Promise.all([api.newMailDrafts(), api.mailboxChoices(), customerId ? api.customer(customerId) : null]),
  )
  if (loaded.error !== null) return <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>
  if (!loaded.value) return null
  const [drafts, choices, customer] = loaded.value
  if (!choices.length) return <Blank title={t('new_mail.none')}>{t('new_mail.none.what')}</Blank>
  const { own, others } = split(drafts, NEW_MAIL)
  const before = own ? fromDraft(own) : blank
  const address = customer?.addresses.find((one) => one.kind === 'email')?.value ?? ''
  const first = customer ? addressedTo(before, { id: customer.id, name: customer.name, address }) : before
  return <Sheet key={customerId} first={first} own={own} others={others} choices={choices} />
}

interface SheetProps {
  first: Fresh
  /** What `first` was read from. */
  own: KeptNewMail | null
  others: readonly KeptNewMail[]
  choices: readonly MailboxChoice[]
}

function Sheet({ first, own, others, choices }: SheetProps) {
  const t = useT()
  const [fresh, setFresh] = useState(first)
  const { state, keep, beside, turn } = useNewSheet(NEW_MAIL, own, others, useApi().saveNewMailDraft)
  const files = useAttached(FILES)
  const { over, take, dropping } = useTaking(FILES)
  const { id: mailbox, signature } = mailboxOf(fresh, choices) ?? NOWHERE
  const discard = () => {
    setFresh({ ...blank, mailbox: fresh.mailbox })
    keep(toDraft(blank), true) // over what may still wait to be kept
  }
  const { send, busy, flaw, doubt, error } = useSendNew(discard)
  const change = (fields: Partial<Fresh>) => {
    const next = { ...fresh, ...fields }
    setFresh(next)
    keep(toDraft(next), isBlank(next))
  }
  const turnTo = (kept: KeptNewMail | null) => {
    const next = kept ? fromDraft(kept) : blank
    setFresh(next)
    turn(kept, toDraft(next))
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
      <Top isDisabled={!movable(fresh, files)} onAnother={() => turnTo(null)} />
      <Others of={files.length ? [] : beside} onTurn={turnTo} />
      <From value={mailbox} choices={choices} onChange={(chosen) => change({ mailbox: chosen })} />
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

function From({ value, choices, onChange }: { value: string; choices: readonly MailboxChoice[]; onChange: (id: string) => void }) {
  const t = useT()
  const shown = choices.map((one) => ({ id: one.id, name: one.name ? `${one.name} <${one.address}>` : one.address }))
  return <Select label={t('new_mail.from')} value={value} choices={shown} onChange={onChange} />
}

function Top({ isDisabled, onAnother }: { isDisabled: boolean; onAnother: () => void }) {
  const t = useT()
  return (
    <div className={css.head}>
      <h1 className={css.title}>{t('new_mail.title')}</h1>
      <Button kind="plain" icon="plus" isDisabled={isDisabled} onPress={onAnother}>{t('new_mail.another')}</Button>
    </div>
  )
}

/** Files are no part of a draft: with them, it stays until it is sent. */
const movable = (fresh: Fresh, files: readonly unknown[]): boolean => !isBlank(fresh) && files.length === 0

/** A mail in each window, and those of windows that are gone. */
function Others({ of, onTurn }: { of: readonly KeptNewMail[]; onTurn: (draft: KeptNewMail) => void }) {
  const t = useT()
  if (!of.length) return null
  return (
    <section className={css.others} aria-label={t('new_mail.others')}>
      <h2 className="small quiet">{t('new_mail.others')}</h2>
      {of.map((draft) => (
        <p key={draft.sheet}>
          <bdi className="ellipsis">{gist(draft)}</bdi>
          <Button onPress={() => onTurn(draft)}>{t('new_mail.turn')}</Button>
        </p>
      ))}
    </section>
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

export function Kept({ state }: { state: KeptState | null }) {
  const t = useT()
  return <span className={css.kept} role="status">{state && t(STATES[state])}</span>
}

const NOWHERE = { id: '', signature: '' }
const NONE: ReadonlyMap<string, string> = new Map()
const STATES = { waiting: 'new_mail.keeping', saved: 'new_mail.kept', failed: 'new_mail.not_kept' } as const
const DOUBTS = { no_subject: 'new_mail.no_subject', forgotten: 'composer.forgotten' } as const
