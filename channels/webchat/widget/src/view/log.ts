// The conversation. A row stays the same element from "waiting to be sent" to "read", so that nothing is read out twice.

import type { Visible } from '../chat'
import { el, setText } from '../dom'
import type { Letter } from '../outbox'
import type { FileRef, Said } from '../types'
import { why, type Language, type Say, type Word } from '../words'

export interface LogActions {
  retry: (letter: Letter) => void
  edit: (letter: Letter) => void
  discard: (letter: Letter) => void
  picture: (file: FileRef) => Promise<string>
  save: (file: FileRef) => void
}

interface Row {
  element: HTMLElement
  meta: HTMLElement
  state: string
}

const MARKS: Record<string, Word> = { received: 'sent', sent: 'sent', delivered: 'delivered', read: 'read' }

export class Log {
  readonly element: HTMLElement
  private readonly rows = new Map<string, Row>()
  private readonly say: Say
  private readonly actions: LogActions
  private readonly time: Intl.DateTimeFormat
  private readonly date: Intl.DateTimeFormat

  constructor(say: Say, language: Language, actions: LogActions) {
    this.say = say
    this.actions = actions
    this.element = el('div', { class: 'log', role: 'log', tabindex: '0', 'aria-label': say('log'), 'aria-relevant': 'additions' })
    this.time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
    this.date = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' })
  }

  show({ thread, letters }: Visible): void {
    const atEnd = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 40
    const sent = new Set(thread.messages.map((said) => said.client_id))
    const waiting = letters.filter((letter) => !sent.has(letter.id))
    const order = [...thread.messages.map((said) => this.said(said)), ...waiting.map((letter) => this.letter(letter))]
    this.arrange(order)
    if (atEnd) this.element.scrollTop = this.element.scrollHeight
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight
  }

  private said(said: Said): HTMLElement {
    const row = this.row(said.client_id || said.id, said)
    const at = new Date(said.at)
    const when = (at.toDateString() === new Date().toDateString() ? this.time : this.date).format(at)
    const who = said.direction === 'in' ? this.say('you') : said.name || this.say('agent')
    const word = said.direction === 'in' ? MARKS[said.state] : undefined
    this.change(row, said.state, () => setText(row.meta, [who, when, word && this.say(word)].filter(Boolean).join(' · ')))
    return row.element
  }

  private letter(letter: Letter): HTMLElement {
    const row = this.row(letter.id, { ...letter, direction: 'in' })
    this.change(row, `letter:${letter.refused ?? ''}`, () => {
      row.meta.classList.toggle('alarm', letter.refused !== undefined)
      if (letter.refused === undefined) setText(row.meta, this.say('waitingToSend'))
      else row.meta.replaceChildren(this.say('notSent', { why: why(this.say, letter.refused) }), ...this.choices(letter))
    })
    return row.element
  }

  private choices(letter: Letter): Node[] {
    const choice = (word: Word, act: (letter: Letter) => void) => el('button', { type: 'button', onclick: () => act(letter) }, this.say(word))
    return [choice('retry', this.actions.retry), choice('edit', this.actions.edit), choice('discard', this.actions.discard)]
  }

  private change(row: Row, state: string, act: () => void): void {
    if (row.state === state) return
    row.state = state
    row.meta.classList.remove('alarm')
    act()
  }

  private row(key: string, about: { text: string; files: FileRef[]; direction: 'in' | 'out' }): Row {
    const known = this.rows.get(key)
    if (known !== undefined) return known
    const bubble = el('div', { class: 'bubble', dir: 'auto' }, ...linked(about.text), ...about.files.map((file) => this.file(file)))
    const meta = el('p', { class: 'meta' })
    const row = { element: el('div', { class: `row ${about.direction}` }, bubble, meta), meta, state: '' }
    this.rows.set(key, row)
    return row
  }

  private file(file: FileRef): HTMLElement {
    const button = el('button', { type: 'button', class: 'file', onclick: () => this.actions.save(file) }, file.name)
    if (file.inline && file.type.startsWith('image/')) void this.draw(button, file)
    return button
  }

  /** Where the page forbids pictures from memory, the name stays and works. */
  private async draw(button: HTMLElement, file: FileRef): Promise<void> {
    const address = await this.actions.picture(file).catch(() => null)
    if (address === null) return
    const picture = el('img', { src: address, alt: file.name })
    picture.addEventListener('load', () => button.replaceChildren(picture))
  }

  private arrange(order: HTMLElement[]): void {
    const wanted = new Set(order)
    for (const [key, row] of this.rows) {
      if (wanted.has(row.element)) continue
      row.element.remove()
      this.rows.delete(key)
    }
    order.forEach((element, at) => {
      if (this.element.children[at] !== element) this.element.insertBefore(element, this.element.children[at] ?? null)
    })
  }
}

/** Web addresses become links; everything else stays text. */
function linked(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"'，。；、）]+)/).map((part, at) =>
    at % 2 === 0 ? part : el('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow' }, part),
  )
}
