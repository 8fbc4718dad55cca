// What agents may work on: skills with levels, queues, capacity, limits by channel. In force as soon as it is saved.
import { useEffect, useState } from 'react'
import { ApiError } from '../../desk/api'
import type { AgentView } from '../../desk/wire'
import { Blank, Button, describe, href, Select, Switch, TextField, useApi, useDesk, useDeskParts, useLoad, useT, useTell, useWhere } from '../../shared'
import { Part, RemoveButton } from './Fields'
import { useUnsaved } from './leaving'
import { skillsOf, useDocument, useQueueName } from './parts'
import { tabPath } from './places'
import css from './Policy.module.css'
import { Back } from './Rule'
import { changed, channels, toForm, toPut, wrongIn } from './work'
import type { Form } from './work'

export function Agents() {
  const t = useT()
  const api = useApi()
  const queueName = useQueueName()
  const [wanted, setWanted] = useState('')
  const { value, error, slow, reload } = useLoad('agents', api.agents)
  const found = (value ?? []).filter((one) => `${one.name} ${one.login} ${Object.keys(one.skills).join(' ')} ${one.queues.map(queueName).join(' ')}`.toLowerCase().includes(wanted.toLowerCase()))
  return (
    <section className={css.stack} aria-label={t('policy.tab.agents')}>
      <p className="quiet">{t('policy.agents.what')}</p>
      {error !== null && <p className="notice bad" role="alert">{describe(error, t)} <Button onPress={reload}>{t('action.retry')}</Button></p>}
      {!value && slow && <div className="bone" />}
      {value && <div className={css.tools}><TextField label={t('policy.agents.find')} type="search" value={wanted} onChange={setWanted} /></div>}
      {value && found.length === 0 && <Blank title={t('policy.agents.none')} />}
      <ul className={css.cards}>{found.map((agent) => <AgentCard key={agent.id} agent={agent} />)}</ul>
    </section>
  )
}

function AgentCard({ agent }: { agent: AgentView }) {
  const t = useT()
  const queueName = useQueueName()
  const skills = Object.entries(agent.skills)
  return (
    <li className={css.card}>
      <a className={css.ruleName} href={href(tabPath('agents', agent.id))}><bdi>{agent.name}</bdi></a>
      <p className="quiet small"><bdi>{agent.login}</bdi> · {t(`policy.role.${agent.role}`)} · {t('policy.agents.capacity', { n: agent.capacity })}</p>
      <p className="small">{agent.queues.length ? agent.queues.map(queueName).join(', ') : t('policy.agents.no_queues')}</p>
      <p className={css.chips}>
        {skills.length === 0 && <span className="quiet small">{t('policy.agents.no_skills')}</span>}
        {skills.map(([name, level]) => <span key={name} className="chip"><bdi>{name}</bdi> {level}</span>)}
      </p>
    </li>
  )
}

export function AgentPage({ id }: { id: string }) {
  const t = useT()
  const api = useApi()
  const [turn, setTurn] = useState(0)
  const { value, error, current } = useLoad(`agents ${turn}`, api.agents)
  const agent = value?.find((one) => one.id === id)
  if (error !== null && !value) return <p className="notice bad" role="alert">{describe(error, t)}</p>
  if (!value || !current) return null
  if (!agent) return <Blank title={t('policy.gone')}><a href={href(tabPath('agents'))}>{t('policy.agents.back')}</a></Blank>
  return <WorkForm key={turn} agent={agent} onReload={() => setTurn((n) => n + 1)} />
}

/** What is not saved yet outlives its page, as long as nobody else changed the agent. */
const kept = new Map<string, { form: Form; version: number }>()
const keptOf = (agent: AgentView): Form | null => {
  const one = kept.get(agent.id)
  return one?.version === agent.version ? one.form : null
}

function WorkForm({ agent, onReload }: { agent: AgentView; onReload: () => void }) {
  const t = useT()
  const [form, setForm] = useState<Form>(() => keptOf(agent) ?? toForm(agent))
  const set = (change: Partial<Form>) => setForm((before) => ({ ...before, ...change }))
  const dirty = changed(form, agent)
  const wrong = wrongIn(form)
  const leave = useUnsaved('agent', dirty, () => kept.delete(agent.id))
  useEffect(() => {
    if (dirty) kept.set(agent.id, { form, version: agent.version })
    else kept.delete(agent.id)
  }, [agent, form, dirty])
  const { error, save, saving } = useSave(agent, form, leave)
  const moved = error instanceof ApiError && error.status === 409
  return (
    <form className={css.editor} noValidate onSubmit={(event) => {
      event.preventDefault()
      if (wrong.size === 0) save()
    }}>
      <Back to={tabPath('agents')}>{t('policy.agents.back')}</Back>
      <h2><bdi>{agent.name}</bdi></h2>
      <p className="quiet">{t('policy.agents.at_once')}</p>
      <Skills form={form} set={set} wrong={wrong} />
      <Queues form={form} set={set} />
      <Capacity form={form} set={set} wrong={wrong} />
      {error !== null && (
        <div className="notice bad" role="alert">
          <p>{moved ? t('policy.agents.moved') : refusal(error, t)}</p>
          {moved && <Button onPress={onReload}>{t('policy.agents.reload')}</Button>}
        </div>
      )}
      <div className={css.foot}>
        <span role="status" className="quiet small">{dirty ? t('policy.agents.unsaved') : ''}</span>
        <Button kind="primary" type="submit" isDisabled={!dirty || saving || wrong.size > 0}>{t('action.save')}</Button>
      </div>
    </form>
  )
}

