import { useEffect, useRef, useState } from 'react'
import type { ClipboardEvent, DragEvent, KeyboardEvent, ReactNode } from 'react'
import type { Kind, Returned } from '../../desk/state'
import type { KeptDraft, MailDraft, TextingView } from '../../desk/wire'
import { Button, composing, goTo, Icon, isMac, keyLabel, names, segmentsOf, usePreferences, useApi, useDeskParts, useT } from '../../shared'
import css from './Composer.module.css'
import { attach, detachAll, useAttached } from './files'
import type { Attached } from './files'
import { Attachments } from './Attachments'
import { fileFlaw } from './newText'
import { fromWire, shown } from './recipients'
import { useSeen } from './useSeen'
import type { Seen } from './useSeen'
import type { WireSheet } from './sheets'
import { useText } from './useText'
import type { Written as Writing } from './useText'

const MOST = 20_000
const WARN = 500

/** What makes of a text a mail. */
export interface Mailing {
  /** Kept with the text; null for what the hub proposes anyway. */
  draft: MailDraft | null
  /** Whether these recipients and this subject say the same. */
  alike: (draft: MailDraft | null) => boolean
  /** Takes in who else gets it. */
  join: (draft: MailDraft | null) => void
  /** As it is sent, or null where something is wrong, which is shown then. */
  ready: (text: string, files: number) => MailDraft | null
  onSent: () => void
  /** What the text begins with, which alone is no answer. */
  template: string
  /** What is forwarded speaks for itself. */
  mayBeEmpty: boolean
  head: ReactNode
  foot: ReactNode
}

interface Props {
  id: string
  kind: Kind
  kept: readonly KeptDraft[]
  name: string
  back: Returned | null
  onTaken: () => void
  mailing?: Mailing | undefined
  /** Where it is a text to a telephone: shorter, and counted by parts. */
  texting: TextingView | null
}

export function Writer(props: Props) {
  const { id, kind, kept, name, back, onTaken, mailing, texting } = props
  const limits = limitsOf(texting)
  const enterSends = usePreferences().enterSends && !mailing // a letter has paragraphs
  const of = `${id} ${kind}`
  const files = useAttached(of)
  const { text, write, on, elsewhere } = useText({ id, kind, kept, mailing, back, onTaken })
  const seen = useSeen(id, text)
  const ready = isReady(text, files, limits, mailing)
  const submit = useSubmit(props, { text, files, seen: seen.seen, on, clear: () => write('') })
  const onKey = (event: KeyboardEvent) => {
    if (!sends(event, enterSends && event.target instanceof HTMLTextAreaElement)) return
    event.preventDefault()
    if (ready) submit()
  }
  const { over, take, dropping } = useTaking(of)
  return (
    <div className={names(css.writer, over && css.over)} {...dropping} onKeyDown={onKey}>
      {mailing && <Meanwhile seen={seen} name={name} />}
      {elsewhere && <Elsewhere {...elsewhere} onJoin={mailing?.join} />}
      {mailing?.head}
      <Words kind={kind} isMail={Boolean(mailing)} text={text} onText={write} onFiles={take} autoFocus={back !== null} />
      {over && <Drop />}
      <Attachments of={of} files={files} />
      <FileLimits kind={limits.kind} files={files} />
      {mailing?.foot}
      <Bar kind={kind} onPick={take} text={text} limits={limits} keys={enterSends ? 'Enter' : 'Mod+Enter'} submit={submit} ready={ready} />
    </div>
  )
}

interface WordsProps {
  kind: Kind
  isMail: boolean
  text: string
  onText: (text: string) => void
  onFiles: (files: FileList) => boolean
  autoFocus: boolean
}

function Words({ kind, isMail, text, onText, onFiles, autoFocus }: WordsProps) {
  const t = useT()
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => { // what there is already, a template or a draft, is written on
    const end = field.current?.value.length ?? 0
    field.current?.setSelectionRange(end, end)
  }, [])
  const label = t(isMail ? 'composer.mail.placeholder' : placeholders[kind])
  return (
    <textarea
      ref={field} dir="auto" rows={isMail ? 5 : 3} value={text} aria-label={label} placeholder={label} autoFocus={autoFocus}
      onChange={(event) => onText(event.target.value)}
      onPaste={(event: ClipboardEvent) => onFiles(event.clipboardData.files) && event.preventDefault()}
    />
  )
}

export function Drop() {
  const t = useT()
  return <p className={css.drop}>{t('composer.drop')}</p>
}

interface Limits {
  /** Characters. */
  longest: number
  /** Whether it is paid for by parts. */
  parts: boolean
  /** Of a text to a telephone. */
  kind: TextingView['kind'] | null
}

const limitsOf = (texting: TextingView | null): Limits =>
  texting ? { longest: texting.longest, parts: texting.kind === 'sms', kind: texting.kind } : { longest: MOST, parts: false, kind: null }

interface BarProps {
  kind: Kind
  onPick: (files: FileList | null) => void
  text: string
  limits: Limits
  keys: string
  submit: () => void
  ready: boolean
}

function Bar({ kind, onPick, text, limits, keys, submit, ready }: BarProps) {
  const t = useT()
  return (
    <div className={css.bar}>
      <Picker onPick={onPick} />
      {limits.parts && text && <Parts text={text} />}
      <Length n={limits.longest - text.length} />
      <span className={css.keys}>{keyLabel(keys, isMac())}</span>
      <Button kind="primary" className={css.send} icon={kind === 'note' ? 'note' : 'send'} onPress={submit} isDisabled={!ready}>
        {t(`composer.${kind}.send`)}
      </Button>
    </div>
  )
}

