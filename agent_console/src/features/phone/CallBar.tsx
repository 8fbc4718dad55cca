// The call at hand, on every page: who, how long, and what can be done. Nothing here is reached by a single key.
import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { CallLeg, CallView, Card } from '../../desk/wire'
import { Age, Button, deskPath, href, Icon, names, useApi, useCommand, useDeskParts, useMe, useT, useTell } from '../../shared'
import css from './CallBar.module.css'
import { ConsultDialog } from './ConsultDialog'
import { Keypad } from './Keypad'
import { Recording } from './Recording'
import { Speech } from './Speech'
import { Toggle } from './Toggle'
import { useKeptFocus } from './useKeptFocus'
import { useCall, useHeldCard, usePhone, usePhoneState } from './usePhone'
import type { OfCall } from './usePhone'

interface Props {
  /** Gives the customer to a queue or a colleague without asking. */
  onTransfer: (card: Card) => void
  /** A customer has become mine in the middle of a call: I was asked about him. */
  onGiven: (card: Card) => void
}

export function CallBar({ onTransfer, onGiven }: Props) {
  const card = useHeldCard()
  const { call, standing } = usePhoneState()
  if (standing === 'none' && !card) return null
  return (
    <>
      <Asks />
      {card ? <Held key={card.id} card={card} onTransfer={onTransfer} onGiven={onGiven} /> : call && <Beside />}
    </>
  )
}

/** My customer's call. */
function Held({ card, onTransfer, onGiven }: Props & { card: Card }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const phone = usePhone()
  const standing = useCall(card)
  const { view, act } = standing
  const { call, state } = usePhoneState()
  const [pad, setPad] = useState(false)
  const [consulting, setConsulting] = useState(false)
  const phase = view?.phase ?? 'connecting'
  const bar = useKeptFocus()
  const asked = useRef(call?.role === 'consult')
  useEffect(() => {
    if (!asked.current) return
    asked.current = false
    onGiven(card)
  }, [card, onGiven])
  const closePad = () => {
    setPad(false)
    bar.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus() // back to what opened it
  }
  const end = () => void api.end(card.id).catch(tell.failure)
  useCommand({ id: 'call_end', name: t('call.end'), keys: ['Alt+Shift+KeyX'], run: end })
  return (
    <section ref={bar} tabIndex={-1} className={css.bar} aria-label={t('call.bar')} data-phase={phase}>
      <div className={css.row}>
        <Who card={card} view={view} lost={state === 'reconnecting'} />
        <div className={css.actions}>
          <Mute card={card} standing={standing} />
          <Hold card={card} standing={standing} />
          <Toggle on={pad} opens icon="keypad" name={t('call.keypad')} isDisabled={!call} onPress={() => setPad(!pad)} />
          <Recording card={card} standing={standing} />
          <Others card={card} standing={standing} onConsult={() => setConsulting(true)} onTransfer={() => onTransfer(card)} />
          <Button kind="danger" icon="hangup" aria-label={t('call.end')} onPress={end}><span className={css.word}>{t('call.end')}</span></Button>
        </div>
      </div>
      {pad && call && <Keypad onPress={(digits) => phone.press(digits)} onClose={closePad} />}
      {call?.say && <Speech />}
      {consulting && <ConsultDialog onClose={() => setConsulting(false)} onAsk={(body) => act(api.consult(card.id, body))} />}
    </section>
  )
}

/** At once here, and in the room as well: there it outlasts a reload of this page. */
function Mute({ card, standing: { view, take } }: OfCall) {
  const t = useT()
  const api = useApi()
  const phone = usePhone()
  const { call, muted: here } = usePhoneState()
  const muted = here || Boolean(view?.muted)
  const name = t(muted ? 'call.unmute' : 'call.mute')
  const before = useRef<Promise<unknown>>(Promise.resolve())
  const run = () => {
    phone.mute(!muted)
    // in the order of the presses, and without keeping a hold that is pressed meanwhile from being heard
    if (view) before.current = take(before.current.then(() => api.mute(card.id, !muted)))
  }
  useCommand(call ? { id: 'call_mute', name, keys: ['Alt+Shift+KeyM'], run } : null)
  return <Toggle on={muted} icon={muted ? 'muted' : 'microphone'} name={name} keys="Alt+Shift+KeyM" isDisabled={!call} onPress={run} />
}

