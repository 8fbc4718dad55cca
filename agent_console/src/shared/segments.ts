// How many SMS a text is. channels/messaging/segments.py counts the same way, and a test compares both.

// GSM 03.38: one septet each, then those that take two (an escape and the letter).
const ONE = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const TWO = new Set('\f^{}\\[~]|€')

export interface Segments {
  encoding: 'GSM-7' | 'UCS-2'
  /** Paid for, each. */
  segments: number
  /** Units before another one begins. */
  left: number
}

/** Parts of a long text lose some units to their numbering, and no letter is cut in two. */
export function segmentsOf(text: string): Segments {
  const letters = Array.from(text)
  if (letters.every((letter) => ONE.has(letter) || TWO.has(letter))) return counted('GSM-7', letters.map((letter) => (TWO.has(letter) ? 2 : 1)), 160, 153)
  return counted('UCS-2', letters.map((letter) => letter.length), 70, 67)
}

function counted(encoding: Segments['encoding'], sizes: readonly number[], alone: number, part: number): Segments {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all <= alone) return { encoding, segments: sizes.length ? 1 : 0, left: alone - all }
  let [segments, used] = [1, 0]
  for (const size of sizes) {
    if (used + size > part) [segments, used] = [segments + 1, 0]
    used += size
  }
  return { encoding, segments, left: part - used }
}