interface Written {
  text: string
  files: readonly Attached[]
  seen: number
  on: () => WireSheet
  clear: () => void
}

/** Hands over what is ready to be sent; where something is wrong with a mail, it stays and says so. */
function useSubmit({ id, kind, mailing }: Props, { text, files, seen, on, clear }: Written): () => void {
  const { outbox } = useDeskParts()
  return () => {
    const mail = mailing?.ready(text, files.length)
    if (mail === null) return
    outbox.send(id, kind, text, uploaded(files), { ...(mail && { mail, seen }), sheet: on() })
    detachAll(`${id} ${kind}`)
    clear()
    mailing?.onSent()
  }
}

export const uploaded = (files: readonly Attached[]): { id: string; name: string }[] =>
  files.flatMap((file) => (file.id ? [{ id: file.id, name: file.name }] : []))

/** Said as soon as it is known, so that nobody finishes an answer to what is no longer the question. */
function Meanwhile({ seen, name }: { seen: Seen; name: string }) {
  const t = useT()
  const first = seen.missed[0]
  return (
    <div role="status">
      {first && (
        <p className={css.meanwhile}>
          <Icon name="alert" size={14} />
          <span className="ellipsis">{t('mail.stale.short', { name: name || t('inbox.unknown') })}: <bdi>{first.text}</bdi></span>
          <Button onPress={() => {
            seen.read()
            goTo(first.id)
          }}>{t('mail.stale.look')}</Button>
        </p>
      )}
    </div>
  )
}

/** Two windows of one agent: neither text is lost, and he decides. */
function Elsewhere({ draft, alike, keep, join, onJoin }: NonNullable<Writing['elsewhere']> & { onJoin: Mailing['join'] | undefined }) {
  const t = useT()
  const to = alike ? [] : fromWire(draft.mail?.to)
  return (
    <div className={css.elsewhere} role="alert">
      <p><Icon name="alert" size={14} /> {t('draft.elsewhere')}</p>
      {to.length > 0 && <p className="small">{t('mail.field.to')}: <bdi>{to.map(shown).join(', ')}</bdi></p>}
      {draft.text && <blockquote dir="auto" tabIndex={0}>{draft.text}</blockquote>}
      <p className={css.choices}>
        <Button onPress={() => {
          onJoin?.(draft.mail)
          join()
        }}>{t('draft.join')}</Button>
        <Button onPress={keep}>{t('draft.keep')}</Button>
      </p>
    </div>
  )
}

export function Picker({ onPick }: { onPick: (files: FileList | null) => void }) {
  const t = useT()
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <input ref={picker} type="file" multiple hidden aria-label={t('composer.attach')} onChange={(event) => {
        onPick(event.target.files)
        event.target.value = ''
      }} />
      <Button kind="plain" icon="clip" aria-label={t('composer.attach')} onPress={() => picker.current?.click()} />
    </>
  )
}

function isReady(text: string, files: readonly Attached[], { longest, kind }: Limits, mailing: Mailing | undefined): boolean {
  if (kind && fileFlaw(kind, files)) return false
  const written = text.trim() !== '' && text.trim() !== mailing?.template.trim()
  return files.every((file) => file.id) && text.length <= longest && (written || files.length > 0 || mailing?.mayBeEmpty === true)
}

/** What goes along with a text, and whether this does. */
export function FileLimits({ kind, files }: { kind: TextingView['kind'] | null; files: readonly Attached[] }) {
  const t = useT()
  if (!kind || !files.length) return null
  const wrong = fileFlaw(kind, files) !== null
  return <p className={wrong ? 'notice bad' : 'quiet small'} role={wrong ? 'alert' : undefined}>{t(`texts.files.${kind}`)}</p>
}

/** Files come by button, by paste and by being dropped. */
export function useTaking(of: string) {
  const t = useT()
  const api = useApi()
  const [over, setOver] = useState(false)
  const take = (list: FileList | null): boolean => {
    if (!list?.length) return false
    attach(of, list, api, t)
    return true
  }
  const dropping = {
    onDrop: (event: DragEvent) => {
      setOver(false)
      if (take(event.dataTransfer.files)) event.preventDefault()
    },
    onDragLeave: () => setOver(false),
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes('Files')) return // text that is moved about is the field's own matter
      event.preventDefault()
      setOver(true)
    },
  }
  return { over, take, dropping }
}

/** An Enter that ends the composing of characters sends nothing, and Alt+Enter belongs to offers. */
export function sends(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || composing(event.nativeEvent) || event.altKey) return false
  return event.ctrlKey || event.metaKey || (enterSends && !event.shiftKey)
}

const placeholders = { reply: 'composer.reply.placeholder', note: 'composer.note.placeholder' } as const

/** How many SMS it is by now. */
export function Parts({ text }: { text: string }) {
  const t = useT()
  const { segments, left, encoding } = segmentsOf(text)
  const what = t('texts.segments.what', { n: segments, left, wide: encoding === 'UCS-2' })
  return <span className="quiet small" title={what}><span aria-hidden="true">{t('texts.segments', { n: segments })} · {left}</span><span className="unseen">{what}</span></span>
}

function Length({ n }: { n: number }) {
  const t = useT()
  if (n > WARN) return null
  return <span className={n < 0 ? css.long : 'quiet small'}>{n < 0 ? t('composer.long', { n: -n }) : t('composer.left', { n })}</span>
}
