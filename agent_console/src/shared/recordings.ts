// What becomes of a recording while somebody looks at it.
import type { Detail } from '../desk/wire'

const LEAST_MS = 3_000
const MOST_MS = 60_000

/** Milliseconds until it is looked at again while it is fetched; `againAt`: when the hub itself tries next. */
export function waitFor(againAt: string | null, now: number): number {
  if (againAt === null) return LEAST_MS
  return Math.min(MOST_MS, Math.max(LEAST_MS, Date.parse(againAt) - now + LEAST_MS))
}

const ENDS: readonly unknown[] = ['recording_deleted', 'recording_lost', 'recorded']

/** Changes when the history says something new of it: everybody who has it before him sees that it is gone. */
export function fateOf(id: string, details: Readonly<Record<string, Detail>>): string {
  for (const { touches } of Object.values(details)) {
    const last = touches.findLast(({ data }) => data.recording_id === id && ENDS.includes(data.what))
    if (last) return last.id
  }
  return ''
}
