// Queues: who may work there, in what order, how offers ring, and where work goes that is not answered.
import type { ReactNode } from 'react'
import { Blank, Button, href, Icon, useDesk, useT, useWhere } from '../../shared'
import { append, idsOf, list, put, table, tables, text, usesOf } from './document'
import { ExpressionAt } from './ExpressionField'
import { NumberAt, Part, SelectAt, WrongAt } from './Fields'
import { useAt, useDocument, useDraft, useQueueChoices, useQueueName } from './parts'
import { idAt, placeOf, tabPath } from './places'
import css from './Policy.module.css'
import { Back } from './Rule'
import { Marks } from './Rules'
import { pathWords } from './words'

const conditions = ['closed', 'nobody_logged_in', 'max_length', 'max_wait', 'refused'] as const
const limits: Partial<Record<string, 'items' | 'minutes' | 'times'>> = { max_length: 'items', max_wait: 'minutes', refused: 'times' }
const exits = ['queue', 'callback', 'voicemail', 'message', 'escalate', 'keep'] as const

export function Queues() {
  const t = useT()
  const document = useDocument()
  const queueName = useQueueName()
  const all = tables(document.queues)
  return (
    <section className={css.stack} aria-label={t('policy.tab.queues')}>
      <p className="quiet">{t('policy.queues.what')}</p>
      {all.length === 0 && <Blank title={t('policy.queues.empty')} />}
      <ul className={css.cards}>
        {all.map((queue, place) => {
          const id = idAt(document, 'queues', place)
          const name = queueName(text(queue.id) || id)
          return (
            <li key={id} className={css.card}>
              <a href={href(tabPath('queues', id))} className={css.ruleName}><bdi>{name}</bdi></a>
              <p className="quiet small">
                {t('policy.queue.target', { n: text(queue.target_minutes) || '1' })} · {queue.mode === 'pull' ? t('policy.mode.pull') : t('policy.queue.rings', { n: text(queue.offer_seconds) || '20' })} · {t(queue.order === 'lifo' ? 'policy.order.lifo' : 'policy.order.fifo')}
              </p>
              <p className={css.chips}>
                {text(queue.require) && <span className="chip"><code>{text(queue.require)}</code></span>}
                {text(queue.calendar) && <span className="chip"><Icon name="clock" size={14} /> {text(queue.calendar)}</span>}
                {text(queue.ladder) && <span className="chip"><Icon name="up" size={14} /> {text(queue.ladder)}</span>}
                {conditions.filter((one) => one in table(queue.overflow)).map((one) => <span key={one} className="chip">{t(`policy.overflow.${one}`)}</span>)}
              </p>
              <Marks path={`queues[${place}]`} />
            </li>
          )
        })}
      </ul>
      <AddQueue />
    </section>
  )
}

/** Queues of the configuration that the policy does not speak of yet work by its defaults. */
function AddQueue() {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const configured = useDesk((state) => state.queues)
  const [, go] = useWhere()
  const free = configured.filter((one) => !idsOf(document, 'queues').includes(one.id))
  if (!free.length) return <p className="quiet small">{t('policy.queues.all_here')}</p>
  return (
    <div className={css.actions}>
      {free.map((one) => <Button key={one.id} icon="plus" onPress={() => {
        draft.change(append(document, 'queues', { id: one.id }))
        go(tabPath('queues', one.id))
      }}>{t('policy.queues.add', { name: t.name(one.name) })}</Button>)}
    </div>
  )
}

export function QueuePage({ id }: { id: string }) {
  const t = useT()
  const document = useDocument()
  const place = placeOf(document, 'queues', id)
  const queueName = useQueueName()
  if (place < 0 || !list(document.queues)[place])
    return <Blank title={t('policy.gone')}><a href={href(tabPath('queues'))}>{t('policy.queues.back')}</a></Blank>
  const path = `queues[${place}]`
  const queue = tables(document.queues)[place] ?? {}
  return (
    <div className={css.editor} key={id}>
      <Back to={tabPath('queues')}>{t('policy.queues.back')}</Back>
      <div className={css.head}><h2><bdi>{queueName(text(queue.id))}</bdi></h2> <code className="quiet">{text(queue.id)}</code></div>
      <WrongAt path={path} />
      <WrongAt path={`${path}.id`} />
      <Order path={path} />
      <Offers path={path} />
      <Ways path={path} />
      <RemoveQueue place={place} />
    </div>
  )
}

function Order({ path }: { path: string }) {
  const t = useT()
  const pulls = useAt(`${path}.mode`).value === 'pull'
  return (
    <Part title={t('policy.queue.work')}>
      <ExpressionAt path={`${path}.require`} label={t('policy.field.require')} about="skills" what={t('policy.queue.require.what')} placeholder="billing" />
      <div className={css.pair}>
        <SelectAt path={`${path}.order`} label={t('policy.field.order')} choices={(['fifo', 'lifo'] as const).map((id) => ({ id, name: t(`policy.order.${id}`) }))} fallback="fifo" />
        <SelectAt path={`${path}.mode`} label={t('policy.field.mode')} {...(pulls && { what: t('policy.mode.pull.what') })} choices={(['push', 'pull'] as const).map((id) => ({ id, name: t(`policy.mode.${id}`) }))} fallback="push" />
        <NumberAt path={`${path}.target_minutes`} label={t('policy.field.target_minutes')} unit={t('policy.unit.minutes')} fallback="1" />
      </div>
    </Part>
  )
}

