import { useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { Hit } from '../../desk/wire'
import { Blank, customerPath, describe, deskPath, href, Icon, Moment, names, TextField, useApi, useLoad, useSettled, useT, useWhere } from '../../shared'
import { marked } from './marks'
import css from './Search.module.css'

const LIMIT = 50

/** #/search and #/search/<words>: customers first, then everything said and noted. */
export function SearchPage({ query = '' }: { query?: string }) {
  const t = useT()
  const [q, setQ] = useState(() => plain(query))
  const settled = useSettled(q.trim(), 200)
  const [address, setAddress] = useState(query)
  if (query !== address) {
    setAddress(query)
    if (plain(query) !== settled) setQ(plain(query)) // another search was opened, e.g. by going back
  }
  const results = useRef<HTMLDivElement>(null)
  const [, go] = useWhere()
  const remember = () => go(settled ? `/search/${encodeURIComponent(settled)}` : '/search', { replace: true })
  return (
    <div className={css.page} onKeyDown={(event) => walk(event, results.current)}>
      <h1 className={css.title}>{t('nav.search')}</h1>
      <TextField
        label={t('search.field')} description={t('search.hint')} value={q} onChange={setQ} type="search" maxLength={200}
        autoFocus onBlur={remember}
      />
      <div ref={results}>{settled && <Results key={settled} q={settled} />}</div>
    </div>
  )
}

function plain(words: string): string {
  try {
    return decodeURIComponent(words)
  } catch {
    return words // typed by hand, and not a valid escape
  }
}

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

/** Arrows walk through the findings; from the first one up goes back to the field. */
function walk(event: KeyboardEvent, results: HTMLElement | null): void {
  const step = steps[event.key]
  if (step === undefined || event.nativeEvent.isComposing) return // the arrows choose characters now
  const links = [...(results?.querySelectorAll<HTMLElement>('a[data-hit]') ?? [])]
  const next = links.indexOf(document.activeElement as HTMLElement) + step
  if (next < -1 || next >= links.length) return
  event.preventDefault()
  const target = next === -1 ? event.currentTarget.querySelector<HTMLElement>('input') : links[next]
  target?.focus()
}

function Results({ q }: { q: string }) {
  const t = useT()
  const api = useApi()
  const found = useLoad(q, () => api.search({ q, limit: LIMIT }))
  const hits = found.value
  if (!hits) return found.error !== null ? <p className="notice bad" role="alert">{describe(found.error, t)}</p> : <Bones shown={found.slow} />
  const customers = hits.filter((hit) => hit.kind === 'customer')
  const texts = hits.filter((hit) => hit.kind !== 'customer')
  return (
    <>
      <p role="status" className="quiet small">
        {t(hits.length < LIMIT ? 'search.found' : 'search.first', { n: hits.length })}
      </p>
      {hits.length === 0 && <Blank title={t('search.none', { q })}>{t('search.none.what')}</Blank>}
      <Group title={t('search.customers')} hits={customers} q={q} />
      <Group title={t('search.texts')} hits={texts} q={q} />
    </>
  )
}

const Bones = ({ shown }: { shown: boolean }) =>
  shown ? <div className={css.bones} aria-hidden="true"><span className="bone" /><span className="bone" /><span className="bone" /></div> : null

function Group({ title, hits, q }: { title: string; hits: readonly Hit[]; q: string }) {
  if (!hits.length) return null
  return (
    <section className={css.group}>
      <h2>{title}</h2>
      <ul>
        {hits.map((hit, n) => <Found key={`${n} ${hit.interaction_id ?? hit.customer_id}`} hit={hit} q={q} />)}
      </ul>
    </section>
  )
}

function Found({ hit, q }: { hit: Hit; q: string }) {
  const t = useT()
  const to = hit.interaction_id ? deskPath(hit.interaction_id) : customerPath(hit.customer_id)
  return (
    <li>
      <a data-hit href={href(to)} className={names(css.hit, hit.kind === 'note' && css.note)}>
        <span className={css.top}>
          <strong><bdi><Marked text={hit.customer_name || t('customer.unknown')} q={q} /></bdi></strong>
          {hit.kind === 'note' && <span className={css.label}><Icon name="note" size={14} /> {t('search.note')}</span>}
          {hit.reference && <span className="quiet small"><Marked text={hit.reference} q={q} /></span>}
          <span className={names('quiet small', css.at)}><Moment at={hit.at} /></span>
        </span>
        {hit.excerpt && <span className={css.excerpt} dir="auto"><Marked text={hit.excerpt} q={q} /></span>}
      </a>
    </li>
  )
}

const Marked = ({ text, q }: { text: string; q: string }) => (
  <>
    {marked(text, q).map((part, n) => (part.found ? <mark key={n} className={css.mark}>{part.text}</mark> : part.text))}
  </>
)
