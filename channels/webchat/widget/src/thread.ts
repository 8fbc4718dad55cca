// The conversation as this page knows it: pure functions. Messages of an interaction are numbered 1, 2, 3 ... without
// gaps, so a missing number is a message that this page has not seen.

import type { Conversation, Mark, Said, Standing } from './types'

export interface Thread {
  standing: Standing | null
  messages: readonly Said[]
}

export const EMPTY: Thread = { standing: null, messages: [] }
const RANK: Record<string, number> = { pending: 1, unconfirmed: 2, sent: 2, received: 2, delivered: 3, read: 4, failed: 5 }

/** What the hub told about the conversation, joined with what is known. */
export function join(thread: Thread, told: Conversation): Thread {
  return { standing: told.standing, messages: told.messages.reduce(insert, thread.messages) }
}

export function add(thread: Thread, said: Said): Thread {
  return { ...thread, messages: insert(thread.messages, said) }
}

export function mark(thread: Thread, news: Mark): Thread {
  return { ...thread, messages: thread.messages.map((said) => (said.id === news.id ? raise(said, news.state) : said)) }
}

/** The last number up to which nothing is missing in the present interaction. */
export function head(thread: Thread): number {
  const numbers = new Set(thread.messages.filter((said) => said.interaction_id === present(thread)).map((said) => said.number))
  let last = 0
  while (numbers.has(last + 1)) last += 1
  return last
}

/** Whether something is missing: a number was jumped, or the talk is about an interaction that we have not seen. */
export function misses(thread: Thread, seen: { interaction_id: string; number: number }): boolean {
  const current = present(thread)
  return current !== null && seen.interaction_id !== current ? true : seen.number > head(thread)
}

export function present(thread: Thread): string | null {
  return thread.standing?.interaction_id ?? thread.messages.at(-1)?.interaction_id ?? null
}

/** Messages of ours that the visitor has not looked at. */
export function unread(thread: Thread, seen: string): number {
  const [interaction, number] = seen.split(':')
  const after = interaction === present(thread) ? Number(number) : 0
  return thread.messages.filter(
    (said) => said.direction === 'out' && said.interaction_id === present(thread) && said.number > after,
  ).length
}

function insert(messages: readonly Said[], said: Said): readonly Said[] {
  const known = messages.findIndex((one) => one.id === said.id)
  if (known >= 0) return messages.with(known, raise({ ...said, state: messages[known]?.state ?? said.state }, said.state))
  const before = messages.findLastIndex((one) => one.interaction_id === said.interaction_id && one.number < said.number)
  const first = messages.findIndex((one) => one.interaction_id === said.interaction_id)
  const place = before >= 0 ? before + 1 : first >= 0 ? first : messages.length
  return messages.toSpliced(place, 0, said)
}

/** Marks only rise: a late `delivered` never undoes `read`. */
function raise(said: Said, state: string): Said {
  return (RANK[state] ?? 0) > (RANK[said.state] ?? 0) ? { ...said, state } : said
}
