// What is promised to customers (SLAs), and which contact gets which promise.
import { Blank, Button, href, Icon, Select, useT } from '../../shared'
import { idsOf, list, move, put, table, tables, text } from './document'
import { LineAt, NumberAt, Part, RemoveButton, RowsAt, SelectAt, WrongAt } from './Fields'
import { AddNamed, namedTables, RemoveNamed } from './Hours'
import { useAt, useDocument, useDraft, useDraftState } from './parts'
import { tabPath } from './places'
import css from './Policy.module.css'
import { Back } from './Rule'
import { Marks } from './Rules'

const clocks = ['first_response_minutes', 'next_response_minutes', 'resolution_minutes'] as const

export function Promises() {
  const t = useT()
  const document = useDocument()
  const all = namedTables(document, 'slas')
  const calendars = idsOf(document, 'calendars')
  return (
    <section className={css.stack} aria-label={t('policy.tab.promises')}>
      <p className="quiet">{t('policy.slas.what')}</p>
      {all.length === 0 && <Blank title={t('policy.slas.empty')}>{t('policy.slas.empty.what')}</Blank>}
      <ul className={css.cards}>
        {all.map(([id, sla]) => (
          <li key={id} className={css.card}>
            <a href={href(tabPath('promises', id))} className={css.ruleName}>{id}</a>
            <p className={css.chips}>
              {clocks.filter((one) => one in sla).map((one) => <span key={one} className="chip">{t(`policy.field.${one}`)}: {t('policy.minutes', { n: text(sla[one]) })}</span>)}
              <span className="chip"><Icon name="clock" size={14} /> {text(sla.calendar)}</span>
            </p>
            <Marks path={`slas.${id}`} />
          </li>
        ))}
      </ul>
      {calendars.length === 0
        ? <p className="notice">{t('policy.slas.calendar_first')} <a href={href(tabPath('hours'))}>{t('policy.tab.hours')}</a></p>
        : <AddNamed group="slas" tab="promises" add={t('policy.slas.add')} fresh={() => ({ version: 1, calendar: calendars[0] ?? '', first_response_minutes: 60, warn_percents: [80] })} />}
      <WhoGets />
    </section>
  )
}

function WhoGets() {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const all = tables(document.promises)
  const slas = idsOf(document, 'slas').map((id) => ({ id, name: id }))
  return (
    <Part title={t('policy.group.promises')} what={t('policy.promises.what')}>
      {all.map((_, place) => (
        <div key={place} className={css.rowItem} role="group" aria-label={t('policy.promises.n', { n: place + 1 })}>
          <div className={css.rowFields}>
            <SelectAt path={`promises[${place}].sla`} label={t('policy.promises.get')} none={t('policy.promises.nothing')} choices={slas} />
            <Conditions path={`promises[${place}].when`} />
          </div>
          <Button kind="plain" icon="up" aria-label={t('policy.rules.up', { name: t('policy.promises.n', { n: place + 1 }) })} isDisabled={place === 0} onPress={() => draft.change(move(document, 'promises', place, place - 1))} />
          <RemoveButton label={t('policy.remove_of', { name: t('policy.promises.n', { n: place + 1 }) })} onPress={() => draft.change(put(document, `promises[${place}]`, undefined))} />
        </div>
      ))}
      <WrongAt path="promises" />
      <div><Button icon="plus" isDisabled={slas.length === 0} onPress={() => draft.change(put(document, 'promises', [...list(document.promises), { sla: slas[0]?.id ?? null, when: {} }]))}>{t('policy.promises.add')}</Button></div>
    </Part>
  )
}

/** All of these facts have one of the values; none: everybody. */
function Conditions({ path }: { path: string }) {
  const t = useT()
  const { value, set } = useAt(path)
  const facts = useDraftState((state) => state.facts).filter((one) => one.kind === 'text' && !one.name.endsWith('.'))
  const now = table(value)
  const free = facts.filter((one) => !(one.name in now))
  return (
    <div className={css.stack}>
      {Object.keys(now).length === 0 && <p className="quiet small">{t('policy.promises.all')}</p>}
      {Object.keys(now).map((name) => (
        <div key={name} className={css.rowItem}>
          <div className={css.rowFields}><LineAt path={`${path}.${name}`} label={t('policy.promises.is', { fact: t.word('fact', name) })} /></div>
          <RemoveButton label={t('policy.remove_of', { name: t.word('fact', name) })} onPress={() => set(Object.fromEntries(Object.entries(now).filter(([one]) => one !== name)))} />
        </div>
      ))}
      <Select label={t('policy.promises.condition')} bare placeholder={t('policy.promises.condition')} value={null} choices={free.map((one) => ({ id: one.name, name: t.word('fact', one.name) }))} onChange={(name) => set({ ...now, [name]: [] })} />
    </div>
  )
}

export function SlaPage({ id }: { id: string }) {
  const t = useT()
  const document = useDocument()
  if (!Object.hasOwn(table(document.slas), id)) return <Blank title={t('policy.gone')}><a href={href(tabPath('promises'))}>{t('policy.slas.back')}</a></Blank>
  const path = `slas.${id}`
  return (
    <div className={css.editor}>
      <Back to={tabPath('promises')}>{t('policy.slas.back')}</Back>
      <h2>{id}</h2>
      <WrongAt path={path} />
      <Part title={t('policy.sla.times')} what={t('policy.sla.times.what')}>
        <SelectAt path={`${path}.calendar`} label={t('policy.field.calendar')} choices={idsOf(document, 'calendars').map((one) => ({ id: one, name: one }))} />
        <div className={css.pair}>
          {clocks.map((one) => <NumberAt key={one} path={`${path}.${one}`} label={t(`policy.field.${one}`)} unit={t('policy.unit.minutes')} fallback={t('policy.sla.no_promise')} />)}
        </div>
        <NumberAt path={`${path}.version`} label={t('policy.field.version')} what={t('policy.sla.version.what')} />
      </Part>
      <Part title={t('policy.sla.warnings')} what={t('policy.sla.warnings.what')}>
        <div className={css.pair}>
          <NumbersAt path={`${path}.warn_percents`} label={t('policy.field.warn_percents')} />
          <NumbersAt path={`${path}.warn_minutes`} label={t('policy.field.warn_minutes')} />
        </div>
        <LineAt path={`${path}.pauses`} label={t('policy.field.pauses')} what={t('policy.pauses.what')} placeholder="parked, waiting" />
      </Part>
      <RemoveNamed group="slas" kind="sla" tab="promises" id={id} />
    </div>
  )
}

function NumbersAt({ path, label }: { path: string; label: string }) {
  const t = useT()
  return (
    <RowsAt path={path} add={t('policy.add_to', { name: label })} fresh={() => (path.endsWith('percents') ? 80 : 15)} of={(n) => `${label} ${n}`} row={(one, n) => <NumberAt path={one} label={`${label} ${n + 1}`} />} />
  )
}
