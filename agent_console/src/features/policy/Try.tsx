// The tester: an example, and which rule places it; of each rule before, which test stood in the way and what was found.
import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { PassedOverView, PolicyTried, TryPolicy } from '../../desk/wire'
import { Blank, Button, describe, href, Icon, Select, TextField, useApi, useSettled, useT } from '../../shared'
import { table, tables, text } from './document'
import type { Document, Json, Table } from './document'
import { factOf, known, tokens } from './language'
import { useDocument, useDraft, useDraftState } from './parts'
import { DEFAULT, idAt, tabPath } from './places'
import css from './Policy.module.css'
import { Placed } from './Rules'
import { valueWords } from './words'

type Facts = Record<string, Json>
interface Example {
  by: 'facts' | 'reference'
  facts: Facts
  reference: string
}

const first: Example = { by: 'facts', facts: { channel: 'email', subject: '' }, reference: '' }
let kept = first // an example outlives a look at its rules

export function Try() {
  const t = useT()
  const [example, setExample] = useState(kept)
  const set = (change: Partial<Example>) => {
    kept = { ...example, ...change }
    setExample(kept)
  }
  const asked = useAsked(example)
  const { tried, error } = useTried(asked)
  return (
    <section className={css.try} aria-label={t('policy.tab.try')}>
      <div className={css.stack}>
        <p className="quiet">{t('policy.try.what')}</p>
        <Select label={t('policy.try.by')} value={example.by} onChange={(by) => set({ by: by === 'reference' ? by : 'facts' })} choices={(['facts', 'reference'] as const).map((id) => ({ id, name: t(`policy.try.by.${id}`) }))} />
        {example.by === 'facts' ? <FactFields facts={example.facts} onChange={(facts) => set({ facts })} /> : <Reference value={example.reference} asked={asked} onChange={(reference) => set({ reference })} />}
      </div>
      <div className={css.stack} role="region" aria-label={t('policy.try.result')} aria-live="polite">
        {error !== null && <p className="notice bad" role="alert">{describe(error, t)} {error instanceof ApiError && Object.entries(error.fields).map(([name, words]) => <span key={name}><code>{name}</code> {words}</span>)}</p>}
        {tried ? <Result tried={tried} /> : error === null && <Blank title={t('policy.try.empty')} />}
      </div>
    </section>
  )
}

/** What is to be tried, once it has stood still; null: nothing yet; a reference that means nothing says so. */
interface Asked {
  body: TryPolicy | null
  unknown: boolean
}

function useAsked(example: Example): Asked {
  const api = useApi()
  const document = useSettled(useDocument(), 400)
  const facts = useSettled(example.facts, 400)
  const reference = useSettled(example.reference.trim(), 400)
  const [found, setFound] = useState<{ reference: string; id: string | null } | null>(null)
  useEffect(() => {
    if (!reference || example.by !== 'reference') return undefined
    let current = true
    void idOf(reference, (q) => api.search({ q, limit: 20 })).then((id) => current && setFound({ reference, id }), () => current && setFound({ reference, id: null }))
    return () => {
      current = false
    }
  }, [api, reference, example.by])
  const [body, setBody] = useState<TryPolicy | null>(null)
  const isFound = found?.reference === reference
  const id = isFound ? found.id : null
  const next = example.by === 'facts' ? { document, facts: filled(facts), interaction_id: null } : id ? { document, facts: null, interaction_id: id } : null
  if (JSON.stringify(next) !== JSON.stringify(body)) setBody(next)
  return { body, unknown: example.by === 'reference' && reference !== '' && isFound && id === null }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A reference as it stands in mails and lists, or the id out of the address bar. */
async function idOf(reference: string, search: (q: string) => Promise<{ reference: string | null; interaction_id: string | null }[]>): Promise<string | null> {
  const id = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/i.exec(reference)?.[0]
  if (id && UUID.test(id)) return id
  const hits = await search(reference)
  return hits.find((one) => one.reference?.toLowerCase() === reference.toLowerCase())?.interaction_id ?? null
}

const filled = (facts: Facts): Document => Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''))

