// Writing to the customer and writing to colleagues differ by place, colour, label and the words on the button.
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { flushSync } from 'react-dom'
import type { Kind, Returned } from '../../desk/state'
import type { Card, Detail, KeptDraft, TextingView } from '../../desk/wire'
import { Button, dialPath, Icon, names, newTextPath, useCommand, useDesk, useDeskParts, useMe, useT, useWhere } from '../../shared'
import type { IconName } from '../../shared'
import css from './Composer.module.css'
import type { Mode } from './letter'
import { Templates } from './Templates'
import { useMailing } from './useMailing'
import type { Lettering } from './useMailing'
import { Writer } from './Writer'

interface Props {
  detail: Detail
  card: Card
}

export const Composer = ({ detail, card }: Props) =>
  detail.reply ? <ByMail detail={detail} card={card} reply={detail.reply} /> : <Sheet detail={detail} card={card} lettering={null} />

function ByMail({ detail, card, reply }: Props & { reply: NonNullable<Detail['reply']> }) {
  return <Sheet detail={detail} card={card} lettering={useMailing(detail, reply)} />
}

function Sheet({ detail, card, lettering }: Props & { lettering: Lettering | null }) {
  const t = useT()
  const obstacle = useObstacle(detail, card)
  const [chosen, setChosen] = useState<Kind>('reply')
  const { turn, back, done } = useReturned(card.id, (returned) => {
    setChosen(returned.kind)
    lettering?.restore(returned.mail)
  })
  const cannot = obstacle === 'no_way_back'
  const kind: Kind = cannot ? 'note' : chosen
  const box = useRef<HTMLDivElement>(null)
  const turnTo = (next: Kind, mode?: Mode) => {
    // drawn at once: the very next key belongs into the field
    flushSync(() => {
      setChosen(next)
      if (mode) lettering?.turn(mode)
    })
    box.current?.querySelector<HTMLElement>(mode === 'forward' ? 'input[role=combobox]' : 'textarea')?.focus()
  }
  useModes(lettering !== null && !cannot, turnTo)
  return (
    <section ref={box} aria-label={t('composer.label')} className={names(css.composer, kind === 'note' && css.noting)}>
      <Tabs kind={kind} card={card} mode={lettering?.letter.mode ?? null} cannot={cannot} onTurn={turnTo} />
      <Obstructed obstacle={obstacle} kind={kind} detail={detail}>
        <Unreachable kind={kind} texting={detail.texting} />
        <Writer
          key={`${card.id} ${kind} ${turn}`} id={card.id} kind={kind} kept={detail.drafts[kind] ?? NONE} name={card.customer_name}
          back={back?.kind === kind ? back : null} onTaken={done} mailing={mailingOf(kind, lettering)} texting={kind === 'reply' ? detail.texting : null}
        />
      </Obstructed>
    </section>
  )
}

const mailingOf = (kind: Kind, lettering: Lettering | null) => (kind === 'reply' ? lettering?.mailing : undefined)

/** Says what stands in the way, and shows the writing where nothing does. */
function Obstructed({ obstacle, kind, detail, children }: { obstacle: Obstacle | null; kind: Kind; detail: Detail; children: ReactNode }) {
  const t = useT()
  return (
    <>
      {obstacle && stands(obstacle, kind) && (SPOKEN.has(detail.card.channel) && obstacle === 'no_way_back' ? (
        <Spoken card={detail.card} />
      ) : (
        <p className={css.obstacle}>{t(`composer.${obstacle}`)}</p>
      ))}
      {obstacle === 'window_closed' && kind === 'reply' && detail.texting && <Templates key={detail.card.id} id={detail.card.id} texting={detail.texting} />}
      {(kind === 'note' || !obstacle) && children}
    </>
  )
}

/** The last text did not arrive; another one is not forbidden. */
function Unreachable({ kind, texting }: { kind: Kind; texting: TextingView | null }) {
  const t = useT()
  const why = kind === 'reply' && texting?.unreachable
  return why ? <p className={css.obstacle}>{t.word('send_error', why)} {t('texts.unreachable')}</p> : null
}

const SPOKEN: ReadonlySet<string> = new Set(['voice', 'voicemail'])

/** What was spoken is answered by telephone, or in a text to the same number. */
function Spoken({ card }: { card: Card }) {
  const t = useT()
  const [, go] = useWhere()
  return (
    <div className={css.obstacle}>
      <p>{t('composer.spoken')}</p>
      <Button icon="phone" onPress={() => go(dialPath(card.customer_id))}>{t('customer.dial')}</Button>{' '}
      <Button icon="message" onPress={() => go(newTextPath(card.customer_id))}>{t('customer.text')}</Button>
    </div>
  )
}

