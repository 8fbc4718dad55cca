// One rule, or the default: when it holds, and where it puts a contact.
import { Blank, Button, href, Icon, useT, useTell, useWhere } from '../../shared'
import { at, duplicateRule, freeId, idsOf, list, put, table, tables, text } from './document'
import { ExpressionAt } from './ExpressionField'
import { NumberAt, Part, RowsAt, SelectAt, TextAt, Wrong, WrongAt } from './Fields'
import { useAt, useDocument, useDraft, useQueueChoices } from './parts'
import { DEFAULT, idAt, placeOf, tabPath } from './places'
import css from './Policy.module.css'

export function RulePage({ id }: { id: string }) {
  const t = useT()
  const document = useDocument()
  const place = placeOf(document, 'rules', id)
  if (id === DEFAULT)
    return (
      <div className={css.editor}>
        <Back to={tabPath('rules')}>{t('policy.rules.back')}</Back>
        <h2>{t('policy.default')}</h2>
        <p className="quiet">{t('policy.default.what')}</p>
        <WrongAt path="default" />
        <Placement path="default" />
      </div>
    )
  if (place < 0 || !list(document.rules)[place])
    return <Blank title={t('policy.gone')}><a href={href(tabPath('rules'))}>{t('policy.rules.back')}</a></Blank>
  return <Editor key={id} place={place} />
}

export function Back({ to, children }: { to: string; children: string }) {
  return <p><a href={href(to)} className={css.back}><Icon name="back" size={16} /> {children}</a></p>
}

function Editor({ place }: { place: number }) {
  const t = useT()
  const document = useDocument()
  const all = list(document.rules).length
  const path = `rules[${place}]`
  const rule = tables(document.rules)[place] ?? {}
  return (
    <div className={css.editor}>
      <Back to={tabPath('rules')}>{t('policy.rules.back')}</Back>
      <div className={css.head}>
        <h2><bdi>{text(rule.name) || text(rule.id)}</bdi></h2>
        <span className="quiet small">{t('policy.rules.place', { n: place + 1, all })}</span>
        <Steps place={place} all={all} />
      </div>
      <WrongAt path={path} />
      <Part title={t('policy.rule.when')} what={t('policy.rule.when.what')} actions={<a href={href('/policy/help')}>{t('policy.help.language')}</a>}>
        <TextAt path={`${path}.name`} label={t('policy.field.name')} />
        <ExpressionAt path={`${path}.when`} label={t('policy.field.when')} about="facts" placeholder={'channel = "email" and subject contains "invoice"'} what={t('policy.expression.how')} />
      </Part>
      <Placement path={`${path}.place`} />
      <Identity path={path} place={place} />
      <Actions place={place} />
    </div>
  )
}

function Steps({ place, all }: { place: number; all: number }) {
  const t = useT()
  const document = useDocument()
  const [, go] = useWhere()
  const to = (other: number) => () => go(tabPath('rules', idAt(document, 'rules', other)))
  return (
    <span className={css.steps}>
      <Button kind="plain" icon="up" aria-label={t('policy.rules.previous')} isDisabled={place === 0} onPress={to(place - 1)} />
      <Button kind="plain" icon="down" aria-label={t('policy.rules.next')} isDisabled={place >= all - 1} onPress={to(place + 1)} />
    </span>
  )
}

/** The id is what the history names; it follows nothing, and is rarely touched. */
function Identity({ path, place }: { path: string; place: number }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const { value, error } = useAt(`${path}.id`)
  const rename = () => {
    const name = text(at(document, `${path}.name`))
    const id = freeId(name, idsOf(document, 'rules').filter((_, one) => one !== place), 'rule')
    draft.change(put(document, `${path}.id`, id))
    go(tabPath('rules', id), { replace: true })
  }
  return (
    <p className={css.identity} data-path={`${path}.id`}>
      <span className="quiet small">{t('policy.rule.id')}</span> <code>{text(value)}</code>
      <Button kind="plain" onPress={rename}>{t('policy.rule.id.from_name')}</Button>
      <Wrong error={error} />
    </p>
  )
}

