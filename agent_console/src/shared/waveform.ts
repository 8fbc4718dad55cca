// A waveform as bars, and moving about in a sound. Pure.

/** At most `most` bars: each the loudest of what it stands for, 0 to 100. */
export function bars(peaks: readonly number[], most: number): number[] {
  if (peaks.length <= most) return [...peaks]
  return Array.from({ length: most }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / most)
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / most))
    return Math.max(...peaks.slice(from, to))
  })
}

const QUIET = 20

/**
 * Upright strokes around the middle of a box that is as wide as there are bars and 100 high; the loudest fills it unless
 * all is quiet, and silence is a dot.
 */
export function strokes(loudness: readonly number[]): string {
  const top = Math.max(QUIET, ...loudness)
  return loudness.map((one, bar) => {
    const half = Math.max(2, (one / top) * 48)
    return `M${bar + 0.5} ${50 - half}V${50 + half}`
  }).join('')
}

export const within = (at: number, seconds: number): number => Math.min(Math.max(at, 0), seconds)

const STEPS: Record<string, number> = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -10, PageUp: 10 }

/** Where a key of the slider leads; null for one that means nothing there. */
export function keyed(key: string, at: number, seconds: number): number | null {
  if (key === 'Home') return 0
  if (key === 'End') return seconds
  const step = STEPS[key]
  return step === undefined ? null : within(at + step, seconds)
}
