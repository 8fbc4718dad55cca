import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { PutMailbox, Step } from '../../desk/wire'
import { Button, describe, Dialog, DialogActions, Icon, useApi, useT } from '../../shared'
import type { IconName } from '../../shared'
import css from './Mailboxes.module.css'
import { known, planned, progress, verdict } from './probe'
import type { Line, State } from './probe'

interface Props {
  body: PutMailbox
  onClose: () => void
  /** The hub refused what was entered: it belongs beside the fields. */
  onRefused?: (error: ApiError) => void
}

/** Tries a mailbox step by step. All steps stand there from the start, so nothing moves while they end. */
export function ProbeDialog({ body, onClose, onRefused }: Props) {
  const t = useT()
  const { steps, ended, error, cancelled, start, cancel } = useProbe(body, onRefused)
  const lines = progress(planned(body), steps, ended)
  const failed = lines.filter((line) => line.state === 'failed').length
  const said = { good: t('probe.good'), bad: t('probe.bad', { n: failed }), cut: cancelled ? t('probe.cancelled') : t('probe.cut') }
  const running = lines.find((line) => line.state === 'running')
  const outcome = verdict(lines)
  return (
    <Dialog title={t('probe.title', { name: body.mailbox.address })} isOpen onClose={onClose} wide>
      <p className="quiet small">{t('probe.what')}</p>
      {error === null && <ol className={css.steps}>{lines.map((line) => <StepLine key={line.name} line={line} />)}</ol>}
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      <p role="status" className={css.outcome} data-good={ended ? outcome === 'good' : undefined}>
        {error !== null ? '' : ended ? said[outcome] : running ? t('probe.running', { name: t(`step.${running.name}`) }) : ''}
      </p>
      <DialogActions>
        {ended ? (
          <Button onPress={start} icon="retry">{t('probe.again')}</Button>
        ) : (
          <Button onPress={cancel}>{t('probe.stop')}</Button>
        )}
        <Button kind={ended ? 'primary' : undefined} onPress={onClose}>{t('action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}

function useProbe(body: PutMailbox, onRefused?: (error: ApiError) => void) {
  const api = useApi()
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ steps: Step[]; ended: boolean; error: unknown; cancelled: boolean }>(fresh)
  const control = useRef<AbortController | null>(null)
  const [asked] = useState(() => ({ body, onRefused }))
  useEffect(() => {
    const mine = new AbortController()
    control.current = mine
    // a moment later, so that a view that is put up twice asks once
    const timer = setTimeout(() => {
      const each = (step: Step) => setState((before) => (mine.signal.aborted ? before : { ...before, steps: [...before.steps, step] }))
      api.testMailbox(asked.body, each, mine.signal).then(
        () => mine.signal.aborted || setState((before) => ({ ...before, ended: true })),
        (error: unknown) => {
          if (mine.signal.aborted) return
          if (error instanceof ApiError && error.status === 422 && asked.onRefused) asked.onRefused(error)
          else setState((before) => ({ ...before, ended: true, error }))
        },
      )
    }, 0)
    return () => {
      clearTimeout(timer)
      mine.abort()
    }
  }, [api, asked, turn])
  const cancel = useCallback(() => {
    control.current?.abort()
    setState((before) => ({ ...before, ended: true, cancelled: true }))
  }, [])
  const start = useCallback(() => {
    setState(fresh)
    setTurn((n) => n + 1)
  }, [])
  return { ...state, cancel, start }
}

const fresh = () => ({ steps: [] as Step[], ended: false, error: null as unknown, cancelled: false })
const icons: Record<State, IconName> = { ok: 'check', failed: 'alert', running: 'clock', waiting: 'more', skipped: 'more' }

function StepLine({ line: { name, state, step } }: { line: Line }) {
  const t = useT()
  return (
    <li className={css.step} data-state={state}>
      <Icon name={icons[state]} />
      <span>{t(`step.${name}`)}</span>
      <span className={css.stepState}>{t(`probe.state.${state}`)}</span>
      <span className={css.seconds}>{step ? t('probe.seconds', { n: step.seconds.toFixed(2) }) : ''}</span>
      {state === 'failed' && step && (
        <div className={css.why}>
          <p>{t.word('trouble', known(step.code))}</p>
          {step.text && <p className="quiet small">{t('mailboxes.said')} <bdi className={css.words}>{step.text}</bdi></p>}
        </div>
      )}
    </li>
  )
}
