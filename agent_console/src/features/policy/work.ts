// What an agent may work on, as it stands in the form and as it goes over the wire. Pure.
import type { PutAgentWork } from '../../desk/wire'
import type { AgentView } from '../../desk/wire'

export interface Form {
  skills: { name: string; level: string }[]
  queues: string[]
  capacity: string
  limits: { channel: string; most: string }[]
}

export const channels = ['voice', 'webchat', 'email', 'sms', 'whatsapp', 'form', 'manual'] as const

export function toForm(agent: AgentView): Form {
  const { limits } = agent
  return {
    skills: Object.entries(agent.skills).sort(([a], [b]) => a.localeCompare(b)).map(([name, level]) => ({ name, level: String(level) })),
    queues: [...agent.queues], capacity: String(agent.capacity),
    limits: Object.entries(limits).map(([channel, most]) => ({ channel, most: String(most) })),
  }
}

const whole = (typed: string, least: number, most: number) => /^\d{1,6}$/.test(typed.trim()) && Number(typed) >= least && Number(typed) <= most

/** Fields that cannot be sent: skill.0, capacity, limit.1. */
export function wrongIn(form: Form): Set<string> {
  const wrong = new Set<string>()
  if (!whole(form.capacity, 0, 1_000)) wrong.add('capacity')
  form.skills.forEach(({ level }, place) => whole(level, 1, 5) || wrong.add(`skill.${place}`))
  form.limits.forEach(({ most }, place) => whole(most, 0, 1_000) || wrong.add(`limit.${place}`))
  return wrong
}

export function toPut(form: Form, version: number): PutAgentWork {
  return {
    skills: Object.fromEntries(form.skills.map(({ name, level }) => [name, Number(level)])), queues: form.queues, capacity: Number(form.capacity),
    limits: Object.fromEntries(form.limits.map(({ channel, most }) => [channel, Number(most)])), version,
  }
}

export const changed = (form: Form, agent: AgentView): boolean => JSON.stringify(form) !== JSON.stringify(toForm(agent))
