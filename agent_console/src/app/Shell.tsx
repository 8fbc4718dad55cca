// The frame around every page: rail on the left, the page beside it.
import { useState } from 'react'
import { Route, Router, Switch } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { LogContactDialog } from '../features/contact/LogContactDialog'
import { CustomersPage } from '../features/customers/CustomersPage'
import { LedgerPage } from '../features/ledger/LedgerPage'
import { SearchPage } from '../features/search/SearchPage'
import { FloorPage } from '../features/supervisor/FloorPage'
import { useT } from '../i18n'
import type { Language } from '../i18n'
import { Blank, useDesk, useMe } from '../shared'
import { Boundary } from './Boundary'
import { DeskPage } from './DeskPage'
import { Rail } from './Rail'
import css from './Shell.module.css'

export function Shell({ onLanguage, onLeave }: { onLanguage: (language: Language) => void; onLeave: () => void }) {
  const known = useDesk((state) => state.me !== null)
  const [logging, setLogging] = useState(false)
  if (!known) return null
  return (
    <Router hook={useHashLocation}>
      <div className={css.shell}>
        <Rail onLogContact={() => setLogging(true)} onLanguage={onLanguage} onLeave={onLeave} />
        <main className={css.page} id="content">
          <Boundary>
            <Pages />
          </Boundary>
        </main>
      </div>
      <LogContactDialog isOpen={logging} onClose={() => setLogging(false)} />
    </Router>
  )
}

function Pages() {
  const t = useT()
  const boss = useMe().role !== 'agent'
  return (
    <Switch>
      <Route path="/">{() => <DeskPage />}</Route>
      <Route path="/desk/:id?">{({ id }) => <DeskPage id={id} />}</Route>
      <Route path="/floor">{() => (boss ? <FloorPage /> : <NoPermission />)}</Route>
      <Route path="/ledger">{() => (boss ? <LedgerPage /> : <NoPermission />)}</Route>
      <Route path="/customers/:id?">{({ id }) => <CustomersPage id={id} />}</Route>
      <Route path="/search">{() => <SearchPage />}</Route>
      <Route>{() => <Blank title={t('app.not_found')} />}</Route>
    </Switch>
  )
}

function NoPermission() {
  const t = useT()
  return <Blank title={t('app.no_permission')}>{t('app.no_permission.what')}</Blank>
}
