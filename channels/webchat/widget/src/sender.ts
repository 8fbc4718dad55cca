// Empties the outbox: one message at a time, in order, until the hub has each of them or says why not.

import type { Letter, Outbox } from './outbox'
import type { Answer, Taken } from './types'

export interface Post {
  /** Rejects when no answer came: nobody knows then whether it arrived, and it is sent again as it is. */
  ask(event: string, data: object): Promise<Answer<Taken>>
  connected(): boolean
  later(seconds: number, act: () => void): void
  sent(letter: Letter, taken: Taken): void
  changed(): void
}

const PASSING = new Set(['unavailable', 'too_many', 'not_connected'])
const PAUSE = 3

export class Sender {
  private readonly outbox: Outbox
  private readonly post: Post
  private busy = false

  constructor(outbox: Outbox, post: Post) {
    this.outbox = outbox
    this.post = post
  }

  async flush(): Promise<void> {
    if (this.busy) return
    this.busy = true
    const pause = await this.drain().finally(() => (this.busy = false))
    if (pause !== null) this.post.later(pause, () => void this.flush())
  }

  /** Returns after how many seconds to go on; null when there is nothing to do or nobody to talk to. */
  private async drain(): Promise<number | null> {
    for (let letter = this.outbox.next(); letter !== undefined; letter = this.outbox.next()) {
      if (!this.post.connected()) return null
      const answer = await this.post.ask('message', wire(letter)).catch(() => null)
      if (answer === null) return PAUSE
      if (!answer.ok && PASSING.has(answer.code)) return answer.after ?? PAUSE
      this.settle(letter, answer)
    }
    return null
  }

  private settle(letter: Letter, answer: Answer<Taken>): void {
    if (answer.ok) {
      this.outbox.remove(letter)
      this.post.sent(letter, answer)
    } else {
      this.outbox.refuse(letter, Object.values(answer.fields ?? {})[0] ?? answer.code)
      this.post.changed()
    }
  }
}

function wire(letter: Letter): object {
  return {
    id: letter.id,
    text: letter.text,
    files: letter.files.map((file) => file.id),
    ...(letter.name && { name: letter.name }),
    ...(letter.email && { email: letter.email }),
  }
}
