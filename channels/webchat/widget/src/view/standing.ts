// The first line: who is there, and how long it honestly takes.

import type { Visible } from '../chat'
import { el, setText } from '../dom'
import type { Standing } from '../types'
import type { Say } from '../words'

export class StandingLine {
  private readonly place = el('p', { role: 'status' })
  private readonly net = el('p', { role: 'status', class: 'lost' })
  readonly element = el('div', { class: 'standing' }, this.net, this.place)
  private readonly say: Say

  constructor(say: Say) {
    this.say = say
  }

  show(seen: Visible): void {
    const place = sentence(this.say, seen)
    const net = seen.connection === 'lost' ? this.say('offline') : seen.connection === 'connecting' ? this.say('connecting') : ''
    setText(this.place, place)
    setText(this.net, net)
    this.place.hidden = place === ''
    this.net.hidden = net === ''
    this.element.hidden = place === '' && net === ''
  }
}

export function sentence(say: Say, { thread, letters, fresh, email }: Visible): string {
  const standing = thread.standing
  if (standing === null) return fresh && letters.length === 0 ? say('fresh') : ''
  if (standing.state === 'ended') return say('ended')
  if (standing.state === 'active') return say('active', { name: standing.agent_name ?? say('agent') })
  if (!standing.staffed) return say(email === null ? 'nobody' : 'nobodyMail')
  return [place(say, standing), duration(say, standing.wait)].join(say('gap')).trim()
}

function place(say: Say, { position }: Standing): string {
  return position === null ? say('queued') : say('place', { n: position })
}

function duration(say: Say, wait: Standing['wait']): string {
  if (wait === null) return ''
  const minutes = Math.ceil(wait / 60)
  return say('wait', { time: minutes <= 1 ? say('minute') : say('minutes', { n: minutes }) })
}
