import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { useT } from '../i18n'
import { Blank, useMe } from '../shared'
import type { IconName } from '../shared'
import { DeskPage } from './DeskPage'

// The desk comes first; the other pages come when somebody goes there.
const BlockedPage = lazy(() => import('../features/callback/BlockedPage').then((m) => ({ default: m.BlockedPage })))
const CustomersPage = lazy(() => import('../features/customers/CustomersPage').then((m) => ({ default: m.CustomersPage })))
const DialPage = lazy(() => import('../features/phone/DialPage').then((m) => ({ default: m.DialPage })))
const LedgerPage = lazy(() => import('../features/ledger/LedgerPage').then((m) => ({ default: m.LedgerPage })))
const NewMailPage = lazy(() => import('../features/composer/NewMailPage').then((m) => ({ default: m.NewMailPage })))
const NewTextPage = lazy(() => import('../features/composer/NewTextPage').then((m) => ({ default: m.NewTextPage })))
const MailboxesPage = lazy(() => import('../features/mailboxes/MailboxesPage').then((m) => ({ default: m.MailboxesPage })))
const MailboxPage = lazy(() => import('../features/mailboxes/MailboxPage').then((m) => ({ default: m.MailboxPage })))
const PolicyPage = lazy(() => import('../features/policy/PolicyPage').then((m) => ({ default: m.PolicyPage })))
const QuarantinePage = lazy(() => import('../features/quarantine/QuarantinePage').then((m) => ({ default: m.QuarantinePage })))
const TwilioPage = lazy(() => import('../features/twilio/TwilioPage').then((m) => ({ default: m.TwilioPage })))
const SearchPage = lazy(() => import('../features/search/SearchPage').then((m) => ({ default: m.SearchPage })))
const FloorPage = lazy(() => import('../features/supervisor/FloorPage').then((m) => ({ default: m.FloorPage })))

export interface PageEntry {
  path: string
  name: string
  icon: IconName
}

/** The pages that my role may see, in the order of the rail. */
export function usePages(): readonly PageEntry[] {
  const t = useT()
  const role = useMe().role
  const boss = role !== 'agent'
  const all: readonly (PageEntry & { boss?: boolean; admin?: boolean })[] = [
    { path: '/desk', icon: 'desk', name: t('nav.desk') },
    { path: '/floor', icon: 'floor', name: t('nav.floor'), boss: true },
    { path: '/customers', icon: 'people', name: t('nav.customers') },
    { path: '/search', icon: 'search', name: t('nav.search') },
    { path: '/ledger', icon: 'ledger', name: t('nav.ledger'), boss: true },
    { path: '/policy', icon: 'route', name: t('nav.policy'), boss: true },
    { path: '/blocked', icon: 'block', name: t('nav.blocked'), boss: true },
    { path: '/mailboxes', icon: 'mail', name: t('nav.mailboxes'), admin: true },
    { path: '/twilio', icon: 'message', name: t('nav.twilio'), admin: true },
  ]
  return all.filter((page) => (boss || !page.boss) && (role === 'admin' || !page.admin))
}

export function Pages() {
  const t = useT()
  const role = useMe().role
  const [boss, admin] = [role !== 'agent', role === 'admin']
  return (
    <Suspense fallback={null}>
      <Switch>
        <Route path="/">{() => <DeskPage />}</Route>
        <Route path="/desk">{() => <DeskPage />}</Route>
        <Route path="/desk/:id">{({ id }) => <DeskPage id={id} />}</Route>
        <Route path="/desk/:id/customer">{({ id }) => <DeskPage id={id} panel />}</Route>
        <Route path="/floor/*?">{() => (boss ? <FloorPage /> : <NoPermission />)}</Route>
        <Route path="/ledger">{() => (boss ? <LedgerPage /> : <NoPermission />)}</Route>
        <Route path="/quarantine">{() => (boss ? <QuarantinePage /> : <NoPermission />)}</Route>
        <Route path="/policy/*?">{() => (boss ? <PolicyPage /> : <NoPermission />)}</Route>
        <Route path="/blocked">{() => (boss ? <BlockedPage /> : <NoPermission />)}</Route>
        <Route path="/mailboxes">{() => (admin ? <MailboxesPage /> : <NoPermission />)}</Route>
        <Route path="/mailboxes/new">{() => (admin ? <MailboxPage /> : <NoPermission />)}</Route>
        <Route path="/mailboxes/:id/edit">{({ id }) => (admin ? <MailboxPage key={id} id={id} /> : <NoPermission />)}</Route>
        <Route path="/twilio">{() => (admin ? <TwilioPage /> : <NoPermission />)}</Route>
        <Route path="/customers/:id?">{({ id }) => <CustomersPage id={id} />}</Route>
        <Route path="/mail/:customer?">{({ customer }) => <NewMailPage customerId={customer} />}</Route>
        <Route path="/dial/:customer?">{({ customer }) => <DialPage customerId={customer} />}</Route>
        <Route path="/text/:customer?">{({ customer }) => <NewTextPage customerId={customer} />}</Route>
        <Route path="/search/:words?">{({ words }) => <SearchPage query={words} />}</Route>
        <Route>{() => <Blank title={t('app.not_found')} />}</Route>
      </Switch>
    </Suspense>
  )
}

function NoPermission() {
  const t = useT()
  return (
    <div className="blank">
      <h1>{t('app.no_permission')}</h1>
      {t('app.no_permission.what')}
    </div>
  )
}
