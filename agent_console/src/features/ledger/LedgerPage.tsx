import { useApi, useLoad, useT } from '../../shared'

export function LedgerPage() {
  const t = useT()
  const api = useApi()
  const ledger = useLoad('ledger', api.ledger)
  return (
    <section>
      <h1>{t('nav.ledger')}</h1>
      <ul>{ledger.value?.rows.map((row) => <li key={row.source}>{row.source} {row.received}</li>)}</ul>
    </section>
  )
}
