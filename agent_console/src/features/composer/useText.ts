// What is being written: kept as a draft here and at the hub; the customer is told that somebody types.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Kind, Returned } from '../../desk/state'
import type { MailDraft } from '../../desk/wire'
import { useDeskParts } from '../../shared'
import { createDrafts } from './drafts'
import { reattach } from './files'

const TYPING_MS = 3_000

interface Given {
  id: string
  kind: Kind
  /** What the writing begins with: the draft, or a template. */
  draft: string
  /** The draft as the hub has it. */
  kept: string
  /** Recipients and subject, which are kept with the text; undefined where it is no mail. */
  mail: MailDraft | null | undefined
  /** A message that comes back to be written on. */
  back: Returned | null
  onTaken: () => void
}

export interface Written {
  text: string
  write: (text: string) => void
  /** What the same agent has written in another window meanwhile. */
  elsewhere: { text: string; keep: () => void; join: () => void } | null
}

export function useText({ id, kind, draft, kept, mail, back, onTaken }: Given): Written {
  const { api, dispatch } = useDeskParts()
  const [text, setText] = useState(() => together(back?.text ?? '', draft))
  const [other, setOther] = useState<string | null>(null)
  const [first] = useState(back ? null : kept) // what comes back is the hub's draft by now
  const drafts = useMemo(() => {
    const made = createDrafts({
      save: api.draft,
      onOther: (_id, _kind, found) => setOther(found),
      later: (job, ms) => {
        const timer = setTimeout(job, ms)
        return () => clearTimeout(timer)
      },
    })
    if (first !== null) made.upon(id, kind, first)
    return made
  }, [api, first, id, kind])
  useEffect(() => {
    addEventListener('pagehide', drafts.flush)
    return () => {
      removeEventListener('pagehide', drafts.flush)
      drafts.flush()
    }
  }, [drafts])
  const keep = (next: string) => {
    dispatch({ type: 'drafted', id, kind, text: next, mail })
    drafts.change(id, mail === undefined ? { kind, text: next } : { kind, text: next, mail })
  }
  useTaken({ id, kind, back, onTaken, keep: () => keep(text) })
  useChanged(mail, () => keep(text))
  const tell = useTyping(id, kind)
  const write = (next: string) => {
    setText(next)
    keep(next)
    tell(next)
  }
  const settle = (next: string) => {
    drafts.upon(id, kind, other ?? '')
    setOther(null)
    write(next)
  }
  const elsewhere = other === null ? null : { text: other, keep: () => settle(text), join: () => settle(together(other, text)) }
  return { text, write, elsewhere }
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
