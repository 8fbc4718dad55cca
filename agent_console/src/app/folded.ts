// How many pages a telephone's screen has room for beside one another.
const ROOM = 5

/** Those that are behind one entry there: none where all have room. */
export function folded<T>(pages: readonly T[]): readonly T[] {
  return pages.length > ROOM ? pages.slice(ROOM - 1) : []
}
