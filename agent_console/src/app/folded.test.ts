import { expect, it } from 'vitest'
import { folded } from './folded'

it('puts away only what has no room', () => {
  expect(folded([1, 2, 3, 4, 5])).toEqual([])
  expect(folded([1, 2, 3, 4, 5, 6])).toEqual([5, 6])
  expect(folded(Array.from({ length: 14 }, (_, at) => at))).toHaveLength(10)
})