function Offers({ path }: { path: string }) {
  const t = useT()
  const seconds = t('policy.unit.seconds')
  return (
    <Part title={t('policy.queue.offers')}>
      <div className={css.pair}>
        <NumberAt path={`${path}.offer_seconds`} label={t('policy.field.offer_seconds')} unit={seconds} what={t('policy.offer_seconds.what')} fallback="20" />
        <NumberAt path={`${path}.offer_to`} label={t('policy.field.offer_to')} unit={t('policy.unit.agents')} what={t('policy.offer_to.what')} fallback="1" />
        <NumberAt path={`${path}.exclude_seconds`} label={t('policy.field.exclude_seconds')} unit={seconds} what={t('policy.exclude_seconds.what')} fallback="60" />
        <NumberAt path={`${path}.agent_seconds`} label={t('policy.field.agent_seconds')} unit={seconds} what={t('policy.agent_seconds.what')} fallback="0" />
        <NumberAt path={`${path}.unanswered_minutes`} label={t('policy.field.unanswered_minutes')} unit={t('policy.unit.minutes')} what={t('policy.unanswered.what')} fallback={t('policy.never')} />
      </div>
      <fieldset className={css.set}>
        <legend>{t('policy.field.wrap_up')}</legend>
        <div className={css.pair}>
          <NumberAt path={`${path}.wrap_up.seconds`} label={t('policy.wrap_up.seconds')} unit={seconds} fallback="60" />
          <NumberAt path={`${path}.wrap_up.extend_seconds`} label={t('policy.field.extend_seconds')} unit={seconds} fallback="60" />
          <NumberAt path={`${path}.wrap_up.extensions`} label={t('policy.field.extensions')} fallback="2" />
        </div>
        <WrongAt path={`${path}.wrap_up`} />
      </fieldset>
    </Part>
  )
}

function Ways({ path }: { path: string }) {
  const t = useT()
  const document = useDocument()
  const calendars = idsOf(document, 'calendars').map((id) => ({ id, name: id }))
  const ladders = idsOf(document, 'ladders').map((id) => ({ id, name: id }))
  return (
    <Part title={t('policy.queue.ways')} what={t('policy.queue.ways.what')}>
      <div className={css.pair}>
        <SelectAt path={`${path}.calendar`} label={t('policy.field.calendar')} none={t('policy.calendar.always')} choices={calendars} />
        <SelectAt path={`${path}.ladder`} label={t('policy.field.ladder')} none={t('policy.ladder.none')} choices={ladders} />
      </div>
      {conditions.map((one) => <Overflow key={one} path={`${path}.overflow.${one}`} condition={one} />)}
      <WrongAt path={`${path}.overflow`} />
    </Part>
  )
}

function Overflow({ path, condition }: { path: string; condition: (typeof conditions)[number] }) {
  const t = useT()
  const { value, set } = useAt(path)
  const queues = useQueueChoices()
  const limit = limits[condition]
  const now = table(value)
  const choose = (to: string | null) => {
    const kept = limit ? { [limit]: now[limit] ?? (limit === 'times' ? 3 : limit === 'items' ? 50 : 30) } : {}
    set(to === null ? undefined : { ...kept, to, ...(to === 'queue' ? { queue: now.queue ?? queues[0]?.id ?? '' } : {}) })
  }
  return (
    <div className={css.overflow} role="group" aria-label={t(`policy.overflow.${condition}`)}>
      <p className={css.condition}>{t(`policy.overflow.${condition}`)}</p>
      {value !== undefined && limit && <NumberAt path={`${path}.${limit}`} label={t(`policy.field.${limit}`)} />}
      <SelectAt path={`${path}.to`} label={t('policy.overflow.then')} none={t('policy.overflow.wait')} choices={exits.map((id) => ({ id, name: t(`policy.exit.${id}`) }))} onChoose={choose} />
      {now.to === 'queue' && <SelectAt path={`${path}.queue`} label={t('policy.field.queue')} choices={queues} />}
      <WrongAt path={path} />
    </div>
  )
}

function RemoveQueue({ place }: { place: number }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [, go] = useWhere()
  const id = text(tables(document.queues)[place]?.id)
  const uses = usesOf(document, 'queue', id)
  return (
    <Uses uses={uses} what={t('policy.queue.used', { n: uses.length })}>
      <Button kind="danger" isDisabled={uses.length > 0} onPress={() => {
        go(tabPath('queues'))
        draft.change(put(document, `queues[${place}]`, undefined))
      }}>{t('policy.remove')}</Button>
    </Uses>
  )
}

/** What still needs a thing stands beside the button that would take it away. */
export function Uses({ uses, what, children }: { uses: readonly string[]; what: string; children: ReactNode }) {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  return (
    <div className={css.uses}>
      {children}
      {uses.length > 0 && (
        <details>
          <summary className="quiet small">{what}</summary>
          <ul>{uses.slice(0, 50).map((path) => <li key={path}><button type="button" className={css.link} onClick={() => draft.focus(path)}>{pathWords(path, document, t)}</button></li>)}</ul>
        </details>
      )}
    </div>
  )
}
