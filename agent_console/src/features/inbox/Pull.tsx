// Where agents take work themselves: the next one by one press.
import { Button, useCommand, useT } from '../../shared'
import css from './Inbox.module.css'
import type { Pulled } from './usePulls'

interface TakeNextProps {
  pulls: Pulled
  busy: boolean
  onTake: () => void
  retry: () => void
}

/** Above the list; nothing where no queue of mine is pulled from. */
export function TakeNext({ pulls: { value, error }, busy, onTake, retry }: TakeNextProps) {
  const t = useT()
  const there = Boolean(value?.next)
  useCommand(there && !busy ? { id: 'take_next', name: t('inbox.next'), keys: ['Alt+KeyG', 'KeyG'], run: onTake } : null)
  if (!value && error)
    return (
      <div className={css.next}>
        <p className="small">{t('inbox.next.failed')}</p>
        <Button onPress={retry}>{t('action.retry')}</Button>
      </div>
    )
  if (!value?.queues.length) return null
  return (
    <div className={css.next}>
      <p className="quiet small" aria-live="polite">{there ? t('inbox.next.what') : t('inbox.next.none')}</p>
      <Button kind="primary" onPress={onTake} isDisabled={!there || busy}>{t('inbox.next')}</Button>
    </div>
  )
}
