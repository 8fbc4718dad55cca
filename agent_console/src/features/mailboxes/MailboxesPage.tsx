import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { MailboxView, PutMailbox } from '../../desk/wire'
import { Blank, Button, describe, Dialog, DialogActions, Icon, Moment, useApi, useDesk, useLoad, useT, useTell, useWhere } from '../../shared'
import css from './Mailboxes.module.css'
import { ProbeDialog } from './Probe'
import { known } from './probe'

const LOOK_MS = 5_000

/** All mailboxes and how they are, looked at again every five seconds. */
export function MailboxesPage() {
  const t = useT()
  const api = useApi()
  const [, go] = useWhere()
  const { value, error, reload, slow } = useLoad('mailboxes', api.mailboxes)
  useEffect(() => {
    const timer = setInterval(reload, LOOK_MS)
    return () => clearInterval(timer)
  }, [reload])
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t('nav.mailboxes')}</h1>
        <Button kind="primary" icon="plus" onPress={() => go('/mailboxes/new')}>{t('mailboxes.add')}</Button>
      </header>
      <p className="quiet">{t('mailboxes.what')}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {!value && slow && <div className={`bone ${css.bone ?? ''}`} />}
      {value?.length === 0 && <Blank title={t('mailboxes.empty')}>{t('mailboxes.empty.what')}</Blank>}
      {value && value.length > 0 && <ul className={css.list}>{value.map((one) => <Row key={one.mailbox.id} view={one} reload={reload} />)}</ul>}
    </div>
  )
}

function Row({ view, reload }: { view: MailboxView; reload: () => void }) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  const { mailbox } = view
  const found = queues.find((one) => one.id === mailbox.queue)
  const queue = mailbox.queue ? (found ? t.name(found.name) : mailbox.queue) : t('mailboxes.queue.first')
  const figures = [['stored', view.stored], ['duplicate', view.duplicate], ['quarantined', view.quarantined],
    ['failing', view.failing], ['missing', view.missing ?? 0]] as const
  return (
    <li className={css.card}>
      <div className={css.names}>
        <h2><bdi>{mailbox.address}</bdi></h2>
        <span className="quiet"><bdi>{mailbox.name}</bdi>{mailbox.name && ' · '}{t('mailboxes.queue', { name: queue })}</span>
      </div>
      <How view={view} />
      <dl className={css.figures}>
        {figures.map(([name, n]) => (
          <div key={name} data-bad={n > 0 && name !== 'stored' && name !== 'duplicate'}>
            <dt>{t(`mailboxes.${name}`)}</dt>
            <dd>{name === 'quarantined' && n > 0 ? <a href="#/quarantine" aria-label={`${t('quarantine.title')}: ${n}`}>{n}</a> : n}</dd>
          </div>
        ))}
      </dl>
      {view.editable || <p className="notice"><Icon name="file" /> {t('mailboxes.fixed')}</p>}
      <Actions view={view} reload={reload} />
    </li>
  )
}

function How({ view }: { view: MailboxView }) {
  const t = useT()
  const [tone, state, icon] = stateOf(view)
  return (
    <div className={css.how}>
      <span className={`chip ${tone}`}><Icon name={icon} size={14} /> {t(`mailboxes.state.${state}`)}</span>
      {view.mailbox.imap && (
        <span className="quiet small">
          {t('mailboxes.answered')}: {view.connected_at ? <Moment at={view.connected_at} /> : t('mailboxes.never')}
          {' · '}{t('mailboxes.verified')}: {view.verified_at ? <Moment at={view.verified_at} /> : t('mailboxes.never')}
        </span>
      )}
      {state === 'problem' && view.problem && (
        <div className={css.trouble}>
          <strong>{t.word('trouble', known(view.problem))}</strong>
          {view.problem_text && <p className="quiet small">{t('mailboxes.said')} <bdi className={css.words}>{view.problem_text}</bdi></p>}
        </div>
      )}
    </div>
  )
}

function stateOf(view: MailboxView) {
  if (!view.mailbox.enabled) return ['', 'off', 'hold'] as const
  if (view.problem) return ['bad', 'problem', 'alert'] as const
  if (!view.mailbox.imap) return ['', 'out', 'mail'] as const
  return view.connected_at ? (['good', 'ok', 'check'] as const) : (['warn', 'waiting', 'clock'] as const)
}

function Actions({ view, reload }: { view: MailboxView; reload: () => void }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const [opened, setOpened] = useState<'remove' | 'test' | null>(null)
  const { mailbox } = view
  const name = mailbox.address
  const body: PutMailbox = { mailbox, secrets: {}, version: view.version }
  const toggle = () =>
    void api.putMailbox({ ...body, mailbox: { ...mailbox, enabled: !mailbox.enabled } }).then(reload, (error: unknown) => {
      if (error instanceof ApiError && error.code === 'stale') tell(t('error.stale_mailbox'))
      else tell.failure(error)
      reload()
    })
  const verify = () => void api.verifyMailbox(mailbox.id).then(() => tell(t('mailboxes.verify.asked', { name })), tell.failure)
  const remove = () => {
    setOpened(null)
    void api.removeMailbox(mailbox.id).then(() => tell(t('mailboxes.removed', { name })), tell.failure).finally(reload)
  }
  const labelled = (what: string) => `${what}: ${name}`
  return (
    <div className={css.actions}>
      {view.editable && <Button icon="edit" aria-label={labelled(t('mailboxes.edit'))} onPress={() => go(`/mailboxes/${encodeURIComponent(mailbox.id)}/edit`)}>{t('mailboxes.edit')}</Button>}
      <Button aria-label={labelled(t('probe.test'))} onPress={() => setOpened('test')}>{t('probe.test')}</Button>
      {mailbox.imap && mailbox.enabled && <Button icon="retry" aria-label={labelled(t('mailboxes.verify'))} onPress={verify}>{t('mailboxes.verify')}</Button>}
      {view.editable && (
        <>
          <Button aria-label={labelled(t(mailbox.enabled ? 'mailboxes.off' : 'mailboxes.on'))} onPress={toggle}>{t(mailbox.enabled ? 'mailboxes.off' : 'mailboxes.on')}</Button>
          <Button kind="danger" aria-label={labelled(t('mailboxes.remove'))} onPress={() => setOpened('remove')}>{t('mailboxes.remove')}</Button>
        </>
      )}
      {opened === 'test' && <ProbeDialog body={body} onClose={() => setOpened(null)} />}
      {opened === 'remove' && (
        <Dialog title={t('mailboxes.remove.title', { name })} isOpen onClose={() => setOpened(null)}>
          <p>{t('mailboxes.remove.what')}</p>
          <DialogActions>
            <Button onPress={() => setOpened(null)}>{t('action.cancel')}</Button>
            <Button kind="danger" onPress={remove}>{t('mailboxes.remove')}</Button>
          </DialogActions>
        </Dialog>
      )}
    </div>
  )
}
