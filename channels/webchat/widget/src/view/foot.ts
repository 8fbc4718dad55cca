// What is seldom needed: keep a copy, and end the chat, which asks once.

import type { Visible } from '../chat'
import { el } from '../dom'
import type { Say } from '../words'

export class Foot {
  readonly element = el('div', { class: 'foot' })
  private readonly usual: HTMLElement[]
  private readonly asking: HTMLElement[]
  private readonly endButton: HTMLButtonElement
  private sure = false

  constructor(say: Say, actions: { transcript: () => void; end: () => void }) {
    const button = (text: string, act: () => void) => el('button', { type: 'button', onclick: act }, text)
    this.endButton = button(say('endChat'), () => this.ask(true))
    const yes = button(say('endChat'), () => {
      this.ask(false)
      actions.end()
    })
    this.usual = [button(say('transcript'), actions.transcript), this.endButton]
    this.asking = [el('strong', {}, say('endSure')), yes, button(say('keepOn'), () => this.ask(false))]
    this.element.append(...this.usual)
  }

  show({ thread }: Visible): void {
    this.element.hidden = thread.messages.length === 0
    this.endButton.hidden = thread.standing === null || thread.standing.state === 'ended'
    if (this.endButton.hidden && this.sure) this.ask(false)
  }

  private ask(sure: boolean): void {
    const focused = this.element.contains((this.element.getRootNode() as ShadowRoot).activeElement)
    this.sure = sure
    this.element.replaceChildren(...(sure ? this.asking : this.usual))
    if (focused) (sure ? this.asking[2] : this.endButton)?.focus()
  }
}
