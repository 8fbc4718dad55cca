// Launcher and window together: opening, closing, the keyboard, and the wall to the page around.

import type { Chat } from '../chat'
import { el, icon, setText } from '../dom'
import type { Keep } from '../keep'
import type { Options } from '../options'
import type { Say } from '../words'
import { Panel } from './panel'
import { styleOf } from './style'

const BUBBLE = 'M4 5h16v11H9l-5 4z'
const FOCUSABLE = 'button,input:not([type=file]),textarea,a[href],[tabindex="0"]'
const PHONE = '(max-width: 480px), (max-height: 420px)'

export class Shell {
  private readonly root: ShadowRoot
  private readonly section: HTMLElement
  private readonly launcher: HTMLButtonElement
  private readonly badge = el('span', { class: 'badge', 'aria-hidden': 'true' })
  private readonly panel: Panel
  private readonly chat: Chat
  private readonly say: Say
  private isOpen = false

  constructor(host: HTMLElement, chat: Chat, keep: Keep, options: Options, say: Say) {
    this.chat = chat
    this.say = say
    this.root = host.attachShadow({ mode: 'open' })
    this.panel = new Panel(chat, keep, options, say, () => this.close())
    this.launcher = el('button', { type: 'button', class: 'launcher', 'aria-haspopup': 'dialog', onclick: () => this.toggle() }, icon(BUBBLE), this.badge)
    this.section = el('section', { lang: options.language, 'aria-label': options.title ?? say('title') }, this.launcher, this.panel.element)
    this.root.append(this.section)
    dress(this.root, styleOf(options))
    this.panel.element.hidden = true
    this.listen()
    chat.onChange(() => this.show())
    this.show()
  }

  open(): void {
    this.isOpen = true
    this.panel.element.hidden = false
    this.chat.open()
    this.show()
    this.panel.toEnd()
    this.panel.focus()
    this.watch()
  }

  close(): void {
    this.isOpen = false
    this.panel.element.hidden = true
    this.show()
    this.watch()
    this.launcher.focus()
  }

  private toggle(): void {
    if (this.isOpen) this.close()
    else this.open()
  }

  private show(): void {
    const seen = this.chat.visible
    this.panel.show(seen)
    this.section.classList.toggle('open', this.isOpen)
    this.panel.element.setAttribute('aria-modal', String(matchMedia(PHONE).matches))
    this.launcher.setAttribute('aria-expanded', String(this.isOpen))
    const name = seen.unread > 0 && !this.isOpen ? this.say('openUnread', { n: seen.unread }) : this.say(this.isOpen ? 'close' : 'open')
    this.launcher.setAttribute('aria-label', name)
    this.badge.hidden = seen.unread === 0 || this.isOpen
    setText(this.badge, seen.unread > 99 ? '99+' : String(seen.unread))
  }

  private listen(): void {
    this.section.addEventListener('keydown', (event) => this.pressed(event))
    // Shortcuts of the page are not for what is written here.
    for (const kind of ['keydown', 'keyup', 'keypress']) this.section.addEventListener(kind, (event) => event.stopPropagation())
    document.addEventListener('visibilitychange', () => {
      this.watch()
      if (!document.hidden) this.chat.nudge()
    })
    window.addEventListener('online', () => this.chat.nudge())
  }

  private watch(): void {
    this.chat.watch(this.isOpen && !document.hidden)
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.isOpen && !event.isComposing) this.close()
    if (event.key === 'Tab' && this.isOpen && matchMedia(PHONE).matches) this.stayInside(event)
  }

  /** Where the window covers the whole page, the focus does not wander behind it. */
  private stayInside(event: KeyboardEvent): void {
    const all = [...this.panel.element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      (one) => one.offsetParent !== null && !one.matches(':disabled'),
    )
    const [first, last] = event.shiftKey ? [all.at(-1), all[0]] : [all[0], all.at(-1)]
    if (this.root.activeElement !== last) return
    event.preventDefault()
    first?.focus()
  }
}

/** A constructed sheet passes a page's content security policy, where a style element would not. */
function dress(root: ShadowRoot, style: string): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets = [sheet]
  } catch {
    root.prepend(el('style', {}, style))
  }
}
