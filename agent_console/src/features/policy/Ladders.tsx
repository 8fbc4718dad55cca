// Ladders: how an item that nobody answers climbs, step by step.
import { useState } from 'react'
import { Blank, Button, href, Switch, TextField, useT, useWhere } from '../../shared'
import { append, freeId, idsOf, list, put, tables, text, usesOf } from './document'
import { ExpressionAt } from './ExpressionField'
import { NumberAt, Part, RowsAt, SelectAt, WrongAt } from './Fields'
import { useAt, useDocument, useDraft, useQueueChoices } from './parts'
import { idAt, placeOf, tabPath } from './places'
import css from './Policy.module.css'
import { Uses } from './Queues'
import { Back } from './Rule'
import { Marks } from './Rules'

const roles = ['agent', 'supervisor', 'admin'] as const

export function Ladders() {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const [name, setName] = useState('')
  const all = tables(document.ladders)
  return (
    <section className={css.stack} aria-label={t('policy.tab.ladders')}>
      <p className="quiet">{t('policy.ladders.what')}</p>
      {all.length === 0 && <Blank title={t('policy.ladders.empty')}>{t('policy.ladders.empty.what')}</Blank>}
      <ul className={css.cards}>
        {all.map((ladder, place) => (
          <li key={idAt(document, 'ladders', place)} className={css.card}>
            <a href={href(tabPath('ladders', idAt(document, 'ladders', place)))} className={css.ruleName}>{text(ladder.id)}</a>
            <p className="quiet small">{t('policy.ladders.steps', { n: list(ladder.steps).length })}</p>
            <Marks path={`ladders[${place}]`} />
          </li>
        ))}
      </ul>
      <form className={css.tools} onSubmit={(event) => {
        event.preventDefault()
        if (!name.trim()) return
        const id = freeId(name, idsOf(document, 'ladders'), 'ladder')
        draft.change(append(document, 'ladders', { id, steps: [{ notify: ['supervisor'], after_minutes: 30 }] }))
        go(tabPath('ladders', id))
      }}>
        <TextField label={t('policy.id')} value={name} onChange={setName} description={t('policy.id.what')} />
        <Button icon="plus" type="submit" isDisabled={!name.trim()}>{t('policy.ladders.add')}</Button>
      </form>
    </section>
  )
}

export function LadderPage({ id }: { id: string }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const queues = useQueueChoices()
  const place = placeOf(document, 'ladders', id)
  if (place < 0 || !list(document.ladders)[place]) return <Blank title={t('policy.gone')}><a href={href(tabPath('ladders'))}>{t('policy.ladders.back')}</a></Blank>
  const path = `ladders[${place}]`
  const uses = usesOf(document, 'ladder', text(tables(document.ladders)[place]?.id))
  return (
    <div className={css.editor}>
      <Back to={tabPath('ladders')}>{t('policy.ladders.back')}</Back>
      <h2>{text(tables(document.ladders)[place]?.id)}</h2>
      <WrongAt path={path} />
      <WrongAt path={`${path}.id`} />
      <Part title={t('policy.field.steps')} what={t('policy.steps.what')}>
        <RowsAt
          path={`${path}.steps`} add={t('policy.steps.add')} fresh={() => ({ notify: ['supervisor'], after_minutes: 30 })} of={(n) => t('policy.steps.n', { n })}
          row={(one, n) => (
            <div className={css.stack}>
              <strong>{t('policy.steps.n', { n: n + 1 })}</strong>
              <div className={css.pair}>
                <NumberAt path={`${one}.after_minutes`} label={t('policy.field.after_minutes')} unit={t('policy.unit.minutes')} what={t('policy.after_minutes.what')} fallback={t('policy.steps.by_hand')} />
                <SelectAt path={`${one}.queue`} label={t('policy.steps.queue')} none={t('policy.steps.stays')} choices={queues} />
                <NumberAt path={`${one}.priority`} label={t('policy.steps.priority')} fallback="0" />
              </div>
              <ExpressionAt path={`${one}.require`} label={t('policy.field.require')} about="skills" what={t('policy.steps.require.what')} />
              <Notify path={`${one}.notify`} />
              <OfferCallback path={`${one}.offer`} />
            </div>
          )}
        />
      </Part>
      <Uses uses={uses} what={t('policy.used', { n: uses.length })}>
        <Button kind="danger" isDisabled={uses.length > 0} onPress={() => {
          go(tabPath('ladders'))
          draft.change(put(document, path, undefined))
        }}>{t('policy.remove')}</Button>
      </Uses>
    </div>
  )
}

function OfferCallback({ path }: { path: string }) {
  const t = useT()
  const { value, set } = useAt(path)
  return <Switch value={value === 'callback'} onChange={(on) => set(on ? 'callback' : undefined)}>{t('policy.step.offer_callback')}</Switch>
}

function Notify({ path }: { path: string }) {
  const t = useT()
  const { value, set } = useAt(path)
  const now = list(value).map(text)
  return (
    <fieldset className={css.set} data-path={path}>
      <legend>{t('policy.field.notify')}</legend>
      <div className={css.chips}>
        {roles.map((role) => (
          <Switch key={role} value={now.includes(role)} onChange={(on) => {
            const next = roles.filter((one) => (one === role ? on : now.includes(one)))
            set(next.length ? next : undefined)
          }}>{t(`policy.role.${role}`)}</Switch>
        ))}
      </div>
    </fieldset>
  )
}