interface TabsProps {
  kind: Kind
  card: Card
  /** Null where the way back is no mail. */
  mode: Mode | null
  cannot: boolean
  onTurn: (kind: Kind, mode?: Mode) => void
}

function Tabs({ kind, card, mode, cannot, onTurn }: TabsProps) {
  const t = useT()
  return (
    <div className={css.tabs} role="group" aria-label={t('composer.label')}>
      {(mode ? MODES : MODES.slice(0, 1)).map((one) => (
        <button
          key={one} type="button" aria-pressed={kind === 'reply' && (mode ?? 'reply') === one} className={css.replyTab} disabled={cannot}
          onClick={() => onTurn('reply', one)}
        >
          {mode && <Icon name={ICONS[one]} size={16} />}
          <span>{t(`composer.${one}`)}</span>
        </button>
      ))}
      <button type="button" aria-pressed={kind === 'note'} className={css.noteTab} onClick={() => onTurn('note')}>
        <Icon name="note" size={16} />
        <span>{t('composer.note')}</span>
      </button>
      <span className={css.to}>{(kind === 'note' || !mode) && <To kind={kind} card={card} />}</span>
    </div>
  )
}

const NONE: readonly KeptDraft[] = []
const MODES: readonly Mode[] = ['reply', 'all', 'forward']
const ICONS: Record<Mode, IconName> = { reply: 'reply', all: 'replyAll', forward: 'forward' }

function useModes(mail: boolean, turnTo: (kind: Kind, mode?: Mode) => void): void {
  const t = useT()
  useCommand({ id: 'reply', name: t('command.reply'), keys: ['Alt+KeyL', 'KeyR'], run: () => turnTo('reply', 'reply') })
  useCommand(mail ? { id: 'all', name: t('command.all'), keys: ['Alt+Shift+KeyL', 'KeyA'], run: () => turnTo('reply', 'all') } : null)
  useCommand(mail ? { id: 'forward', name: t('command.forward'), keys: ['Alt+KeyF', 'KeyF'], run: () => turnTo('reply', 'forward') } : null)
  useCommand({ id: 'note', name: t('command.note'), keys: ['Alt+KeyP', 'KeyN'], run: () => turnTo('note') })
}

/** A message of this contact that comes back to be written on; the writer begins anew with it. */
function useReturned(id: string, onBack: (back: Returned) => void) {
  const returned = useDesk((state) => state.returned[id])
  const [taken, setTaken] = useState<{ turn: number; back: Returned | null }>({ turn: 0, back: null })
  if (returned && taken.back !== returned) {
    setTaken({ turn: taken.turn + 1, back: returned })
    onBack(returned)
  }
  return { ...taken, done: () => setTaken((before) => ({ ...before, back: null })) }
}

type Obstacle = 'no_way_back' | 'not_holder' | 'opted_out' | 'window_closed'

const stands = (obstacle: Obstacle, kind: Kind): boolean => kind === 'reply' || obstacle === 'no_way_back'

/** Who will read it. */
function To({ kind, card }: { kind: Kind; card: Card }) {
  const t = useT()
  if (kind === 'note') return t('composer.note.to')
  return t('composer.reply.to', { name: card.customer_name || t('inbox.unknown'), channel: t.word('channel', card.channel) })
}

/** Why the customer cannot be answered from here, or null. */
function useObstacle(detail: Detail, card: Card): Obstacle | null {
  const me = useMe().id
  const closed = useClosed(detail.texting)
  if (!detail.can_reply) return 'no_way_back'
  const holds = card.agent_id === me && (card.state === 'active' || card.state === 'wrapping')
  if (!holds) return 'not_holder'
  if (detail.texting?.opted_out_at) return 'opted_out'
  return closed ? 'window_closed' : null
}

const LONGEST_TIMER_MS = 24 * 3_600_000

/** Whether WhatsApp's day of free writing is over; drawn again when it ends. */
function useClosed(texting: TextingView | null): boolean {
  const { clock } = useDeskParts()
  const [, again] = useState(0)
  const until = texting?.kind === 'whatsapp' ? (texting.free_until ?? '') : null
  useEffect(() => {
    const left = until ? Date.parse(until) - clock.now() : 0
    if (left <= 0) return
    const timer = setTimeout(() => again((turn) => turn + 1), Math.min(left + 1, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  }, [until, clock])
  return until !== null && (until === '' || Date.parse(until) <= clock.now())
}