function useTried({ body }: Asked): { tried: PolicyTried | null; error: unknown } {
  const api = useApi()
  const [state, setState] = useState<{ tried: PolicyTried | null; error: unknown }>({ tried: null, error: null })
  useEffect(() => {
    if (!body) return undefined
    const mine = new AbortController()
    api.tryPolicy(body, mine.signal).then(
      (tried) => mine.signal.aborted || setState({ tried, error: null }),
      (error: unknown) => mine.signal.aborted || setState((before) => ({ ...before, error })),
    )
    return () => mine.abort()
  }, [api, body])
  return body ? state : { tried: null, error: null }
}

function Reference({ value, asked, onChange }: { value: string; asked: Asked; onChange: (value: string) => void }) {
  const t = useT()
  return <TextField label={t('policy.try.reference')} description={t('policy.try.reference.what')} value={value} onChange={onChange} error={asked.unknown ? t('policy.try.reference.unknown') : null} />
}

function FactFields({ facts, onChange }: { facts: Facts; onChange: (facts: Facts) => void }) {
  const t = useT()
  const all = useDraftState((state) => state.facts)
  const document = useDocument()
  const used = usedIn(document)
  const free = all.filter((one) => !(one.name in facts) || one.name.endsWith('.')).sort((a, b) => Number(used.has(b.name)) - Number(used.has(a.name)))
  const [family, setFamily] = useState<string | null>(null)
  const without = (name: string) => Object.fromEntries(Object.entries(facts).filter(([one]) => one !== name))
  return (
    <div className={css.stack}>
      {Object.keys(facts).map((name) => (
        <div key={name} className={css.rowItem}>
          <div className={css.rowFields}><FactField name={name} value={facts[name] ?? ''} onChange={(value) => onChange({ ...facts, [name]: value })} /></div>
          <Button kind="plain" icon="close" aria-label={t('policy.remove_of', { name: t.word('fact', name) })} onPress={() => onChange(without(name))} />
        </div>
      ))}
      <Select
        label={t('policy.try.add')} value={null} placeholder={t('policy.try.add.choose')} onChange={(name) => (name.endsWith('.') ? setFamily(name) : onChange({ ...facts, [name]: '' }))}
        choices={free.map((one) => ({ id: one.name, name: `${t.word('fact', one.name)}${used.has(one.name) ? ` · ${t('policy.try.used')}` : ''}` }))}
      />
      {family && <Family family={family} onAdd={(name) => {
        setFamily(null)
        onChange({ ...facts, [name]: '' })
      }} />}
    </div>
  )
}

function Family({ family, onAdd }: { family: string; onAdd: (name: string) => void }) {
  const t = useT()
  const [name, setName] = useState('')
  return (
    <form className={css.tools} onSubmit={(event) => {
      event.preventDefault()
      if (name.trim()) onAdd(family + name.trim())
    }}>
      <TextField label={t('policy.try.field_of', { name: family })} value={name} onChange={setName} autoFocus />
      <Button type="submit" isDisabled={!name.trim()}>{t('policy.add')}</Button>
    </form>
  )
}

/** Facts that the rules ask for. */
function usedIn(document: Document): Set<string> {
  return new Set(tables(document.rules).slice(0, 500).flatMap((rule) => tokens(text(rule.when)).filter((one) => one.kind === 'name').map((one) => one.value.replaceAll('`', ''))))
}

interface FactProps {
  name: string
  value: Json
  onChange: (value: Json) => void
}

function FactField({ name, value, onChange }: FactProps) {
  const t = useT()
  const facts = useDraftState((state) => state.facts)
  const kind = factOf(name, facts)?.kind ?? 'text'
  const label = t.word('fact', name)
  if (kind === 'flag') return <FlagField label={label} value={value} onChange={onChange} />
  if (known[name]) return <KnownField name={name} label={label} value={value} onChange={onChange} />
  if (kind === 'number') return <TextField label={label} inputMode="numeric" value={text(value)} onChange={(next) => onChange(/^\d+$/.test(next) ? Number(next) : next)} />
  if (kind === 'set') return <SetField label={label} value={value} onChange={onChange} />
  return <TextField label={label} value={text(value)} onChange={onChange} rows={name === 'text' ? 3 : undefined} />
}

