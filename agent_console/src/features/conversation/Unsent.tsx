import type { Pending } from '../../desk/state'
import { Button, describeCode, Icon, names, useDeskParts, useT } from '../../shared'
import css from './Conversation.module.css'

/** What I wrote and the hub does not have yet. */
export function Unsent({ item, behind }: { item: Pending; behind: boolean }) {
  const t = useT()
  const { outbox } = useDeskParts()
  return (
    <article className={names(css.message, item.kind === 'note' ? css.note : css.own, css.unsent)}>
      <header className={css.by}>
        <strong>{t('talk.you')}</strong>
        {item.kind === 'note' && <span className={css.noteWord}><Icon name="note" size={14} />{t('talk.note')}</span>}
      </header>
      <p className={css.text} dir="auto">{item.text}</p>
      {item.files.map((file) => <p key={file.id}><Icon name="file" /> <bdi>{file.name}</bdi></p>)}
      <p className={names(css.mark, item.state === 'failed' && css.bad)}>
        <Icon name={item.state === 'failed' ? 'alert' : 'clock'} size={14} />
        {wording(item, behind, t)}
      </p>
      {item.state === 'failed' && (
        <p className={css.again}>
          <Button onPress={() => outbox.retry(item.id)} icon="retry">{t('action.retry')}</Button>
          <Button onPress={() => outbox.discard(item.id)}>{t('action.discard')}</Button>
        </p>
      )}
    </article>
  )
}

function wording(item: Pending, behind: boolean, t: ReturnType<typeof useT>): string {
  if (item.state === 'failed') return t('pending.failed', { why: describeCode(item.error ?? '', t) })
  if (behind) return t('pending.behind')
  return item.state === 'sending' ? t('pending.sending') : t('pending.kept')
}
