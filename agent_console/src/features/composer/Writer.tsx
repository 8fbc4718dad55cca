import { useEffect, useMemo, useRef, useState } from 'react'
import type { ClipboardEvent, DragEvent, KeyboardEvent } from 'react'
import type { Kind } from '../../desk/state'
import { Button, composing, isMac, keyLabel, names, usePreferences, useApi, useDeskParts, useT } from '../../shared'
import css from './Composer.module.css'
import { createDrafts } from './drafts'
import { attach, detachAll, useAttached } from './files'
import type { Attached } from './files'
import { Attachments } from './Attachments'

const MOST = 20_000
const WARN = 500
const TYPING_MS = 3_000

export function Writer({ id, kind, draft }: { id: string; kind: Kind; draft: string }) {
  const t = useT()
  const { enterSends } = usePreferences()
  const of = `${id} ${kind}`
  const files = useAttached(of)
  const [text, setText] = useText(id, kind, draft)
  const picker = useRef<HTMLInputElement>(null)
  const ready = isReady(text, files)
  const send = useSend(id, kind)
  const submit = () => {
    if (!ready) return
    send(text, files.flatMap((file) => (file.id ? [{ id: file.id, name: file.name }] : [])))
    detachAll(of)
    setText('')
  }
  const onKey = (event: KeyboardEvent) => {
    if (!sends(event, enterSends)) return
    event.preventDefault()
    submit()
  }
  const { over, take, dropping } = useTaking(of)
  return (
    <div className={names(css.writer, over && css.over)} {...dropping}>
      <textarea
        dir="auto" rows={3} value={text} onKeyDown={onKey} aria-label={t(placeholders[kind])} placeholder={t(placeholders[kind])}
        onChange={(event) => setText(event.target.value)}
        onPaste={(event: ClipboardEvent) => take(event.clipboardData.files) && event.preventDefault()}
      />
      {over && <p className={css.drop}>{t('composer.drop')}</p>}
      <Attachments of={of} files={files} />
      <div className={css.bar}>
        <input ref={picker} type="file" multiple hidden aria-label={t('composer.attach')} onChange={(event) => {
          take(event.target.files)
          event.target.value = ''
        }} />
        <Button kind="plain" icon="clip" aria-label={t('composer.attach')} onPress={() => picker.current?.click()} />
        <Length n={MOST - text.length} />
        <span className={css.keys}>{keyLabel(enterSends ? 'Enter' : 'Mod+Enter', isMac())}</span>
        <Button kind="primary" className={css.send} icon={kind === 'note' ? 'note' : 'send'} onPress={submit} isDisabled={!ready}>
          {t(`composer.${kind}.send`)}
        </Button>
      </div>
    </div>
  )
}

const isReady = (text: string, files: readonly Attached[]): boolean =>
  files.every((file) => file.id) && text.length <= MOST && (text.trim() !== '' || files.length > 0)

/** Files come by button, by paste and by being dropped. */
function useTaking(of: string) {
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
      event.preventDefault()
      setOver(true)
    },
  }
  return { over, take, dropping }
}

/** An Enter that ends the composing of characters sends nothing, and Alt+Enter belongs to offers. */
function sends(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || composing(event.nativeEvent) || event.altKey) return false
  return event.ctrlKey || event.metaKey || (enterSends && !event.shiftKey)
}

const placeholders = { reply: 'composer.reply.placeholder', note: 'composer.note.placeholder' } as const

function Length({ n }: { n: number }) {
  const t = useT()
  if (n > WARN) return null
  return <span className={n < 0 ? css.long : 'quiet small'}>{n < 0 ? t('composer.long', { n: -n }) : t('composer.left', { n })}</span>
}

/** The text, kept as a draft here and at the hub; the customer is told that somebody types. */
function useText(id: string, kind: Kind, draft: string): [string, (text: string) => void] {
  const { api, dispatch, typing } = useDeskParts()
  const [text, setText] = useState(draft)
  const told = useRef(0)
  const drafts = useMemo(
    () => createDrafts({ save: api.draft, later: (job, ms) => {
      const timer = setTimeout(job, ms)
      return () => clearTimeout(timer)
    } }),
    [api],
  )
  useEffect(() => {
    addEventListener('pagehide', drafts.flush)
    return () => {
      removeEventListener('pagehide', drafts.flush)
      drafts.flush()
      if (told.current) typing(id, false)
    }
  }, [drafts, id, typing])
  const write = (next: string) => {
    setText(next)
    dispatch({ type: 'drafted', id, kind, text: next })
    drafts.change(id, kind, next)
    if (kind === 'note') return
    if (next && Date.now() - told.current > TYPING_MS) {
      told.current = Date.now()
      typing(id, true)
    } else if (!next && told.current) {
      told.current = 0
      typing(id, false)
    }
  }
  return [text, write]
}

function useSend(id: string, kind: Kind) {
  const { outbox } = useDeskParts()
  return (text: string, files: readonly { id: string; name: string }[]) => outbox.send(id, kind, text, files)
}