function Actions({ place }: { place: number }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const tell = useTell()
  const [, go] = useWhere()
  const rule = tables(document.rules)[place] ?? {}
  const name = text(rule.name) || text(rule.id)
  return (
    <div className={css.actions}>
      <Button onPress={() => go(tabPath('try'))}>{t('policy.rule.try')}</Button>
      <Button onPress={() => {
        const copy = duplicateRule(document, place, t('policy.rules.copy_of', { name }))
        draft.change(copy.document)
        go(tabPath('rules', copy.id))
      }}>{t('policy.rules.duplicate')}</Button>
      <Button kind="danger" onPress={() => {
        go(tabPath('rules'))
        draft.change(put(document, `rules[${place}]`, undefined))
        tell(t('policy.rules.removed', { name }))
      }}>{t('policy.remove')}</Button>
    </div>
  )
}

/** Queue, whom it needs, who should, how urgent it is, whom it waits for, and how that loosens. */
export function Placement({ path }: { path: string }) {
  const t = useT()
  const queues = useQueueChoices()
  const of = (name: string) => `${path}.${name}`
  return (
    <>
      <Part title={t('policy.rule.place')}>
        <WrongAt path={path} />
        <SelectAt path={of('queue')} label={t('policy.field.queue')} choices={queues} />
        <div className={css.pair}>
          <NumberAt path={of('priority')} label={t('policy.field.priority')} what={t('policy.priority.what')} fallback="0" />
          <NumberAt path={of('target_minutes')} label={t('policy.field.target_minutes')} unit={t('policy.unit.minutes')} what={t('policy.target.what')} fallback={t('policy.as_queue')} />
        </div>
      </Part>
      <Part title={t('policy.rule.who')} what={t('policy.rule.who.what')}>
        <ExpressionAt path={of('require')} label={t('policy.field.require')} about="skills" placeholder="german >= 3 and billing" what={t('policy.require.what')} />
        <fieldset className={css.set}>
          <legend>{t('policy.field.prefer')}</legend>
          <p className="quiet small">{t('policy.prefer.what')}</p>
          <RowsAt
            path={of('prefer')} add={t('policy.prefer.add')} fresh={() => ''} of={(n) => t('policy.prefer.n', { n })}
            row={(one, n) => <ExpressionAt path={one} label={t('policy.prefer.n', { n: n + 1 })} bare about="skills" placeholder="accounting" />}
          />
        </fieldset>
        <fieldset className={css.set}>
          <legend>{t('policy.field.rings')}</legend>
          <p className="quiet small">{t('policy.rings.what')}</p>
          <RowsAt
            path={of('rings')} add={t('policy.rings.add')} fresh={() => ({ after_seconds: 60 })} of={(n) => t('policy.rings.n', { n })}
            row={(one) => (
              <div className={css.ring}>
                <NumberAt path={`${one}.after_seconds`} label={t('policy.field.after_seconds')} unit={t('policy.unit.seconds')} />
                <ExpressionAt path={`${one}.require`} label={t('policy.field.require')} about="skills" placeholder={t('policy.rings.nothing')} />
              </div>
            )}
          />
        </fieldset>
        <Sticky path={of('sticky')} />
      </Part>
    </>
  )
}

function Sticky({ path }: { path: string }) {
  const t = useT()
  const { value, set } = useAt(path)
  const now = table(value)
  return (
    <fieldset className={css.set}>
      <legend>{t('policy.field.sticky')}</legend>
      <p className="quiet small">{t('policy.sticky.what')}</p>
      <div className={css.pair}>
        <SelectAt
          path={`${path}.to`} label={t('policy.field.to')} none={t('policy.sticky.nobody')}
          choices={(['owner', 'last_agent'] as const).map((id) => ({ id, name: t(`policy.sticky.${id}`) }))}
          onChoose={(to) => set(to ? { seconds: 60, ...now, to } : undefined)}
        />
        {value !== undefined && <NumberAt path={`${path}.seconds`} label={t('policy.field.seconds')} unit={t('policy.unit.seconds')} />}
      </div>
      <WrongAt path={path} />
    </fieldset>
  )
}
