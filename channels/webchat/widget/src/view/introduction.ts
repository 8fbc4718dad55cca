// Who are you, and what is it about: asked once.

import type { Person } from '../chat'
import { el } from '../dom'
import type { Say } from '../words'

type Field = HTMLInputElement | HTMLTextAreaElement

export class Introduction {
  readonly element: HTMLFormElement
  private readonly say: Say
  private readonly name: HTMLInputElement
  private readonly email: HTMLInputElement
  private readonly message: HTMLTextAreaElement

  constructor(say: Say, start: (person: Person, text: string) => void) {
    this.say = say
    this.name = el('input', { name: 'name', autocomplete: 'name', maxlength: '200' })
    this.email = el('input', { name: 'email', type: 'email', autocomplete: 'email', maxlength: '200' })
    this.message = el('textarea', { name: 'message', required: true, maxlength: '10000', rows: '4' })
    this.element = el(
      'form',
      { novalidate: true },
      el('p', {}, say('intro')),
      labelled(say('name'), this.name),
      labelled(say('email'), this.email, el('small', {}, say('emailWhy'))),
      labelled(say('message'), this.message),
      el('button', { class: 'main', type: 'submit' }, say('start')),
    )
    this.element.addEventListener('submit', (event) => {
      event.preventDefault()
      if (this.valid()) start(this.person(), this.message.value.trim())
    })
  }

  focus(): void {
    this.name.focus()
  }

  private person(): Person {
    const name = this.name.value.trim()
    const email = this.email.value.trim()
    return { ...(name && { name }), ...(email && { email }) }
  }

  private valid(): boolean {
    const wrong = [
      this.judge(this.email, this.email.validity.typeMismatch ? this.say('not_an_email') : ''),
      this.judge(this.message, this.message.value.trim() === '' ? this.say('missing') : ''),
    ].filter((field) => field !== null)
    wrong[0]?.focus()
    return wrong.length === 0
  }

  private judge(field: Field, problem: string): Field | null {
    const id = `wrong-${field.name}`
    field.parentElement?.querySelector(`#${id}`)?.remove()
    field.setAttribute('aria-invalid', String(problem !== ''))
    field.toggleAttribute('aria-describedby', false)
    if (problem === '') return null
    field.parentElement?.append(el('span', { class: 'wrong', id }, problem))
    field.setAttribute('aria-describedby', id)
    return field
  }
}

function labelled(text: string, field: Field, ...more: Node[]): HTMLElement {
  return el('label', {}, text, field, ...more)
}
