import { expect, test } from 'vitest'
import { ceiling, figure, linePath, off } from './plot'

test('a line goes from the first value to the last, and the highest is at the top', () => {
  expect(linePath([0, 2, 1], 2)).toBe('M0 140L300 0L600 70')
})

test('where there is no value the line breaks, and one alone is a dot', () => {
  expect(linePath([1, null, 1, null, 0, 1], 1)).toBe('M0 0h0.1M240 0h0.1M480 140L600 0')
  expect(linePath([null, null], 1)).toBe('')
  expect(linePath([1], 1)).toBe('M0 0h0.1')
})

test('the scale ends at a round number, never at nothing', () => {
  expect([[0, null], [3, 1.2], [10], [11], [250]].map(ceiling)).toEqual([1, 5, 10, 20, 500])
})

test('figures have their unit, their confidence and, as differences, a sign', () => {
  const of = (mean: number, half = 0) => ({ mean, low: mean - half, high: mean + half })
  expect(figure(of(0.8123), 'share')).toBe('81.2 %')
  expect(figure(of(12, 0.25), 'seconds')).toBe('12.0 ± 0.3 s')
  expect(figure(of(-3.04), 'seconds', true)).toBe('−3.0 s')
  expect(figure(of(0.05), 'share', true)).toBe('+5.0 %')
  expect(figure(of(-0.00001), 'share', true)).toBe('0.0 %')
  expect(figure(null, 'plain')).toBe('–')
})

test('says how far the model is from what happened', () => {
  const at = (mean: number) => ({ mean, low: mean, high: mean })
  expect([off(at(0.82), at(0.8), 'share'), off(at(68), at(68.9), 'seconds'), off(null, at(1), 'share')]).toEqual(['+2.0 %', '−0.9 s', '–'])
})
