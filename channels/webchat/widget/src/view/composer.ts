// Where the visitor writes. What is written is kept over a reload, and Enter never sends half a character.

import { UploadError } from '../files'
import { el, icon } from '../dom'
import type { FileRef } from '../types'
import { why, type Say } from '../words'

export interface ComposerActions {
  send(text: string, files: FileRef[]): void
  upload(file: File): Promise<FileRef>
  typing(on: boolean): void
  keepDraft(text: string): void
}

interface Attachment {
  file: File
  chip: HTMLElement
  ref: FileRef | null
}

const CLIP = 'M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8'
const PLANE = 'M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4'
export const CROSS = 'M6 6l12 12M18 6L6 18'
const QUIET_MS = 3_000

export class Composer {
  readonly element: HTMLElement
  private readonly field: HTMLTextAreaElement
  private readonly chips = el('div', { class: 'chips' })
  private readonly problem = el('p', { class: 'wrong', role: 'alert' })
  private readonly button: HTMLButtonElement
  private readonly say: Say
  private readonly actions: ComposerActions
  private attachments: Attachment[] = []
  private typing = false
  private quiet = 0

  constructor(say: Say, draft: string, actions: ComposerActions) {
    this.say = say
    this.actions = actions
    this.field = el('textarea', { rows: '1', 'aria-label': say('write'), placeholder: say('write'), maxlength: '10000' })
    this.field.value = draft
    const picker = el('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-label': say('attach') })
    picker.addEventListener('change', () => {
      this.attach([...(picker.files ?? [])])
      picker.value = ''
    })
    const attach = el('button', { type: 'button', class: 'icon', 'aria-label': say('attach'), title: say('attach'), onclick: () => picker.click() }, icon(CLIP))
    this.button = el('button', { type: 'button', class: 'icon', 'aria-label': say('send'), title: say('send'), onclick: () => this.send() }, icon(PLANE))
    this.problem.hidden = true
    this.element = el('div', { class: 'composer' }, this.problem, this.chips, el('div', { class: 'line' }, attach, this.field, this.button, picker))
    this.field.addEventListener('keydown', (event) => this.pressed(event))
    this.field.addEventListener('input', () => this.changed())
    this.field.addEventListener('paste', (event) => this.pasted(event))
    this.refresh()
  }

  focus(): void {
    this.field.focus()
  }

  /** Puts back what could not be sent. */
  restore(text: string): void {
    this.field.value = [text, this.field.value].filter(Boolean).join('\n')
    this.changed()
    this.focus()
  }

  attach(files: File[]): void {
    this.problem.hidden = true
    for (const file of files) {
      const chip = el('span', { class: 'chip' }, `${file.name} `, el('small', { role: 'status' }, this.say('uploading')))
      const attachment: Attachment = { file, chip, ref: null }
      const name = this.say('remove', { name: file.name })
      chip.append(el('button', { type: 'button', 'aria-label': name, onclick: () => this.drop(attachment) }, icon(CROSS)))
      this.attachments.push(attachment)
      this.chips.append(chip)
      void this.upload(attachment)
    }
    this.refresh()
  }

  private async upload(attachment: Attachment): Promise<void> {
    try {
      attachment.ref = await this.actions.upload(attachment.file)
      attachment.chip.querySelector('small')?.remove()
    } catch (error) {
      const code = error instanceof UploadError ? error.code : 'network'
      this.drop(attachment)
      this.problem.textContent = this.say('upload', { name: attachment.file.name, why: why(this.say, code) })
      this.problem.hidden = false
    }
    this.refresh()
  }

  private drop(attachment: Attachment): void {
    attachment.chip.remove()
    this.attachments = this.attachments.filter((one) => one !== attachment)
    this.refresh()
  }

  /** While a composition is open, Enter chooses a character; some browsers say so by key code 229 only. */
  private pressed(event: KeyboardEvent): void {
    const composing = event.isComposing || event.keyCode === 229 // eslint-disable-line @typescript-eslint/no-deprecated
    if (event.key !== 'Enter' || event.shiftKey || composing) return
    event.preventDefault()
    this.send()
  }

  private pasted(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    this.attach(files)
  }

  private changed(): void {
    this.actions.keepDraft(this.field.value)
    this.tell(this.field.value !== '')
    this.refresh()
  }

  private tell(typing: boolean): void {
    clearTimeout(this.quiet)
    if (typing) this.quiet = window.setTimeout(() => this.tell(false), QUIET_MS)
    if (typing !== this.typing) this.actions.typing(typing)
    this.typing = typing
  }

  private send(): void {
    const text = this.field.value.trim()
    const files = this.attachments.flatMap(({ ref }) => ref ?? [])
    if (this.button.disabled) return
    this.field.value = ''
    this.attachments = []
    this.chips.replaceChildren()
    this.changed()
    this.actions.send(text, files)
    this.focus()
  }

  private refresh(): void {
    const uploading = this.attachments.some(({ ref }) => ref === null)
    this.button.disabled = uploading || (this.field.value.trim() === '' && this.attachments.length === 0)
    this.field.rows = Math.min(5, this.field.value.split('\n').length)
  }
}
