import { useEffect, useRef } from 'react'
import type { Pending } from '../../desk/state'
import type { Detail } from '../../desk/wire'
import { Button, describeCode, goTo, Icon, names, useDeskParts, useT } from '../../shared'
import css from './Conversation.module.css'
import { firstWords } from './mails'

/** What I wrote and the hub does not have yet. */
export function Unsent({ item, behind, detail }: { item: Pending; behind: boolean; detail: Detail }) {
  const t = useT()
  const stale = item.state === 'failed' && item.error === 'stale'
  return (
    <article className={names(css.message, item.kind === 'note' ? css.note : css.own, css.unsent)}>
      <header className={css.by}>
        <strong>{t('talk.you')}</strong>
        {item.kind === 'note' && <span className={css.noteWord}><Icon name="note" size={14} />{t('talk.note')}</span>}
      </header>
      <p className={css.text} dir="auto">{item.text}</p>
      {item.files.map((file) => <p key={file.id}><Icon name="file" /> <bdi>{file.name}</bdi></p>)}
      {stale ? <Stale item={item} detail={detail} /> : <Standing item={item} behind={behind} />}
    </article>
  )
}

function Standing({ item, behind }: { item: Pending; behind: boolean }) {
  const t = useT()
  const { outbox } = useDeskParts()
  return (
    <>
      <p className={names(css.mark, item.state === 'failed' && css.bad)}>
        <Icon name={item.state === 'failed' ? 'alert' : 'clock'} size={14} />
        {wording(item, behind, t)}
      </p>
      {item.state === 'failed' && (
        <p className={css.again}>
          <Button onPress={() => outbox.retry(item.id)} icon="retry">{t('action.retry')}</Button>
          {item.kind === 'reply' && item.mail && <Button onPress={() => outbox.giveBack(item.id)} icon="edit">{t('pending.edit')}</Button>}
          <Button onPress={() => outbox.discard(item.id)}>{t('action.discard')}</Button>
        </p>
      )}
    </>
  )
}

/** The customer wrote in between. What he wrote stands here, and nothing is sent before somebody has decided. */
function Stale({ item, detail }: { item: Pending; detail: Detail }) {
  const t = useT()
  const { outbox } = useDeskParts()
  const box = useRef<HTMLDivElement>(null)
  const news = detail.touches.filter((touch) => touch.version > (item.seen ?? 0) && touch.actor === 'customer' && touch.text !== null)
  const first = news[0]
  useEffect(() => {
    const field = document.activeElement
    const idle = field === document.body || (field instanceof HTMLTextAreaElement && field.value === '')
    if (idle) box.current?.querySelector('button')?.focus()
  }, [])
  const read = () => {
    outbox.giveBack(item.id)
    if (first) requestAnimationFrame(() => goTo(first.id))
  }
  return (
    <div ref={box} className={css.stale} role="alert">
      <p><Icon name="alert" size={16} /> <strong>{t('mail.stale', { name: detail.card.customer_name || t('inbox.unknown') })}</strong></p>
      {news.map((touch) => <p key={touch.id} className={css.staleWords} dir="auto">{firstWords(touch.text)}</p>)}
      <p className={css.again}>
        <Button kind="primary" onPress={read}>{t('mail.stale.read')}</Button>
        <Button icon="send" onPress={() => outbox.anyway(item.id, detail.card.version)}>{t('mail.stale.anyway')}</Button>
      </p>
    </div>
  )
}

function wording(item: Pending, behind: boolean, t: ReturnType<typeof useT>): string {
  const flaw = /^flaw:(.+)$/.exec(item.error ?? '')?.[1]
  if (item.state === 'failed') return t('pending.failed', { why: flaw ? t.word('flaw', flaw) : describeCode(item.error ?? '', t) })
  if (behind) return t('pending.behind')
  return item.state === 'sending' ? t('pending.sending') : t('pending.kept')
}
