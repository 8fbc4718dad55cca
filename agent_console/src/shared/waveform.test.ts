import { describe, expect, it } from 'vitest'
import { bars, keyed, strokes } from './waveform'

describe('bars', () => {
  it('keeps the loudest of what one bar stands for', () => {
    expect(bars([1, 9, 2, 3, 8, 0], 3)).toEqual([9, 3, 8])
    expect(bars([5, 6], 3)).toEqual([5, 6])
    expect(bars([], 3)).toEqual([])
  })

  it('leaves nothing out, however it is divided', () => {
    const peaks = Array.from({ length: 400 }, (_, at) => (at === 399 ? 100 : 1))
    expect(bars(peaks, 120)).toHaveLength(120)
    expect(bars(peaks, 120).at(-1)).toBe(100)
  })
})

describe('strokes', () => {
  it('stand around the middle, silence as a dot, the loudest nearly as high as the box', () => {
    expect(strokes([0, 25, 50])).toBe('M0.5 48V52M1.5 26V74M2.5 2V98')
  })

  it('do not make a voice of a whisper', () => {
    expect(strokes([5])).toBe('M0.5 38V62')
  })
})

describe('keyed', () => {
  it('goes by five and ten seconds, and stays in the sound', () => {
    expect(keyed('ArrowRight', 10, 60)).toBe(15)
    expect(keyed('ArrowLeft', 3, 60)).toBe(0)
    expect(keyed('PageUp', 55, 60)).toBe(60)
    expect(keyed('Home', 55, 60)).toBe(0)
    expect(keyed('End', 5, 60)).toBe(60)
    expect(keyed('a', 5, 60)).toBeNull()
  })
})
