import { expect, it } from 'vitest'
import { createClock } from './clock'
import { crc32, headOf, sameHead } from './head'
import { newId } from './ids'
import { empty } from './state'
import { agent, card } from './testing/make'

it('shows server time although the machine is hours wrong, and trusts the quickest answer', () => {
  let local = 0
  const clock = createClock(() => local)
  clock.hear(new Date(7_200_000 - 400).toISOString()) // 400 ms on the way
  clock.hear(new Date(7_200_000 - 20).toISOString())
  clock.hear(new Date(7_200_000 - 900).toISOString())
  expect(clock.now()).toBe(7_199_980)
  local = 1_000
  expect(clock.now()).toBe(7_200_980)
})

it('starts anew when the machine has changed its clock, and ignores nonsense', () => {
  const clock = createClock(() => 0)
  clock.hear(new Date(100_000).toISOString())
  clock.hear(new Date(10_000).toISOString())
  clock.hear('yesterday')
  expect(clock.now()).toBe(10_000)
})

it('computes CRC-32 as everybody does', () => {
  expect(crc32('123456789')).toBe(0xcbf43926)
  expect(crc32('')).toBe(0)
})

it('has a fingerprint that does not depend on the order of cards but on every version', () => {
  const [a, b] = [card({ id: 'a', version: 1 }), card({ id: 'b', version: 2 })]
  const one = headOf({ ...empty, me: agent(), cards: { a, b } })
  expect(sameHead(one, headOf({ ...empty, me: agent(), cards: { b, a } }))).toBe(true)
  expect(sameHead(one, headOf({ ...empty, me: agent(), cards: { a, b: card({ id: 'b', version: 3 }) } }))).toBe(false)
  expect(sameHead(one, headOf({ ...empty, me: agent({ version: 2 }), cards: { a, b } }))).toBe(false)
})

it('makes UUIDs of version 4', () => {
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