/** The hub's words, with the fields that it names. */
function refusal(error: unknown, t: ReturnType<typeof useT>): string {
  const fields = error instanceof ApiError ? Object.entries(error.fields).map(([name, words]) => `${name}: ${words}`) : []
  return [describe(error, t), ...fields].join(' ')
}

function useSave(agent: AgentView, form: Form, leave: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { dispatch } = useDeskParts()
  const [, go] = useWhere()
  const [error, setError] = useState<unknown>(null)
  const [saving, setSaving] = useState(false)
  const save = () => {
    setSaving(true)
    setError(null)
    api.setAgentWork(agent.id, toPut(form, agent.version)).then((saved) => {
      dispatch({ type: 'agent', event: { agent: saved } })
      kept.delete(agent.id)
      leave()
      tell(t('policy.agents.saved', { name: saved.name }))
      go(tabPath('agents'))
    }, (problem: unknown) => {
      setSaving(false)
      setError(problem)
    })
  }
  return { error, save, saving }
}

interface FormProps {
  form: Form
  set: (change: Partial<Form>) => void
  wrong: ReadonlySet<string>
}

function Skills({ form, set, wrong }: FormProps) {
  const t = useT()
  const known = skillsOf(useDocument())
  const [name, setName] = useState('')
  const free = known.filter((one) => !form.skills.some((skill) => skill.name === one))
  const add = (skill: string) => {
    if (skill && !form.skills.some((one) => one.name === skill)) set({ skills: [...form.skills, { name: skill, level: '1' }] })
    setName('')
  }
  return (
    <Part title={t('policy.field.skills')} what={t('policy.agents.skills.what')}>
      {form.skills.length === 0 && <p className="quiet">{t('policy.agents.no_skills')}</p>}
      {form.skills.map((skill, place) => (
        <div key={skill.name} className={css.rowItem}>
          <div className={css.level}>
            <TextField
              label={known.length && !known.includes(skill.name) ? `${skill.name} · ${t('policy.agents.unlisted')}` : skill.name} inputMode="numeric" value={skill.level} error={wrong.has(`skill.${place}`) ? t('policy.agents.whole', { least: 1, most: 5 }) : null}
              onChange={(level) => set({ skills: form.skills.map((one, n) => (n === place ? { ...one, level } : one)) })}
            />
          </div>
          <RemoveButton label={t('policy.remove_of', { name: skill.name })} onPress={() => set({ skills: form.skills.filter((_, n) => n !== place) })} />
        </div>
      ))}
      {free.length > 0 && <Select label={t('policy.skills.add')} placeholder={t('policy.skills.choose')} value={null} choices={free.map((id) => ({ id, name: id }))} onChange={add} />}
      {known.length === 0 && (
        <div className={css.tools}>
          <TextField label={t('policy.skills.new')} value={name} onChange={setName} />
          <Button icon="plus" isDisabled={!name.trim()} onPress={() => add(name.trim())}>{t('policy.skills.add')}</Button>
        </div>
      )}
    </Part>
  )
}

function Queues({ form, set }: Omit<FormProps, 'wrong'>) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  return (
    <Part title={t('policy.tab.queues')}>
      <div className={css.chips}>
        {queues.map((queue) => (
          <Switch key={queue.id} value={form.queues.includes(queue.id)} onChange={(on) => set({ queues: on ? [...form.queues, queue.id] : form.queues.filter((one) => one !== queue.id) })}>{t.name(queue.name)}</Switch>
        ))}
      </div>
      {form.queues.length === 0 && <p className="notice warn">{t('policy.agents.no_queues.what')}</p>}
    </Part>
  )
}

function Capacity({ form, set, wrong }: FormProps) {
  const t = useT()
  const free = channels.filter((one) => !form.limits.some(({ channel }) => channel === one))
  return (
    <Part title={t('policy.agents.room')} what={t('policy.agents.room.what')}>
      <TextField label={t('policy.agents.units')} inputMode="numeric" value={form.capacity} onChange={(capacity) => set({ capacity })} error={wrong.has('capacity') ? t('policy.agents.whole', { least: 0, most: 1_000 }) : null} />
      {form.limits.map((limit, place) => (
        <div key={limit.channel} className={css.rowItem}>
          <div className={css.rowFields}>
            <TextField
              label={t('policy.agents.most', { channel: t.word('channel', limit.channel) })} inputMode="numeric" value={limit.most} error={wrong.has(`limit.${place}`) ? t('policy.agents.whole', { least: 0, most: 1_000 }) : null}
              onChange={(most) => set({ limits: form.limits.map((one, n) => (n === place ? { ...one, most } : one)) })}
            />
          </div>
          <RemoveButton label={t('policy.remove_of', { name: t.word('channel', limit.channel) })} onPress={() => set({ limits: form.limits.filter((_, n) => n !== place) })} />
        </div>
      ))}
      {free.length > 0 && <Select label={t('policy.agents.limit')} placeholder={t('policy.agents.limit.choose')} value={null} choices={free.map((id) => ({ id, name: t.word('channel', id) }))} onChange={(channel) => set({ limits: [...form.limits, { channel, most: '1' }] })} />}
    </Part>
  )
}