type Labelled = Omit<FactProps, 'name'> & { label: string }

function FlagField({ label, value, onChange }: Labelled) {
  const t = useT()
  const now = value === true ? 'yes' : value === false ? 'no' : null
  return <Select label={label} value={now} placeholder={t('policy.try.nothing')} onChange={(id) => onChange(id === 'yes')} choices={[{ id: 'yes', name: t('policy.yes') }, { id: 'no', name: t('policy.no') }]} />
}

function KnownField({ name, label, value, onChange }: Labelled & { name: string }) {
  const t = useT()
  return <Select label={label} value={text(value) || null} placeholder={t('policy.try.nothing')} onChange={onChange} choices={(known[name] ?? []).map((id) => ({ id, name: t.word(name, id) }))} />
}

function SetField({ label, value, onChange }: Labelled) {
  const t = useT()
  const [typed, setTyped] = useState(() => (Array.isArray(value) ? (value as Json[]).map(text).join(', ') : ''))
  return <TextField label={label} description={t('policy.try.set')} value={typed} onChange={(next) => {
    setTyped(next)
    onChange(next.split(/[,，、]/).map((one) => one.trim()).filter(Boolean))
  }} />
}

function Result({ tried }: { tried: PolicyTried }) {
  const t = useT()
  return (
    <>
      <div className={css.card}>
        <Outcome tried={tried} />
        {tried.placement && <Placed place={tried.placement as Table} />}
        <p className="quiet small">{tried.promise ? t('policy.try.promise', { name: tried.promise }) : t('policy.try.no_promise')}</p>
      </div>
      <PassedBy passed={tried.passed_over} />
      <details>
        <summary>{t('policy.try.facts')}</summary>
        <dl className={css.entries}>{Object.entries(tried.facts).map(([fact, value]) => <div key={fact}><dt>{t.word('fact', fact)}</dt><dd><code>{valueWords(value, t)}</code></dd></div>)}</dl>
      </details>
    </>
  )
}

function Outcome({ tried: { rule, placement } }: { tried: PolicyTried }) {
  const t = useT()
  const document = useDocument()
  if (rule === null && placement && text((placement as Table).queue) !== text(table(document.default).queue))
    return <p className={css.outcome}><Icon name="check" /> {t('policy.try.way_in')}</p>
  if (rule === null)
    return (
      <p className={css.outcome}>
        <Icon name={placement ? 'check' : 'alert'} /> {t(placement ? 'policy.try.default' : 'policy.try.nowhere')} <a href={href(tabPath('rules', DEFAULT))}>{t('policy.default')}</a>
      </p>
    )
  const place = tables(document.rules).findIndex((one) => text(one.id) === rule)
  const name = text(tables(document.rules)[place]?.name) || rule
  return (
    <p className={css.outcome}>
      <Icon name="check" /> {t('policy.try.matches', { n: place + 1 })} <a href={href(tabPath('rules', idAt(document, 'rules', Math.max(place, 0))))}><bdi>{name}</bdi></a>
    </p>
  )
}

const MOST = 50

function PassedBy({ passed }: { passed: readonly PassedOverView[] }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  if (!passed.length) return <p className="quiet">{t('policy.try.first')}</p>
  return (
    <section aria-label={t('policy.try.passed')} className={css.stack}>
      <h2>{t('policy.try.passed')}</h2>
      <ol className={css.found}>
        {passed.slice(-MOST).map((one) => (
          <li key={one.rule} className={css.passed}>
            <button type="button" className={css.link} onClick={() => draft.focus(`rules[${tables(document.rules).findIndex((rule) => text(rule.id) === one.rule)}].when`)}><bdi>{one.name || one.rule}</bdi></button>
            <ul>{one.unmet.map(({ test, found }) => <li key={test}><code>{test}</code> <span className="quiet">{t('policy.try.found')}</span> <code>{valueWords(found, t)}</code></li>)}</ul>
          </li>
        ))}
      </ol>
      {passed.length > MOST && <p className="quiet small">{t('policy.try.more', { n: passed.length - MOST })}</p>}
    </section>
  )
}

