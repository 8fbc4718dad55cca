// What is being written: kept as a draft here and at the hub; the customer is told that somebody types.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Kind, Returned } from '../../desk/state'
import type { KeptDraft, MailDraft } from '../../desk/wire'
import { useDeskParts } from '../../shared'
import { createKeeper } from './drafts'
import { reattach } from './files'
import { keyOf, saveOn, split, takeOver, wireSheet } from './sheets'
import type { WireSheet } from './sheets'
import { later, useKept } from './useKept'

const TYPING_MS = 3_000

interface Given {
  id: string
  kind: Kind
  /** All that the hub keeps of this kind, the newest first. */
  kept: readonly KeptDraft[]
  /** Undefined where it is no mail. */
  mailing: Lettered | undefined
  /** A message that comes back to be written on. */
  back: Returned | null
  onTaken: () => void
}

interface Lettered {
  /** Recipients and subject, which are kept with the text; null for what the hub proposes anyway. */
  draft: MailDraft | null
  /** Whether these say the same. */
  alike: (draft: MailDraft | null) => boolean
  /** What the writing begins with where there is no draft. */
  template: string
}

export interface Written {
  text: string
  write: (text: string) => void
  /** The sheet that this stands on, when it is sent. */
  on: () => WireSheet
  /** What the same agent has written in another window meanwhile. */
  elsewhere: { draft: KeptDraft; alike: boolean; keep: () => void; join: () => void } | null
}

interface Words {
  text: string
  mail?: MailDraft | null
}

const CHAT = { draft: undefined, alike: (mail: MailDraft | null) => mail === null, template: '' }

export function useText({ id, kind, kept, mailing, back, onTaken }: Given): Written {
  const { dispatch } = useDeskParts()
  const { draft: mail, alike, template } = mailing ?? CHAT
  const key = keyOf(id, kind)
  const [{ own, others: beside }] = useState(() => split(kept, key))
  const [text, setText] = useState(() => (back ? together(back.text, own?.text ?? '') : own?.text || template))
  const [others, setOthers] = useState(beside)
  const keep = useKeeping(id, kind, setOthers)
  // what stands here as well is no other text
  const said = others.filter((one) => text.includes(one.text) && (one.mail === null || alike(one.mail)))
  const loose = others.filter((one) => !said.includes(one))
  const on = () => {
    takeOver(key, own ? [own, ...said] : said)
    return wireSheet(key)
  }
  const change = (next: string, left = loose) => {
    const { sheet } = on()
    const mine = next || mail ? [{ sheet, version: 0, saved_at: '', text: next, mail: mail ?? null }] : []
    dispatch({ type: 'drafted', id, kind, drafts: [...mine, ...left] })
    keep(mail === undefined ? { text: next } : { text: next, mail })
  }
  useTaken({ id, kind, back, onTaken, keep: () => change(text) })
  useChanged(mail, () => change(text))
  const tell = useTyping(id, kind)
  const write = (next: string, left = loose) => {
    setText(next)
    setOthers(left)
    change(next, left)
    tell(next)
  }
  const [draft, ...rest] = loose
  const settle = (next: string) => {
    if (draft) takeOver(key, [draft])
    write(next, rest)
  }
  const blank = !mail && (!text.trim() || text === template)
  const elsewhere = !draft || blank ? null : {
    draft, alike: draft.mail === null || alike(draft.mail), keep: () => settle(text), join: () => settle(together(draft.text, text)),
  }
  return { text, write: (next) => write(next), on, elsewhere }
}

/** Saves on this window's sheet, and tells what lies on others. */
function useKeeping(id: string, kind: Kind, onOthers: (others: readonly KeptDraft[]) => void) {
  const { api } = useDeskParts()
  const keeper = useMemo(() => {
    const key = keyOf(id, kind)
    return createKeeper<Words>({
      save: async (_, words) => onOthers(await saveOn(key, wireSheet(key), (on) => api.draft(id, { kind, ...words, ...on }))),
      later,
    })
  }, [api, id, kind, onOthers])
  useKept(keeper)
  return (words: Words) => keeper.change(keyOf(id, kind), id, words, !words.text && !words.mail)
}

/** What comes back, before what has been begun since; the hub may have made a draft of it already. */
const together = (back: string, draft: string): string => (draft.includes(back) ? draft : [back, draft].filter(Boolean).join('\n\n'))

/** What came back is in the composer from now on, with its files. */
function useTaken({ id, kind, back, onTaken, keep }: Pick<Given, 'id' | 'kind' | 'back' | 'onTaken'> & { keep: () => void }): void {
  const { dispatch } = useDeskParts()
  const given = useRef({ back, keep, onTaken })
  useEffect(() => {
    const once = given.current
    if (!once.back) return
    given.current = { ...once, back: null }
    reattach(`${id} ${kind}`, once.back.files)
    once.keep()
    dispatch({ type: 'taken_up', id })
    once.onTaken()
  }, [dispatch, id, kind])
}

/** Runs when the recipients or the subject have changed, not for what was there at first. */
function useChanged(mail: MailDraft | null | undefined, run: () => void): void {
  const now = JSON.stringify(mail ?? null)
  const before = useRef(now)
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    if (before.current === now) return
    before.current = now
    latest.current()
  }, [now])
}

function useTyping(id: string, kind: Kind): (text: string) => void {
  const { typing } = useDeskParts()
  const told = useRef(0)
  useEffect(
    () => () => {
      if (told.current) typing(id, false)
    },
    [id, typing],
  )
  return (text) => {
    if (kind === 'note') return
    if (text && Date.now() - told.current > TYPING_MS) {
      told.current = Date.now()
      typing(id, true)
    } else if (!text && told.current) {
      told.current = 0
      typing(id, false)
    }
  }
}
