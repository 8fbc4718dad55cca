import { useState } from 'react'
import { TextField, useApi, useLoad, useT } from '../../shared'

export function SearchPage() {
  const t = useT()
  const api = useApi()
  const [q, setQ] = useState('')
  const found = useLoad(q || null, () => api.search({ q }))
  return (
    <section>
      <TextField label={t('nav.search')} value={q} onChange={setQ} />
      <ul>{found.value?.map((hit) => <li key={`${hit.customer_id}${hit.at}`} dir="auto">{hit.excerpt}</li>)}</ul>
    </section>
  )
}
