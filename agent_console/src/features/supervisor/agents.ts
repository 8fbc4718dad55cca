// Agents by what is wrong with them first: a supervisor looks for the odd one out, not for the average. Pure.
import type { AgentView } from '../../desk/wire'

export type Standing = 'missed' | 'unreachable' | 'long_break' | 'stuck' | 'ready' | 'busy' | 'break' | 'offline'

const order: readonly Standing[] = ['missed', 'unreachable', 'long_break', 'stuck', 'ready', 'busy', 'break', 'offline']
export const anomalies: ReadonlySet<Standing> = new Set(order.slice(0, 4))
export const LONG_BREAK_MS = 20 * 60_000

/** `stuck`: says available, is connected, has room, and is offered nothing all the same. */
export function standing(agent: AgentView, now: number): Standing {
  const { declared, connected, routable, since } = agent.presence
  if (declared === 'missed') return 'missed'
  if (declared === 'offline') return 'offline'
  if (declared === 'break') return now - Date.parse(since) > LONG_BREAK_MS ? 'long_break' : 'break'
  if (!connected) return 'unreachable'
  if (agent.presence.pending) return 'busy'
  if (routable) return 'ready'
  return agent.used > 0 ? 'busy' : 'stuck'
}

/** Anomalies first, the longest in their state before the others; then by name. */
export function sorted(agents: readonly AgentView[], now: number): AgentView[] {
  const rank = (agent: AgentView) => order.indexOf(standing(agent, now))
  return [...agents].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (anomalies.has(standing(a, now)) ? a.presence.since.localeCompare(b.presence.since) : 0) ||
      a.name.localeCompare(b.name),
  )
}

export type Counted = Readonly<Record<Standing, number>>

export function counted(agents: readonly AgentView[], now: number): Counted {
  const all = Object.fromEntries(order.map((one) => [one, 0])) as Record<Standing, number>
  for (const agent of agents) all[standing(agent, now)] += 1
  return all
}
