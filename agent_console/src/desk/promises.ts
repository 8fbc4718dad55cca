// Which touches are told to me the moment they happen: a promise of mine at risk or broken, work taken from me, or an offer
// that somebody else was first to accept. Pure.
import type { AgentView, Card, TouchView } from './wire'

const PROMISE = new Set(['sla_warned', 'sla_breached', 'sla_cleared', 'escalated'])
const TAKEN = new Set(['unanswered', 'permission_lost'])

/** `mine`: the card as it lay on my desk before. */
export function isTold(touch: TouchView, me: AgentView | null, mine: Card | undefined): boolean {
  if (!me || touch.actor_id === me.id) return false
  if (touch.kind === 'accepted') return Array.isArray(touch.data.beside) && touch.data.beside.includes(me.id)
  const held = mine?.agent_id === me.id
  if (touch.kind === 'requeued') return held && TAKEN.has(String(touch.data.reason))
  return PROMISE.has(touch.kind) && [...(held ? ['holder', 'agent'] : []), ...roles(me)].some((one) => told(touch).includes(one))
}

/** Administrators supervise, too. */
const roles = ({ role }: AgentView): readonly string[] => (role === 'admin' ? ['admin', 'supervisor'] : [role])

const told = ({ data }: TouchView): readonly unknown[] => (Array.isArray(data.tell) ? data.tell : [])
