// Server time, learnt from every answer that carries `now`. The machine's own clock may be wrong by hours.

export interface Clock {
  /** Server time in milliseconds. */
  now: () => number
  /** Learns from a time that the hub has just told. */
  hear: (iso: string) => void
}

const SAMPLES = 6
const JUMP_MS = 5_000

/** `local` tells the machine's milliseconds. The largest of the last samples had the shortest way, so it is nearest. */
export function createClock(local: () => number): Clock {
  let samples: number[] = []
  let offset = 0
  return {
    now: () => local() + offset,
    hear: (iso) => {
      const sample = Date.parse(iso) - local()
      if (Number.isNaN(sample)) return
      if (samples.length && Math.abs(sample - offset) > JUMP_MS) samples = []
      samples = [...samples, sample].slice(-SAMPLES)
      offset = Math.max(...samples)
    },
  }
}
