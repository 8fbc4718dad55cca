// The fingerprint of a desk, computed as the hub computes it.
import type { DeskState } from './state'
import type { Head } from './wire'

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

/** CRC-32 (IEEE 802.3) of an ASCII text. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) crc = (table[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

export function headOf(state: DeskState): Head {
  const cards = Object.values(state.cards)
  const sum = cards.reduce((total, card) => (total + crc32(`${card.id}:${card.version}`)) >>> 0, 0)
  return { cards: cards.length, sum, me: state.me?.version ?? 0 }
}

export function sameHead(a: Head, b: Head): boolean {
  return a.cards === b.cards && a.sum === b.sum && a.me === b.me
}
