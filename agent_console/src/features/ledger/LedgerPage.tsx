import { useEffect, useState } from 'react'
import type { Ledger, LedgerRow, MailboxLedgerRow } from '../../desk/wire'
import { Age, Blank, clockTime, describe, deskPath, href, Icon, Moment, useApi, useMe, useT } from '../../shared'
import type { Translate } from '../../i18n'
import { balanced, parts, total, unaccounted } from './sums'
import css from './Ledger.module.css'

const LOOK_MS = 2_000

/** What came in and what became of it, looked at again every two seconds. */
export function LedgerPage() {
  const t = useT()
  const { ledger, error } = useLedger()
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t('nav.ledger')}</h1>
        {ledger && error !== null && (
          <span className="chip warn" role="status">
            <Icon name="alert" size={14} /> {t('floor.as_of', { time: clockTime(ledger.now, t.language, true) })}
          </span>
        )}
      </header>
      <p className="quiet">{t('ledger.what')}</p>
      {!ledger && error !== null && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      {ledger && <Book ledger={ledger} />}
    </div>
  )
}

function Book({ ledger }: { ledger: Ledger }) {
  const t = useT()
  return (
    <>
      <Balance ledger={ledger} />
      {ledger.rows.length ? <Rows rows={ledger.rows} /> : <Blank title={t('ledger.empty')} />}
      <Waiting n={ledger.undecided} />
      {ledger.mailboxes.length > 0 && <Mailboxes rows={ledger.mailboxes} />}
      <Places misplaced={ledger.misplaced} />
      <Outbox ledger={ledger} />
    </>
  )
}

function useLedger(): { ledger: Ledger | null; error: unknown } {
  const api = useApi()
  const [state, setState] = useState<{ ledger: Ledger | null; error: unknown }>({ ledger: null, error: null })
  useEffect(() => {
    let current = true
    const look = () =>
      api.ledger().then(
        (ledger) => current && setState({ ledger, error: null }),
        (error: unknown) => current && setState((before) => ({ ...before, error })),
      )
    void look()
    const timer = setInterval(() => void look(), LOOK_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [api])
  return state
}

function Balance({ ledger }: { ledger: Ledger }) {
  const t = useT()
  const good = balanced(ledger)
  const off = Math.max(ledger.unaccounted, total(ledger.rows).unaccounted)
  return (
    <div className={css.balance} data-good={good} role="status">
      <Icon name={good ? 'check' : 'alert'} size={28} />
      <div>
        <strong className={css.verdict}>{good ? t('ledger.balances') : t('ledger.off', { n: off })}</strong>
        <span>{t('ledger.equation')}</span>
      </div>
    </div>
  )
}

function Rows({ rows }: { rows: readonly LedgerRow[] }) {
  const t = useT()
  const all = total(rows)
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t('nav.ledger')}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('ledger.source')}</th>
            <th scope="col">{t('ledger.received')}</th>
            {parts.map((part, n) => (
              <th key={part} scope="col"><span aria-hidden="true">{n ? '+ ' : '= '}</span>{t(`ledger.${part}`)}</th>
            ))}
            <th scope="col">{t('ledger.unaccounted')}</th>
            <th scope="col">{t('ledger.last')}</th>
          </tr>
        </thead>
        <tbody>{rows.map((row) => <Row key={row.source} row={row} />)}</tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('ledger.total')}</th>
            <td>{all.received}</td>
            {parts.map((part) => <td key={part}>{all[part]}</td>)}
            <Missing n={all.unaccounted} />
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function Row({ row }: { row: LedgerRow }) {
  const t = useT()
  return (
    <tr>
      <th scope="row">{sourceName(row.source, t)}</th>
      <td>{row.received}</td>
      {parts.map((part) => (
        <td key={part}>
          {part === 'quarantined' && row.quarantined > 0
            ? <a href={href('/quarantine')} aria-label={`${t('quarantine.title')}: ${row.quarantined}`}>{row.quarantined}</a>
            : row[part]}
          {part === 'refused' && row.refused > 0 && <Refusals refusals={row.refusals} />}
        </td>
      ))}
      <Missing n={unaccounted(row)} />
      <td>{row.last_at ? <Moment at={row.last_at} /> : t('floor.none')}</td>
    </tr>
  )
}

/** `form:contact` is the form `contact`. */
function sourceName(source: string, t: Translate): string {
  const [channel = source, ...rest] = source.split(':')
  return [t.word('channel', channel === 'mail' ? 'email' : channel), ...rest].join(': ')
}

