// A text that no contact asks for: SMS, or WhatsApp by an agreed template. What is written is kept at the hub.
import { useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { ApiError } from '../../desk/api'
import type { KeptNewText, SenderChoice, TextStandingView } from '../../desk/wire'
import { Blank, Button, deskPath, describe, isMac, keyLabel, names, Select, TextField, useApi, useLoad, useT, useWhere } from '../../shared'
import { Attachments } from './Attachments'
import { useAttached } from './files'
import type { Attached } from './files'
import { Kept } from './NewMailPage'
import { blankText, fileFlaw, fromKept, isBlankText, textGist, textTo, toKeep } from './newText'
import type { FreshText, InTheWay } from './newText'
import { NEW_TEXT, split } from './sheets'
import { Filling } from './Templates'
import { useNewSheet } from './useNewSheet'
import { useSendText } from './useSendText'
import { useStanding } from './useStanding'
import { Drop, FileLimits, Parts, Picker, sends, useTaking } from './Writer'
import css from './NewMail.module.css'

export function NewTextPage({ customerId }: { customerId: string | undefined }) {
  const t = useT()
  const api = useApi()
  const loaded = useLoad(`new text ${customerId ?? ''}`, () =>
    Promise.all([api.newTextDrafts(), api.senderChoices(), customerId ? api.customer(customerId) : null]),
  )
  if (loaded.error !== null) return <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>
  if (!loaded.value) return null
  const [drafts, choices, customer] = loaded.value
  if (!choices[0]) return <Blank title={t('new_text.none')}>{t('new_text.none.what')}</Blank>
  const { own, others } = split(drafts, NEW_TEXT)
  const before = own ? fromKept(own) : blankText
  const first = customer ? textTo(before, customer) : before
  // Begun for somebody else: that one stays where it is.
  const another = own !== null && first !== before
  return <Sheet key={customerId} first={first} own={another ? null : own} others={another ? drafts : others} choices={choices} or={choices[0]} />
}

interface SheetProps {
  first: FreshText
  /** What `first` was read from. */
  own: KeptNewText | null
  others: readonly KeptNewText[]
  choices: readonly SenderChoice[]
  or: SenderChoice
}

function Sheet({ first, own, others, choices, or }: SheetProps) {
  const t = useT()
  const [fresh, setFresh] = useState(first)
  const { state, keep, beside, turn } = useNewSheet(NEW_TEXT, own, others, useApi().saveNewTextDraft)
  const files = useAttached(NEW_TEXT)
  const { over, take, dropping } = useTaking(NEW_TEXT)
  const change = (fields: Partial<FreshText>) => {
    const next = { ...fresh, ...fields }
    setFresh(next)
    keep(toKeep(next), isBlankText(next))
  }
  const turnTo = (kept: KeptNewText | null) => {
    const next = kept ? fromKept(kept) : { ...blankText, sender: fresh.sender }
    setFresh(next)
    turn(kept, toKeep(next))
  }
  const discard = () => change({ ...blankText, sender: fresh.sender })
  const { send, busy, error } = useSendText(discard)
  const sender = choices.find((one) => one.id === fresh.sender) ?? or
  const { standing, way } = useStanding(sender.id, fresh.number)
  const flaw = (field: string) => (error?.fields[field] ? t.word('flaw', error.fields[field]) : null)
  const movable = !isBlankText(fresh) && files.length === 0
  return (
    <div className={names(css.page, over && css.over)} {...dropping}>
      <div className={css.head}>
        <h1 className={css.title}>{t('new_text.title')}</h1>
        <Button kind="plain" icon="plus" isDisabled={!movable} onPress={() => turnTo(null)}>{t('new_text.another')}</Button>
      </div>
      <Others of={files.length ? [] : beside} onTurn={turnTo} />
      <Select
        label={t('new_text.from')} value={sender.id} onChange={(id) => change({ sender: id })}
        choices={choices.map((one) => ({ id: one.id, name: `${t.word('channel', one.kind)} ${one.name ? `${one.name} ${one.number}` : one.number}` }))}
      />
      <TextField
        label={t('new_text.to')} description={t('new_text.to.what')} value={fresh.number} maxLength={40} error={flaw('number')}
        autoFocus={!fresh.number} onChange={(number) => change({ number, customerId: number === first.number ? fresh.customerId : null })}
      />
      <Way standing={standing} way={way} />
      <Writing
        sender={sender} way={way} fresh={fresh} files={files} busy={busy} flaw={flaw('text')} take={take} over={over}
        onText={(text) => change({ text })}
        onSend={(text, use) => send({ ...fresh, sender: sender.id, text }, use ? [] : files, use)}
        foot={<><Button kind="plain" isDisabled={isBlankText(fresh)} onPress={discard}>{t('new_mail.discard')}</Button><Kept state={state} /></>}
      />
      <Trouble error={error} />
    </div>
  )
}

/** A text in each window, and those of windows that are gone. */
function Others({ of, onTurn }: { of: readonly KeptNewText[]; onTurn: (draft: KeptNewText) => void }) {
  const t = useT()
  if (!of.length) return null
  return (
    <section className={css.others} aria-label={t('new_text.others')}>
      <h2 className="small quiet">{t('new_text.others')}</h2>
      {of.map((draft) => (
        <p key={draft.sheet}>
          <bdi className="ellipsis">{textGist(draft)}</bdi>
          <Button onPress={() => onTurn(draft)}>{t('new_mail.turn')}</Button>
        </p>
      ))}
    </section>
  )
}

/** Why nothing can be written there now, said before a word is. */
function Way({ standing, way }: { standing: TextStandingView | null; way: InTheWay | null }) {
  const t = useT()
  const [, go] = useWhere()
  if (way === 'open_already') {
    const there = standing?.open ?? ''
    return <p className="notice bad" role="status">{t('error.open_already')} <Button onPress={() => go(deskPath(there))}>{t('new_text.open')}</Button></p>
  }
  if (way) return <p className={names('notice', way === 'opted_out' && 'bad')} role="status">{t(`composer.${way}`)}</p>
  const unreachable = standing?.texting?.unreachable
  return <div role="status">{unreachable && <p className="notice">{t.word('send_error', unreachable)} {t('texts.unreachable')}</p>}</div>
}

interface WritingProps {
  sender: SenderChoice
  way: InTheWay | null
  fresh: FreshText
  files: readonly Attached[]
  busy: boolean
  flaw: string | null
  take: (files: FileList | null) => boolean
  over: boolean
  onText: (text: string) => void
  onSend: Send
  foot: ReactNode
}

type Send = (text: string, use?: Parameters<Parameters<typeof Filling>[0]['onSend']>[1]) => void

function Writing({ sender, way, fresh, onSend, busy, ...more }: WritingProps) {
  const t = useT()
  const [chosen, setChosen] = useState('')
  const barred = way === 'opted_out' || way === 'open_already'
  const only = way === 'window_closed'
  const template = templateOf(sender, chosen, only)
  if (only && !template) return <p className="notice bad">{t('texts.no_templates')}</p>
  return (
    <>
      <How sender={sender} value={template?.id ?? FREELY} only={only} onChange={setChosen} />
      {template ? (
        <div className={css.agreed}><Filling key={template.id} template={template} busy={busy || barred} onSend={onSend} /></div>
      ) : (
        <Freely kind={sender.kind} fresh={fresh} busy={busy} barred={barred} onSend={onSend} {...more} />
      )}
    </>
  )
}

/** The one that was chosen; where nothing else may be sent, the first. */
const templateOf = (sender: SenderChoice, chosen: string, only: boolean) =>
  sender.templates.find((one) => one.id === chosen) ?? (only ? sender.templates[0] : undefined)

function How({ sender, value, only, onChange }: { sender: SenderChoice; value: string; only: boolean; onChange: (id: string) => void }) {
  const t = useT()
  if (!sender.templates.length) return null
  const free = only ? [] : [{ id: FREELY, name: t('new_text.free') }]
  return (
    <Select
      label={t('new_text.how')} value={value} onChange={(id) => onChange(id === FREELY ? '' : id)}
      choices={[...free, ...sender.templates.map((one) => ({ id: one.id, name: t.name(one.name) }))]}
    />
  )
}

interface FreelyProps extends Omit<WritingProps, 'sender' | 'way'> {
  kind: SenderChoice['kind']
  barred: boolean
}

function Freely({ kind, fresh, files, busy, barred, flaw, take, over, onText, onSend, foot }: FreelyProps) {
  const t = useT()
  const wrong = fileFlaw(kind, files)
  const ready = !busy && !barred && !wrong && files.every((file) => file.id)
  const submit = () => ready && onSend(fresh.text)
  const onKey = (event: KeyboardEvent) => {
    if (!sends(event, false)) return
    event.preventDefault()
    submit()
  }
  return (
    <div className={css.freely} onKeyDown={onKey} onPaste={(event) => take(event.clipboardData.files) && event.preventDefault()}>
      <TextField
        label={t('new_text.text')} rows={5} value={fresh.text} maxLength={1600} error={flaw} autoFocus={Boolean(fresh.number)}
        onChange={onText}
      />
      {over && <Drop />}
      <Attachments of={NEW_TEXT} files={files} />
      <FileLimits kind={kind} files={files} />
      <div className={css.bar}>
        <Picker onPick={take} />
        {foot}
        {kind === 'sms' && fresh.text && <Parts text={fresh.text} />}
        <span className={css.keys}>{keyLabel('Mod+Enter', isMac())}</span>
        <Button kind="primary" icon="send" onPress={submit} isDisabled={!ready}>{t('new_text.send')}</Button>
      </div>
    </div>
  )
}

const FREELY = '-'

function Trouble({ error }: { error: ApiError | null }) {
  const t = useT()
  const [, go] = useWhere()
  if (!error || error.fields.number || error.fields.text) return null
  const there = error.code === 'open_already' ? error.fields.interaction_id : undefined
  const field = there ? undefined : Object.values(error.fields)[0]
  return (
    <p className="notice bad" role="alert">
      {field ? t.word('flaw', field) : describe(error, t)} {there && <Button onPress={() => go(deskPath(there))}>{t('new_text.open')}</Button>}
    </p>
  )
}
