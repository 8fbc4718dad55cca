// The window: introduction first, conversation after.

import type { Chat, Visible } from '../chat'
import { el, icon } from '../dom'
import { fetchFile, saveAs } from '../files'
import type { Keep } from '../keep'
import type { Options } from '../options'
import type { FileRef } from '../types'
import { transcript } from '../transcript'
import type { Say } from '../words'
import { Composer, CROSS } from './composer'
import { Foot } from './foot'
import { Introduction } from './introduction'
import { Log } from './log'
import { StandingLine } from './standing'

export class Panel {
  readonly element: HTMLElement
  private readonly introduction: Introduction
  private readonly talk: HTMLElement[]
  private readonly standing: StandingLine
  private readonly log: Log
  private readonly composer: Composer
  private readonly foot: Foot
  private readonly typing = el('p', { class: 'typing', role: 'status' })
  private readonly chat: Chat
  private readonly say: Say
  private readonly options: Options
  private started: boolean | null = null

  constructor(chat: Chat, keep: Keep, options: Options, say: Say, close: () => void) {
    this.chat = chat
    this.say = say
    this.options = options
    this.standing = new StandingLine(say)
    this.introduction = new Introduction(say, (person, text) => {
      chat.introduce(person)
      chat.write(text)
    })
    this.log = new Log(say, options.language, {
      retry: (letter) => chat.retry(letter),
      edit: (letter) => {
        chat.discard(letter)
        this.composer.restore(letter.text)
      },
      discard: (letter) => chat.discard(letter),
      picture: (file) => fetchFile(options.base, chat.token ?? '', file),
      save: (file) => void this.save(file),
    })
    this.composer = new Composer(say, keep.get('draft') ?? '', {
      send: (text, files) => this.send(text, files),
      upload: (file) => chat.upload(file),
      typing: (on) => chat.typesNow(on),
      keepDraft: (text) => (text === '' ? keep.remove('draft') : keep.set('draft', text)),
    })
    this.foot = new Foot(say, { transcript: () => this.saveTranscript(), end: () => chat.end() })
    this.talk = [this.log.element, this.typing, this.composer.element, this.foot.element]
    this.element = this.build(close)
    this.acceptDrops()
  }

  show(seen: Visible): void {
    const switched = this.started !== seen.started
    const focused = this.element.contains((this.element.getRootNode() as ShadowRoot).activeElement)
    this.started = seen.started
    this.introduction.element.hidden = seen.started
    for (const part of this.talk) part.hidden = !seen.started
    this.standing.show(seen)
    this.foot.show(seen)
    this.log.show(seen)
    const typing = seen.typing === null ? '' : this.say('typing', { name: seen.typing || this.say('agent') })
    if (this.typing.textContent !== typing) this.typing.textContent = typing
    if (switched && focused) this.focus()
  }

  focus(): void {
    if (this.started === true) this.composer.focus()
    else this.introduction.focus()
  }

  toEnd(): void {
    this.log.toEnd()
  }

  private build(close: () => void): HTMLElement {
    const title = el('h2', { id: 'title' }, this.options.title ?? this.say('title'))
    const button = el('button', { type: 'button', class: 'icon', 'aria-label': this.say('close'), title: this.say('close'), onclick: close }, icon(CROSS))
    return el(
      'div',
      { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', id: 'panel', 'data-drop': this.say('drop') },
      el('header', {}, title, button),
      this.standing.element,
      this.introduction.element,
      ...this.talk,
    )
  }

  private send(text: string, files: FileRef[]): void {
    this.chat.write(text, files)
    this.log.toEnd()
  }

  private async save(file: FileRef): Promise<void> {
    const address = await fetchFile(this.options.base, this.chat.token ?? '', file).catch(() => null)
    if (address !== null) saveAs(file.name, address)
  }

  private saveTranscript(): void {
    const { thread } = this.chat
    const text = transcript(thread, this.say, this.options.language, this.options.title ?? this.say('title'))
    const blob = new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' })
    saveAs(`chat-${thread.standing?.reference ?? ''}.txt`, URL.createObjectURL(blob))
  }

  private acceptDrops(): void {
    const over = (on: boolean) => this.element.classList.toggle('dropping', on && this.started === true)
    this.element.addEventListener('dragover', (event) => {
      event.preventDefault()
      over(true)
    })
    this.element.addEventListener('dragleave', () => over(false))
    this.element.addEventListener('drop', (event) => {
      event.preventDefault()
      over(false)
      if (this.started === true) this.composer.attach([...(event.dataTransfer?.files ?? [])])
    })
  }
}