function Refusals({ refusals }: { refusals: LedgerRow['refusals'] }) {
  const t = useT()
  const reasons = Object.entries(refusals).sort(([, a], [, b]) => b - a)
  return (
    <details className={css.refusals}>
      <summary>{t('ledger.refusals', { n: reasons.length })}</summary>
      <ul>
        {reasons.map(([code, n]) => <li key={code}>{t.word('refusal', code)}: {n}</li>)}
      </ul>
    </details>
  )
}

const Missing = ({ n }: { n: number }) => (
  <td className={n ? css.bad : css.zero}>
    {n !== 0 && <span aria-hidden="true">▲ </span>}
    {n}
  </td>
)

/** What lies in quarantine until a human has decided. */
function Waiting({ n }: { n: number }) {
  const t = useT()
  return (
    <section className={css.part}>
      <h2>{t('quarantine.title')}</h2>
      <p className={n ? css.alarm : css.ok}><Icon name={n ? 'alert' : 'check'} /> {n ? t('quarantine.total', { n }) : t('quarantine.empty')}</p>
      <p><a href={href('/quarantine')}>{t('ledger.to_quarantine')}</a></p>
    </section>
  )
}

const uidParts = ['stored', 'duplicate', 'quarantined', 'failing'] as const

/** Mail by mail, what lies in each mailbox and what became of it. */
function Mailboxes({ rows }: { rows: readonly MailboxLedgerRow[] }) {
  const t = useT()
  const admin = useMe().role === 'admin'
  return (
    <section className={css.part}>
      <h2>{t('nav.mailboxes')}</h2>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t('nav.mailboxes')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('ledger.mailbox')}</th>
              <th scope="col">{t('ledger.uids')}</th>
              {uidParts.map((part, n) => <th key={part} scope="col"><span aria-hidden="true">{n ? '+ ' : '= '}</span>{t(`mailboxes.${part}`)}</th>)}
              <th scope="col">{t('ledger.unaccounted')}</th>
              <th scope="col">{t('ledger.present')}</th>
              <th scope="col">{t('mailboxes.missing')}</th>
              <th scope="col">{t('mailboxes.verified')}</th>
              <th scope="col" className={css.words}>{t('ledger.problem')}</th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Mailbox key={row.mailbox} row={row} />)}</tbody>
        </table>
      </div>
      {admin && <p><a href={href('/mailboxes')}>{t('ledger.to_mailboxes')}</a></p>}
    </section>
  )
}

function Mailbox({ row }: { row: MailboxLedgerRow }) {
  const t = useT()
  const none = t('floor.none')
  return (
    <tr>
      <th scope="row"><bdi>{row.mailbox}</bdi></th>
      <td>{row.uids}</td>
      {uidParts.map((part) => <td key={part}>{row[part]}</td>)}
      <Missing n={row.unaccounted} />
      <td>{row.present ?? none}</td>
      {row.missing === null ? <td>{none}</td> : <Missing n={row.missing} />}
      <td>{row.verified_at ? <Moment at={row.verified_at} /> : t('mailboxes.never')}</td>
      {row.problem === null ? <td className={css.well}>{none}</td> : <td className={css.words}><Icon name="alert" size={14} /> {t.word('trouble', row.problem)}</td>}
    </tr>
  )
}

function Places({ misplaced }: { misplaced: readonly string[] }) {
  const t = useT()
  return (
    <section className={css.part}>
      <h2>{t('ledger.places')}</h2>
      {misplaced.length === 0 ? (
        <p className={css.ok}><Icon name="check" /> {t('ledger.places.ok')}</p>
      ) : (
        <>
          <p className="notice bad" role="alert"><Icon name="alert" /> {t('ledger.places.bad', { n: misplaced.length })}</p>
          <ul>{misplaced.map((id) => <li key={id}><a href={href(deskPath(id))}>{id}</a></li>)}</ul>
        </>
      )}
    </section>
  )
}

function Outbox({ ledger }: { ledger: Ledger }) {
  const t = useT()
  return (
    <section className={css.part}>
      <h2>{t('ledger.outbox')}</h2>
      <dl className={css.facts}>
        <dt>{t('ledger.pending')}</dt>
        <dd>{ledger.outbox_pending}</dd>
        <dt>{t('ledger.pending_oldest')}</dt>
        <dd>{ledger.outbox_oldest_at ? <Age since={ledger.outbox_oldest_at} /> : t('floor.none')}</dd>
        <dt>{t('ledger.unconfirmed')}</dt>
        <dd className={ledger.unconfirmed ? css.bad : undefined}>{ledger.unconfirmed}</dd>
      </dl>
      <p className="quiet small">{t('ledger.unconfirmed.what')}</p>
    </section>
  )
}