const talks = (view: CallView | null) => view?.phase === 'talking' || view?.phase === 'held'

function Hold({ card, standing: { view, act, busy } }: OfCall) {
  const t = useT()
  const api = useApi()
  const held = view?.phase === 'held'
  const name = t(held ? 'call.resume' : 'call.hold')
  const can = talks(view)
  const run = () => {
    if (!busy) act(api.hold(card.id, !held)) // not disabled meanwhile: a button that is loses the focus
  }
  useCommand(can ? { id: 'call_hold', name, keys: ['Alt+Shift+KeyH'], run } : null)
  return <Toggle on={held} icon="hold" name={name} keys="Alt+Shift+KeyH" isDisabled={!can} onPress={run} />
}

/** Whom else the call may go to; or the way back into it. */
function Others({ card, standing, onConsult, onTransfer }: OfCall & { onConsult: () => void; onTransfer: () => void }) {
  const t = useT()
  const api = useApi()
  const { view, act, busy } = standing
  if (view?.phase === 'consulting') return <Consulted card={card} standing={standing} />
  if (view?.phase === 'orphaned') {
    return <Button kind="primary" icon="retry" isDisabled={busy} onPress={() => act(api.rejoin(card.id))}>{t('call.rejoin')}</Button>
  }
  return (
    <>
      <Button icon="people" aria-label={t('call.consult')} isDisabled={!talks(view)} onPress={onConsult}><span className={css.word}>{t('call.consult')}</span></Button>
      <Button icon="give" aria-label={t('call.transfer')} isDisabled={!talks(view)} onPress={onTransfer}><span className={css.word}>{t('call.transfer')}</span></Button>
    </>
  )
}

const MODES = ['listen', 'whisper', 'barge'] as const

/** How I am in a colleague's call. Each press is a wish; the hub says what is so. */
function Modes() {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const me = useMe().name
  const { onCall } = useDeskParts()
  const [id, setId] = useState<string | null>(null)
  const [mode, setMode] = useState<CallLeg['mode']>(null)
  useEffect(() => {
    const look = () =>
      void api.callBeside().then(async ({ interaction_id }) => {
        setId(interaction_id)
        if (interaction_id !== null) setMode(modeOf(await api.call(interaction_id), me))
      }, () => undefined)
    look()
    return onCall(look)
  }, [api, me, onCall])
  if (id === null) return null
  const wish = (wanted: (typeof MODES)[number]) =>
    void api.supervise(id, wanted).then((view) => setMode(modeOf(view, me)), tell.failure)
  return (
    <div className={css.modes} role="group" aria-label={t('call.modes')}>
      {MODES.map((one) => (
        <Button key={one} aria-pressed={mode === one} onPress={() => wish(one)}>{t(`call.mode.${one}`)}</Button>
      ))}
    </div>
  )
}

const modeOf = (view: CallView, name: string) =>
  view.legs.find((leg) => leg.role === 'supervisor' && leg.live && leg.name === name)?.mode ?? null

/** Who else talks with the customer: said once when it changes. */
function Together({ view }: { view: CallView | null }) {
  const t = useT()
  const me = useMe().name
  const there = view?.legs.filter((leg) => leg.role === 'partner' && leg.live && leg.answered_at !== null && leg.name !== me) ?? []
  return (
    <span role="status">
      {there.map((leg) => (
        <span key={leg.leg} className="chip"><Icon name={leg.muted ? 'muted' : 'people'} size={14} /> {t(leg.muted ? 'call.with.muted' : 'call.with', { name: leg.name ?? '' })}</span>
      ))}
    </span>
  )
}

