// Calendars: opening hours by weekday, days off, and days with hours of their own.
import { useState } from 'react'
import { Blank, Button, href, TextField, useT, useWhere } from '../../shared'
import { freeId, idsOf, list, number, put, table, tables, text, usesOf } from './document'
import type { Document } from './document'
import { LineAt, Part, RowsAt, TextAt, WrongAt } from './Fields'
import { useDocument, useDraft } from './parts'
import { tabPath } from './places'
import type { Tab } from './places'
import css from './Policy.module.css'
import { Uses } from './Queues'
import { Back } from './Rule'
import { Marks } from './Rules'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export function Hours() {
  const t = useT()
  const document = useDocument()
  const calendars = table(document.calendars)
  return (
    <section className={css.stack} aria-label={t('policy.tab.hours')}>
      <p className="quiet">{t('policy.hours.what')}</p>
      {Object.keys(calendars).length === 0 && <Blank title={t('policy.hours.empty')}>{t('policy.hours.empty.what')}</Blank>}
      <ul className={css.cards}>
        {Object.entries(calendars).map(([id, calendar]) => (
          <li key={id} className={css.card}>
            <a href={href(tabPath('hours', id))} className={css.ruleName}>{id}</a>
            <Week week={table(table(calendar).week)} />
            <p className="quiet small">
              {text(table(calendar).zone)} · {t('policy.hours.exceptions', { closed: list(table(calendar).closed).length, special: list(table(calendar).special).length })}
            </p>
            <Marks path={`calendars.${id}`} />
          </li>
        ))}
      </ul>
      <AddNamed group="calendars" tab="hours" add={t('policy.hours.add')} fresh={(document) => ({ zone: text(document.zone) || 'UTC', week: { mon: ['09:00-17:00'], tue: ['09:00-17:00'], wed: ['09:00-17:00'], thu: ['09:00-17:00'], fri: ['09:00-17:00'] } })} />
    </section>
  )
}

/** The week at a glance: one bar for each day. */
function Week({ week }: { week: ReturnType<typeof table> }) {
  const t = useT()
  return (
    <ul className={css.week}>
      {days.map((day) => {
        const hours = list(week[day]).map(text)
        return (
          <li key={day} data-open={hours.length > 0} title={hours.join(', ') || t('policy.hours.closed')}>
            {t(`policy.day.${day}`)}<span className="unseen">: {hours.join(', ') || t('policy.hours.closed')}</span>
          </li>
        )
      })}
    </ul>
  )
}

interface AddNamedProps {
  group: string
  tab: Tab
  add: string
  fresh: (document: Document) => Parameters<typeof put>[2]
}

/** A new entry of a table of ids: its id is asked for first, for it stays. */
export function AddNamed({ group, tab, add, fresh }: AddNamedProps) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const [name, setName] = useState('')
  const taken = idsOf(document, group)
  const id = name.trim() ? freeId(name, taken, 'new') : ''
  return (
    <form className={css.tools} onSubmit={(event) => {
      event.preventDefault()
      if (!id) return
      draft.change(put(document, `${group}.${id}`, fresh(document)))
      go(tabPath(tab, id))
    }}>
      <TextField label={t('policy.id')} value={name} onChange={setName} description={id && id !== name ? t('policy.id.becomes', { id }) : t('policy.id.what')} />
      <Button icon="plus" type="submit" isDisabled={!id}>{add}</Button>
    </form>
  )
}

export function CalendarPage({ id }: { id: string }) {
  const t = useT()
  const document = useDocument()
  if (!Object.hasOwn(table(document.calendars), id)) return <Blank title={t('policy.gone')}><a href={href(tabPath('hours'))}>{t('policy.hours.back')}</a></Blank>
  const path = `calendars.${id}`
  return (
    <div className={css.editor}>
      <Back to={tabPath('hours')}>{t('policy.hours.back')}</Back>
      <h2>{id}</h2>
      <WrongAt path={path} />
      <Part title={t('policy.hours.week')} what={t('policy.hours.week.what')}>
        <TextAt path={`${path}.zone`} label={t('policy.field.zone')} what={t('policy.zone.what')} placeholder="Europe/Berlin" />
        {days.map((day) => <Day key={day} path={`${path}.week.${day}`} label={t(`policy.day.${day}`)} />)}
        <WrongAt path={`${path}.week`} />
      </Part>
      <Part title={t('policy.field.closed')} what={t('policy.closed.what')}>
        <RowsAt
          path={`${path}.closed`} add={t('policy.closed.add')} fresh={() => ({ on: '', name: '' })} of={(n) => t('policy.closed.n', { n })}
          row={(one) => <div className={css.pair}><TextAt path={`${one}.on`} label={t('policy.field.on')} placeholder="2026-12-25" /><TextAt path={`${one}.name`} label={t('policy.field.name')} /></div>}
        />
      </Part>
      <Part title={t('policy.field.special')} what={t('policy.special.what')}>
        <RowsAt
          path={`${path}.special`} add={t('policy.special.add')} fresh={() => ({ on: '', name: '', hours: ['09:00-12:00'] })} of={(n) => t('policy.special.n', { n })}
          row={(one) => <div className={css.pair}><TextAt path={`${one}.on`} label={t('policy.field.on')} placeholder="2026-12-24" /><TextAt path={`${one}.name`} label={t('policy.field.name')} /><LineAt path={`${one}.hours`} label={t('policy.field.hours')} placeholder="09:00-12:00" /></div>}
        />
      </Part>
      <RemoveNamed group="calendars" kind="calendar" tab="hours" id={id} />
    </div>
  )
}

/** Problems of single hours stand below their day. */
function Day({ path, label }: { path: string; label: string }) {
  return (
    <div>
      <LineAt path={path} label={label} placeholder="09:00-12:00, 13:00-17:30" />
      {Array.from({ length: 4 }, (_, n) => <WrongAt key={n} path={`${path}[${n}]`} />)}
    </div>
  )
}

export function RemoveNamed({ group, kind, tab, id }: { group: string; kind: 'calendar' | 'sla'; tab: Tab; id: string }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const uses = usesOf(document, kind, id)
  return (
    <Uses uses={uses} what={t('policy.used', { n: uses.length })}>
      <Button kind="danger" isDisabled={uses.length > 0} onPress={() => {
        go(tabPath(tab))
        draft.change(put(document, `${group}.${id}`, undefined))
      }}>{t('policy.remove')}</Button>
    </Uses>
  )
}

/** So many minutes as people say them. */
export const minutesOf = (value: Parameters<typeof number>[0]): string => (value === undefined ? '' : text(value))
export const namedTables = (document: Document, group: string): [string, ReturnType<typeof table>][] =>
  Object.entries(table(document[group])).map(([id, one]) => [id, table(one)])
export const placesOf = (document: Document, group: string): number[] => tables(document[group]).map((_, place) => place)
