// The widget's mind: what is known, what is on its way, and what the views are told. It knows no elements.

import { putUp, UploadError } from './files'
import { newId } from './id'
import type { Keep } from './keep'
import { Link } from './link'
import { Outbox, type Letter } from './outbox'
import { Sender } from './sender'
import * as threads from './thread'
import type { Answer, Conversation, FileRef, Mark, Said, Standing, Taken, Welcome } from './types'
import type { Language } from './words'

export interface Visible {
  started: boolean
  connection: 'idle' | 'connecting' | 'connected' | 'lost'
  thread: threads.Thread
  letters: Letter[]
  typing: string | null
  unread: number
  fresh: boolean
  email: string | null
}

export interface Person {
  name?: string
  email?: string
}

const CHECK_MS = 60_000
const TYPING_MS = 6_000
const QUICK_MS = 5_000

export class Chat {
  thread = threads.EMPTY
  connection: Visible['connection'] = 'idle'
  readonly outbox: Outbox
  private readonly link: Link
  private readonly sender: Sender
  private readonly keep: Keep
  private readonly base: string
  private readonly language: Language
  private readonly listeners = new Set<() => void>()
  private typing: string | null = null
  private typingEnds = 0
  private fresh = false
  private watched = false
  private told = { delivered: 0, read: 0, interaction: '' }
  private catching: Promise<void> | null = null

  constructor(base: string, language: Language, keep: Keep) {
    this.base = base
    this.language = language
    this.keep = keep
    this.outbox = new Outbox(keep, Date.now)
    this.link = new Link({
      base,
      auth: () => ({ language: this.language, ...(this.token && { token: this.token }) }),
      heard: {
        welcome: (welcome) => this.welcomed(welcome),
        message: ({ message }) => this.heard(message),
        mark: (mark) => this.marked(mark),
        standing: (standing) => this.stands(standing),
        typing: ({ name, on }) => this.types(on ? name : null),
      },
      turned: (connected) => this.turned(connected),
    })
    this.sender = new Sender(this.outbox, {
      ask: (event, data) => this.link.ask<Answer<Taken>>(event, data),
      connected: () => this.link.connected,
      later: (seconds, act) => void setTimeout(act, seconds * 1000),
      sent: (letter, taken) => this.sent(letter, taken),
      changed: () => this.tellViews(),
    })
    window.setInterval(() => this.checkUp(), CHECK_MS)
    window.addEventListener('storage', () => this.otherTab())
  }

  // --- what the views see and want ---

