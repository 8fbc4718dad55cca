// A reply by mail: recipients, subject and the checks before it is sent.
import { useMemo, useState } from 'react'
import type { Detail, MailDraft, ReplyView } from '../../desk/wire'
import { useT } from '../../shared'
import { alike, both, draftOf, forgotten, headOf, known, letterOf, problemOf, turned, undeliverable, wireOf } from './letter'
import type { Head, Letter, Mode } from './letter'
import { MailFoot } from './MailFoot'
import { MailHead } from './MailHead'
import { keyOf, split } from './sheets'
import type { Mailing } from './Writer'

export interface Lettering {
  letter: Letter
  turn: (mode: Mode) => void
  /** Puts back what was sent and returns. */
  restore: (draft: MailDraft | null) => void
  mailing: Mailing
}

const PLAIN: Letter = { mode: 'reply', edits: {} }

export function useMailing(detail: Detail, view: ReplyView): Lettering {
  const t = useT()
  const [letter, setLetter] = useState(() => letterOf(split(detail.drafts.reply ?? [], keyOf(detail.card.id, 'reply')).own?.mail ?? null, view))
  const [tried, setTried] = useState(false)
  const [hint, setHint] = useState<string | null>(null)
  const head = headOf(letter, view)
  const who = useMemo(() => known(detail), [detail])
  const bad = useMemo(() => undeliverable(detail), [detail])
  const change = (edits: Partial<Head>) => setLetter((before) => ({ ...before, edits: { ...before.edits, ...edits } }))
  const turn = (mode: Mode) => {
    if (mode !== letter.mode) setLetter(turned(letter, mode))
    setTried(false)
  }
  const ready = (text: string, files: number): MailDraft | null => {
    setTried(true)
    if (problemOf(head)) return null
    if (forgotten(text, files) && hint === null) {
      setHint(t('composer.forgotten'))
      return null
    }
    return wireOf(letter.mode, head)
  }
  const onSent = () => {
    setLetter(PLAIN)
    setTried(false)
    setHint(null)
  }
  const forward = letter.mode === 'forward'
  const quote = { value: head.quote, word: t(forward ? 'composer.quote.forward' : 'composer.quote'), onChange: (on: boolean) => change({ quote: on }) }
  return {
    letter,
    turn,
    restore: (draft) => setLetter(letterOf(draft, view)),
    mailing: {
      draft: draftOf(letter, view), alike: (draft) => alike(draft, letter, view), join: (draft) => draft && setLetter(both(letter, letterOf(draft, view), view)), ready, onSent, template: view.template, mayBeEmpty: forward && head.quote,
      head: <MailHead key={letter.mode} head={head} onChange={change} known={who} bad={bad} problem={tried ? problemOf(head) : null} focus={forward ? 'to' : null} />,
      foot: <MailFoot from={view.author.address} signature={view.signature} quote={quote} hint={hint} />,
    },
  }
}
