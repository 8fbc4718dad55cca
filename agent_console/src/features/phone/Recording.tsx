// Whether the call is recorded, and the pause while the customer says what must not be kept, such as a card number.
import type { CallView, RecordingWish } from '../../desk/wire'
import { Button, Countdown, Icon, names, useApi, useCommand, useT } from '../../shared'
import css from './CallBar.module.css'
import { Toggle } from './Toggle'
import type { OfCall } from './usePhone'

const KEYS = 'Alt+Shift+KeyR'
const NEXT = {
  off: { wish: 'start', icon: 'record' }, on: { wish: 'pause', icon: 'recordPause' }, paused: { wish: 'resume', icon: 'record' },
} as const
const TONES = { off: '', on: 'bad', pausing: 'bad', paused: 'warn' } as const

/** Silent where the call may not be recorded. */
export function Recording({ card, standing }: OfCall) {
  const state = standing.view?.recording ?? 'never'
  return state === 'never' ? null : <Control card={card} standing={standing} state={state} />
}

function Control({ card, standing: { view, take }, state }: OfCall & { state: keyof typeof NEXT }) {
  const t = useT()
  const api = useApi()
  const can = view !== null && TALKED.includes(view.phase)
  // At once, whatever else is under way: a card number is about to be read out. The same wish twice is one.
  const wish = (what: RecordingWish['do']) => () => void take(api.record(card.id, what))
  const next = NEXT[state]
  const name = t(`record.${next.wish}`)
  useCommand(can ? { id: 'call_record', name, keys: [KEYS], run: wish(next.wish) } : null)
  return (
    <div className={css.recording}>
      <Standing view={view} state={state} />
      <Toggle on={state === 'paused'} icon={next.icon} name={name} keys={KEYS} isDisabled={!can} onPress={wish(next.wish)} />
      {state !== 'off' && view?.recording_may_stop && (
        <Button icon="recordStop" aria-label={t('record.stop')} isDisabled={!can} onPress={wish('stop')} />
      )}
    </div>
  )
}

const TALKED: readonly CallView['phase'][] = ['talking', 'held', 'consulting']

/** Until the provider has confirmed a pause, what is said is kept: the agent is told to wait. A change is announced; the seconds that are left are not, each for itself. */
function Standing({ view, state: confirmed }: { view: CallView | null; state: keyof typeof NEXT }) {
  const t = useT()
  const state = view?.recording_pausing ? 'pausing' : confirmed
  const resumesAt = state === 'paused' && view?.recording_resumes_at
  return (
    <>
      <span className={names('chip', TONES[state])} role="status"><Icon name={state === 'paused' ? 'recordPause' : 'record'} size={14} /> {t(`record.state.${state}`)}</span>
      {resumesAt && <span className={names('small', css.time)}>{t('record.resumes')} <Countdown until={resumesAt} /></span>}
    </>
  )
}
