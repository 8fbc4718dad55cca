// English for promised times and what follows when nobody keeps them.
import type { Touch } from './messages.en'

const clocks: Record<string, string> = {
  first_response: 'first answer', next_response: 'next answer', resolution: 'solution',
}
const clock = (p: Touch) => clocks[p.get('clock')] ?? p.get('clock')

export const promisesEn = {
  'clock.first_response': 'First answer',
  'clock.next_response': 'Next answer',
  'clock.resolution': 'Solution',
  'clock.running': (p: { name: string }) => `${p.name} due in`,
  'clock.warned': (p: { name: string }) => `${p.name} at risk, due in`,
  'clock.breached': (p: { name: string }) => `${p.name} late by`,
  'clock.paused': (p: { name: string }) => `${p.name}: the clock is paused, left`,

  'touch.sla_promised': (p: Touch) => (p.get('sla') ? `Promise: ${p.get('sla')} (policy ${p.get('policy')})` : `No promise any more (policy ${p.get('policy')})`),
  'touch.sla_warned': (p: Touch) => `At risk: the ${clock(p)} is due soon`,
  'touch.sla_breached': (p: Touch) => `Promise broken: the ${clock(p)} is late`,
  'touch.sla_cleared': (p: Touch) => `Not late after all: the ${clock(p)}`,
  'touch.escalated': (p: Touch) => `${p.who} escalated it (step ${p.get('step')}) to ${p.to}: ${p.reason}`,
  'touch.placed_anew': (p: Touch) =>
    `${p.get('because') === 'customer' ? 'What is known of the customer has changed' : 'A new routing policy'}: ${p.from === p.to ? `placed anew in ${p.to}` : `moved from ${p.from} to ${p.to}`}${p.get('name') ? ` by rule “${p.get('name')}”` : ''}`,
  'touch.overflowed': (p: Touch) => (p.from === p.to ? `Waits on in ${p.to}: ${p.reason}` : `Went on from ${p.from} to ${p.to}: ${p.reason}`),
  'did.sla_promised': 'promise made',
  'did.sla_warned': 'promise at risk',
  'did.sla_breached': 'promise broken',
  'did.sla_cleared': 'not late after all',
  'did.escalated': 'escalated it',
  'did.placed_anew': 'placed anew',
  'did.overflowed': 'went on',
  'system_reason.sla_breached': 'a promise was broken',
  'system_reason.not_answered': 'nobody answered in time',
  'system_reason.unanswered': 'the customer got no answer',
  'system_reason.permission_lost': 'the agent may not work on it any more',
  'system_reason.closed': 'the queue is closed',
  'system_reason.nobody_logged_in': 'nobody is logged in',
  'system_reason.max_length': 'the queue is full',
  'system_reason.max_wait': 'it waited too long',
  'system_reason.refused': 'it was declined or missed too often',

  'notice.warned': (p: { name: string; clock: string }) => `${p.name}: at risk (${p.clock})`,
  'notice.breached': (p: { name: string; clock: string }) => `${p.name}: promise broken (${p.clock})`,
  'notice.cleared': (p: { name: string; clock: string }) => `${p.name}: not late after all (${p.clock})`,
  'notice.escalated': (p: { name: string; reason: string }) => `${p.name} was escalated: ${p.reason}`,
  'notice.first': (p: { name: string; agent: string }) => `${p.agent} was first to accept: ${p.name}`,
  'notice.taken': (p: { name: string; reason: string }) => `${p.name} went back to the queue: ${p.reason}`,

  'talk.escalate': 'Escalate…',
  'talk.escalate.title': 'Escalate this contact',
  'talk.escalate.what': 'It goes one step up the ladder of its queue, and leaves you.',
  'talk.escalate.submit': 'Escalate',
  'error.no_step': 'There is no further step on this queue’s ladder.',

  'floor.breached': 'Broken',
  'floor.breached.what': 'Open, and a promised time is over.',
  'floor.at_risk': 'At risk',
  'floor.at_risk.what': 'Open, and a promised time is nearly over.',
  'floor.alert.breached': (p: { n: number; queue: string }) =>
    `${p.queue}: ${p.n === 1 ? '1 promise is broken' : `${p.n} promises are broken`}`,
}
