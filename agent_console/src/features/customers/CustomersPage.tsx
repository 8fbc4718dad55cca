import { useState } from 'react'
import type { CustomerView } from '../../desk/wire'
import { Blank, Button, customerPath, describe, href, Icon, names, TextField, useApi, useDesk, useLoad, useSettled, useT } from '../../shared'
import { Identity } from './Identity'
import { OpenItems } from './OpenItems'
import { Timeline } from './Timeline'
import css from './Customers.module.css'

/** #/customers: all of them; #/customers/<id>: one, with the whole history. */
export const CustomersPage = ({ id }: { id?: string }) => (id ? <One key={id} id={id} /> : <All />)

function One({ id }: { id: string }) {
  const t = useT()
  const api = useApi()
  const changed = useDesk((state) =>
    Object.values(state.cards).filter((card) => card.customer_id === id).map((card) => `${card.id}${card.version}`).join(),
  )
  const loaded = useLoad(`${id} ${changed}`, () => api.customer(id))
  const [edited, setEdited] = useState<CustomerView | null>(null)
  const customer = edited && edited.version >= (loaded.value?.version ?? 0) ? edited : loaded.value
  return (
    <div className={css.page}>
      <a className={css.back} href={href('/customers')}><Icon name="back" /> {t('customer.list')}</a>
      {!customer && loaded.error !== null && <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>}
      {customer && (
        <div className={css.columns}>
          <div className={css.side}>
            <Identity customer={customer} onChanged={setEdited} level="h1" />
            <OpenItems cards={customer.open} level="h2" />
          </div>
          <Timeline customer={customer} changed={changed} isPage />
        </div>
      )}
    </div>
  )
}

function All() {
  const t = useT()
  const [q, setQ] = useState('')
  const settled = useSettled(q.trim(), 250)
  return (
    <div className={css.page}>
      <h1 className={css.name}>{t('customer.list')}</h1>
      <TextField label={t('customer.find')} value={q} onChange={setQ} type="search" maxLength={200} />
      <List key={settled} q={settled} />
    </div>
  )
}

function List({ q }: { q: string }) {
  const t = useT()
  const api = useApi()
  const [pages, setPages] = useState<{ items: CustomerView[]; next: string | null } | null>(null)
  const first = useLoad(`customers ${q}`, () => api.customers({ q, limit: 50 }))
  const shown = pages ?? (first.value ? { items: first.value.items, next: first.value.next ?? null } : null)
  const more = () =>
    void api.customers({ q, limit: 50, after: shown?.next }).then((page) =>
      setPages({ items: [...(shown?.items ?? []), ...page.items], next: page.next ?? null }),
    )
  if (!shown) return first.error !== null ? <p className="notice bad" role="alert">{describe(first.error, t)}</p> : null
  if (!shown.items.length) return <Blank title={t(q ? 'customer.none' : 'customer.none_yet')} />
  return (
    <>
      <ul className={css.list}>
        {shown.items.map((one) => <Row key={one.id} customer={one} />)}
      </ul>
      {shown.next && <Button onPress={more}>{t('customer.more')}</Button>}
    </>
  )
}

function Row({ customer }: { customer: CustomerView }) {
  const t = useT()
  const reachable = customer.addresses.filter((address) => address.kind !== 'visitor')
  return (
    <li>
      <a className={css.row} href={href(customerPath(customer.id))}>
        <span className={css.rowName}><bdi>{customer.name || t('customer.unknown')}</bdi></span>
        <span className="ellipsis quiet"><bdi>{reachable.map((address) => address.value).join(' · ')}</bdi></span>
        <span className="quiet small">{t('customer.counts', customer)}</span>
        {customer.open.length > 0 && <span className={names('chip good', css.chip)}>{t('customer.open')}: {customer.open.length}</span>}
      </a>
    </li>
  )
}