  get visible(): Visible {
    return {
      started: this.thread.standing !== null || this.thread.messages.length > 0 || this.outbox.all().length > 0,
      connection: this.connection,
      thread: this.thread,
      letters: this.outbox.all(),
      typing: this.typing,
      unread: threads.unread(this.thread, this.keep.get('seen') ?? ''),
      fresh: this.fresh,
      email: this.person.email ?? null,
    }
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener)
  }

  /** Whoever has talked before, or has something to send, is connected at once; others when they open the chat. */
  get hasPast(): boolean {
    return this.keep.get('talked') !== null || this.outbox.all().length > 0
  }

  open(): void {
    if (this.connection === 'idle') this.connection = 'connecting'
    this.link.open()
    this.tellViews()
  }

  write(text: string, files: FileRef[] = []): void {
    this.outbox.add({ id: newId(), text, files, ...this.person })
    this.pass()
  }

  introduce(person: Person): void {
    this.keep.set('person', JSON.stringify(person))
  }

  get person(): Person {
    try {
      return JSON.parse(this.keep.get('person') ?? '{}') as Person
    } catch {
      return {}
    }
  }

  retry(letter: Letter): void {
    this.outbox.retry({ ...letter, ...this.person })
    this.pass()
  }

  discard(letter: Letter): void {
    this.outbox.remove(letter)
    this.tellViews()
  }

  end(): void {
    void this.link.ask('end', {}).catch(() => undefined)
  }

  typesNow(on: boolean): void {
    this.link.tell('typing', { on })
  }

  /** Whether somebody looks at the conversation now. */
  watch(watched: boolean): void {
    this.watched = watched
    this.tellSeen()
  }

  async upload(file: File): Promise<FileRef> {
    if (this.token === null) throw new UploadError('network')
    return putUp(this.base, this.token, file).catch((error: unknown) => {
      throw error instanceof UploadError ? error : new UploadError('network')
    })
  }

  /** The network is back, or the page was asleep: find out soon whether the connection still lives. */
  nudge(): void {
    if (this.connection === 'idle') return
    if (this.link.connected) void this.catchUp(QUICK_MS)
    else this.link.renew()
  }

  get token(): string | null {
    return this.keep.get('token')
  }

  // --- what comes from the hub ---

  private welcomed({ token, conversation, code }: Welcome): void {
    this.keep.set('token', token)
    if (code !== undefined) {
      this.fresh = this.thread.messages.length > 0 || this.keep.get('seen') !== null
      this.thread = threads.EMPTY
    }
    this.told = { delivered: 0, read: 0, interaction: '' }
    this.join(conversation)
    void this.sender.flush()
  }

  private heard(message: Said): void {
    const missed = threads.misses(this.thread, { ...message, number: message.number - 1 })
    this.thread = threads.add(this.thread, message)
    if (message.direction === 'out') this.typing = null
    if (missed) void this.catchUp()
    this.tellSeen()
  }

  private marked(mark: Mark): void {
    this.thread = threads.mark(this.thread, mark)
    if (threads.misses(this.thread, mark)) void this.catchUp()
    this.tellViews()
  }

  private stands(standing: Standing): void {
    const another = standing.interaction_id !== threads.present(this.thread)
    this.thread = { ...this.thread, standing }
    if (another) void this.catchUp()
    this.tellViews()
  }

  private types(name: string | null): void {
    this.typing = name
    clearTimeout(this.typingEnds)
    if (name !== null) this.typingEnds = window.setTimeout(() => this.types(null), TYPING_MS)
    this.tellViews()
  }

  private turned(connected: boolean): void {
    this.connection = connected ? 'connected' : 'lost'
    if (!connected) this.typing = null
    this.tellViews()
  }

  private sent(letter: Letter, taken: Taken): void {
    this.keep.set('token', taken.token)
    this.keep.set('talked', 'yes')
    const said: Said = {
      id: taken.id,
      client_id: letter.id,
      interaction_id: taken.interaction_id,
      number: taken.number,
      direction: 'in',
      name: letter.name ?? '',
      text: letter.text,
      at: taken.at,
      state: 'received',
      files: letter.files,
    }
    this.heard(said)
  }

  // --- inside ---

  private pass(): void {
    this.tellViews()
    this.open()
    void this.sender.flush()
  }

  private join(conversation: Conversation): void {
    this.thread = threads.join(this.thread, conversation)
    this.tellSeen()
  }

  private async catchUp(limit?: number): Promise<void> {
    this.catching ??= this.fetchMissing(limit).finally(() => (this.catching = null))
    return this.catching
  }

  private async fetchMissing(limit?: number): Promise<void> {
    const known = threads.present(this.thread)
    const after = threads.head(this.thread)
    try {
      const told = await this.resume(after, limit)
      const another = told.standing?.interaction_id !== known
      this.join(another && after > 0 ? await this.resume(0, limit) : told)
    } catch {
      if (this.link.connected) this.link.renew()
    }
  }

  private async resume(after: number, limit?: number): Promise<Conversation> {
    const answer = await this.link.ask<Answer<{ ok: true; conversation: Conversation }>>('resume', { after }, limit)
    return answer.ok ? answer.conversation : { standing: this.thread.standing, messages: [] }
  }

  /** Another tab of this visitor has written or sent something. */
  private otherTab(): void {
    this.tellViews()
    void this.sender.flush()
  }

  /** The net under everything: a push that was lost is found within a minute. */
  private checkUp(): void {
    const state = this.thread.standing?.state
    if (this.link.connected && state !== undefined && state !== 'ended' && !document.hidden) void this.catchUp()
  }

  /** Tells the hub how far messages have come: to this page, or to the eyes of somebody. */
  private tellSeen(): void {
    const last = threads.head(this.thread)
    const interaction = threads.present(this.thread) ?? ''
    if (this.told.interaction !== interaction) this.told = { delivered: 0, read: 0, interaction }
    if (this.watched && last > 0) this.keep.set('seen', `${interaction}:${last}`)
    const how = this.watched ? 'read' : 'delivered'
    if (this.link.connected && last > Math.max(this.told[how], how === 'delivered' ? this.told.read : 0)) {
      this.told[how] = last
      if (this.hasFromUs()) void this.link.ask('read', { number: last, mark: how }).catch(() => undefined)
    }
    this.tellViews()
  }

  private hasFromUs(): boolean {
    const current = threads.present(this.thread)
    return this.thread.messages.some((said) => said.direction === 'out' && said.interaction_id === current)
  }

  private tellViews(): void {
    this.listeners.forEach((listener) => listener())
  }
}
