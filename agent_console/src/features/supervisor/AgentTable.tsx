import type { AgentView } from '../../desk/wire'
import { Age, Blank, Button, href, Icon, Menu, names, useApi, useDesk, useDeskParts, useNow, useT, useTell } from '../../shared'
import { anomalies, counted, sorted, standing } from './agents'
import type { Standing as StandingOf } from './agents'
import { drillPath } from './figures'
import css from './Floor.module.css'

interface Props {
  agents: readonly AgentView[]
  /** For the side panel: without the queues, and with a label of its own. */
  small?: boolean
  label?: string
}

export function AgentTable({ agents, small = false, label }: Props) {
  const t = useT()
  const now = useNow()
  if (!agents.length) return <Blank title={t('floor.no_agents')} />
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={label ?? t('floor.agents')}>
      <table className={names(css.table, small && css.small)}>
        <caption className={css.caption}>
          <div><h2>{t('floor.agents')}</h2> <Counts agents={agents} now={now} /></div>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('floor.agent')}</th>
            <th scope="col">{t('floor.standing')}</th>
            <th scope="col" className={css.number}>{t('floor.since')}</th>
            <th scope="col" className={css.number} title={t('floor.load.what')}>{t('floor.load')}</th>
            {!small && <th scope="col">{t('floor.queues')}</th>}
            <th scope="col"><span className="unseen">{t('floor.act')}</span></th>
          </tr>
        </thead>
        <tbody>
          {sorted(agents, now).map((agent) => (
            <AgentRow key={agent.id} agent={agent} now={now} small={small} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Counts({ agents, now }: { agents: readonly AgentView[]; now: number }) {
  const t = useT()
  const all = Object.entries(counted(agents, now)) as [StandingOf, number][]
  return (
    <span className="quiet small">
      {all.filter(([, n]) => n > 0).map(([is, n]) => `${n} ${t(`floor.is.${is}`)}`).join(' · ')}
    </span>
  )
}

function AgentRow({ agent, now, small }: { agent: AgentView; now: number; small: boolean }) {
  const t = useT()
  const queues = useDesk((state) => state.queues)
  const name = (id: string) => {
    const queue = queues.find((one) => one.id === id)
    return queue ? t.name(queue.name) : id
  }
  return (
    <tr>
      <th scope="row" className={css.who}><bdi>{agent.name}</bdi></th>
      <td><Standing agent={agent} now={now} /></td>
      <td className={css.number}><Age since={agent.presence.since} /></td>
      <td className={css.number}>
        <a className={css.open} href={href(drillPath({ agent: agent.id }))}>
          <span className="unseen">{t('floor.open_agent', { name: agent.name })}</span>
          {agent.used} / {agent.capacity}
        </a>
        <meter className={css.meter} aria-label={t('floor.load')} min={0} max={Math.max(agent.capacity, 1)} value={agent.used} />
      </td>
      {!small && <td className={css.queues}>{agent.queues.map(name).join(', ')}</td>}
      <td className={css.number}><Act agent={agent} /></td>
    </tr>
  )
}

const shapes = { missed: '▲', unreachable: '▲', long_break: '▲', stuck: '▲', ready: '●', busy: '◐', break: '◇', offline: '○' } as const

export function Standing({ agent, now }: { agent: AgentView; now: number }) {
  const t = useT()
  const is = standing(agent, now)
  const { reason, pending, why_not } = agent.presence
  return (
    <>
      <span className={names('chip', is === 'ready' && 'good', anomalies.has(is) && 'warn', is === 'missed' && 'bad')}>
        <span aria-hidden="true">{shapes[is]}</span> {t(`floor.is.${is}`)}
      </span>{' '}
      <span className={names('quiet small', css.note)} dir="auto">
        {pending ? t(`floor.then.${pending}`) : (reason && t.word('presence_reason', reason)) || (is === 'stuck' && why_not ? t.word('why_not', why_not) : '')}
      </span>
    </>
  )
}

function Act({ agent }: { agent: AgentView }) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const { dispatch } = useDeskParts()
  const entry = (state: 'available' | 'break' | 'offline') => ({
    id: state,
    name: t(`floor.set.${state}`),
    isDisabled: agent.presence.declared === state && !agent.presence.pending,
    onAction: () =>
      void api.setAgentPresence(agent.id, { state, reason: 'supervisor' }).then((changed) => {
        dispatch({ type: 'agent', event: { agent: changed } })
        tell(t('floor.set.done', { name: agent.name }))
      }, tell.failure),
  })
  return (
    <Menu
      label={t('floor.act_on', { name: agent.name })}
      trigger={<Button kind="plain" aria-label={t('floor.act_on', { name: agent.name })}><Icon name="more" /></Button>}
      entries={[entry('available'), entry('break'), entry('offline')]}
    />
  )
}
