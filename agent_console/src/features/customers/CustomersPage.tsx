import { customerPath, href, useApi, useLoad, useT } from '../../shared'

export function CustomersPage({ id }: { id?: string }) {
  const t = useT()
  const api = useApi()
  const list = useLoad(id ?? 'all', () => (id ? api.customer(id).then((one) => [one]) : api.customers({}).then((page) => page.items)))
  return (
    <section>
      <h1>{t('nav.customers')}</h1>
      <ul>{list.value?.map((one) => <li key={one.id}><a href={href(customerPath(one.id))} dir="auto">{one.name}</a></li>)}</ul>
    </section>
  )
}
