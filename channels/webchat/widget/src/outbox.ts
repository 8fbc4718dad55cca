// Messages on their way out. Each is kept under a key of its own until the hub has acknowledged it, so that two tabs
// never overwrite one another, and carries its UUID from the first attempt on, so that a retry is never a second one.

import type { Keep } from './keep'
import type { FileRef } from './types'

export interface Letter {
  id: string
  text: string
  files: FileRef[]
  at: number
  name?: string
  email?: string
  /** Why the hub will never take it as it is; absent while it waits. */
  refused?: string
}

const PREFIX = 'out/'

export class Outbox {
  private readonly keep: Keep
  private readonly now: () => number

  constructor(keep: Keep, now: () => number) {
    this.keep = keep
    this.now = now
  }

  add(letter: Omit<Letter, 'at'>): Letter {
    const at = Math.max(this.now(), (this.all().at(-1)?.at ?? 0) + 1)
    const kept = { ...letter, at }
    this.write(kept)
    return kept
  }

  /** Oldest first. */
  all(): Letter[] {
    return this.keep.keys(PREFIX).flatMap((key) => parse(this.keep.get(key)))
  }

  /** The next one to send. */
  next(): Letter | undefined {
    return this.all().find((letter) => letter.refused === undefined)
  }

  remove(letter: Letter): void {
    this.keep.remove(keyOf(letter))
  }

  refuse(letter: Letter, code: string): void {
    this.write({ ...letter, refused: code })
  }

  /** Once more, with the same id: nothing was stored under it. */
  retry(letter: Letter): void {
    const again = { ...letter }
    delete again.refused
    this.write(again)
  }

  private write(letter: Letter): void {
    this.keep.set(keyOf(letter), JSON.stringify(letter))
  }
}

function keyOf(letter: Letter): string {
  return `${PREFIX}${String(letter.at).padStart(16, '0')}-${letter.id}`
}

function parse(text: string | null): Letter[] {
  try {
    const letter = JSON.parse(text ?? '') as Letter
    return typeof letter.id === 'string' && typeof letter.text === 'string' ? [letter] : []
  } catch {
    return []
  }
}