/** Who else hears: said once when it changes. */
function Watched({ view }: { view: CallView | null }) {
  const t = useT()
  const there = view?.legs.filter((leg) => leg.role === 'supervisor' && leg.live && leg.answered_at !== null) ?? []
  return (
    <span role="status">
      {there.map((leg) => (
        <span key={leg.leg} className="chip warn"><Icon name="people" size={14} /> {t(`call.watched.${leg.mode ?? 'listen'}`, { name: leg.name ?? '' })}</span>
      ))}
    </span>
  )
}

function Who({ card, view, lost }: { card: Card; view: CallView | null; lost: boolean }) {
  const t = useT()
  const phase = view?.phase ?? 'connecting'
  const since = view?.legs.find((leg) => leg.role === 'partner' && leg.answered_at)?.answered_at ?? null
  return (
    <div className={css.who}>
      <a href={href(deskPath(card.id))} className="ellipsis"><bdi>{card.customer_name || t('inbox.unknown')}</bdi></a>
      <span className={names('chip', TONES[phase])} role="status">{lost ? t('call.reconnecting') : t(`call.phase.${phase}`)}</span>
      {since && <span className={css.time}><Age since={since} /></span>}
      <Together view={view} />
      <Watched view={view} />
    </div>
  )
}

const TONES: Record<CallView['phase'], string> = {
  menu: '', queued: '', offering: 'warn', connecting: 'warn', talking: 'good', held: 'warn', consulting: 'warn', orphaned: 'bad', ending: '', ended: '',
}

function Consulted({ card, standing: { view, act, busy } }: OfCall) {
  const t = useT()
  const api = useApi()
  const asked = view?.legs.find((leg) => leg.role === 'consult' && leg.live)
  const there = Boolean(asked?.answered_at)
  const tell = (what: 'complete' | 'join' | 'cancel') => () => act(api.consulted(card.id, what))
  return (
    <>
      <span className="quiet small" role="status"><bdi>{asked?.name}</bdi> {t(there ? 'call.consult.there' : 'call.consult.ringing')}</span>
      <Button icon="give" isDisabled={!there || busy} onPress={tell('complete')}>{t('call.consult.complete')}</Button>
      <Button icon="people" isDisabled={!there || busy} onPress={tell('join')}>{t('call.consult.join')}</Button>
      <Button icon="back" isDisabled={busy} onPress={tell('cancel')}>{t('call.consult.cancel')}</Button>
    </>
  )
}

/** A call of somebody else's customer: I was asked, or I listen. */
function Beside() {
  const t = useT()
  const phone = usePhone()
  const { call, muted } = usePhoneState()
  if (!call) return null
  return (
    <section className={css.bar} aria-label={t('call.bar')} data-phase="beside">
      <div className={css.row}>
        <div className={css.who}>
          <strong>{t(call.role === 'supervisor' ? 'call.listening' : 'call.asked')}</strong>
        </div>
        <div className={css.actions}>
          {call.role === 'supervisor' && <Modes />}
          <Toggle on={muted} icon={muted ? 'muted' : 'microphone'} name={t(muted ? 'call.unmute' : 'call.mute')} isDisabled={false} onPress={() => phone.mute(!muted)} />
          <Button kind="danger" icon="hangup" onPress={() => phone.hangUp()}>{t('call.leave')}</Button>
        </div>
      </div>
      {call.say && <Speech />}
    </section>
  )
}

/** A colleague asks for help while his customer waits. */
function Asks() {
  const t = useT()
  const phone = usePhone()
  const { asks } = usePhoneState()
  if (!asks) return null
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') phone.decline()
  }
  return (
    <section className={names(css.bar, css.asks)} role="alertdialog" aria-modal="false" aria-labelledby="call-asks" onKeyDown={onKey}>
      <div className={css.row}>
        <div className={css.who}><Icon name="phone" /> <strong id="call-asks">{t('call.asks')}</strong></div>
        <div className={css.actions}>
          <Button kind="primary" icon="phone" onPress={() => phone.answer()}>{t('call.answer')}</Button>
          <Button onPress={() => phone.decline()}>{t('call.decline')}</Button>
        </div>
      </div>
    </section>
  )
}
