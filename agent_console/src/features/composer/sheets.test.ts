import { expect, it } from 'vitest'
import { keyOf, saveOn, sheetOf, split, takeOver, turnOver, wireSheet } from './sheets'

const kept = (sheet: string, version = 1) => ({ sheet, version })

it('has one sheet for each contact and kind as long as the page lives', () => {
  const [reply, note] = [keyOf('a', 'reply'), keyOf('a', 'note')]
  expect(sheetOf(reply).sheet).toBe(sheetOf(reply).sheet)
  expect(sheetOf(reply).sheet).not.toBe(sheetOf(note).sheet)
  const before = sheetOf(note).sheet
  turnOver(note)
  expect(sheetOf(note).sheet).not.toBe(before)
})

it('goes on with its own sheet, else with the newest', () => {
  const mine = kept(sheetOf('b').sheet)
  expect(split([kept('x'), mine, kept('y')], 'b')).toEqual({ own: mine, others: [kept('x'), kept('y')] })
  expect(split([kept('x'), kept('y')], 'b')).toEqual({ own: kept('x'), others: [kept('y')] })
  expect(split([], 'b')).toEqual({ own: null, others: [] })
})

it('says which version it goes on with until that was replaced, and never replaces itself', async () => {
  takeOver('c', [kept('x', 3), kept(sheetOf('c').sheet, 9)])
  expect(wireSheet('c').replaces).toEqual({ x: 3 })
  const others = await saveOn('c', wireSheet('c'), (on) => {
    expect(on.replaces).toEqual({ x: 3 })
    takeOver('c', [kept('y', 1), kept('x', 4)]) // taken over while that was on its way
    return Promise.resolve({ others: [kept('y', 1)] })
  })
  expect([others, wireSheet('c').replaces]).toEqual([[kept('y', 1)], { x: 4, y: 1 }])
})

it('still says so where saving failed', async () => {
  takeOver('d', [kept('x', 3)])
  await expect(saveOn('d', wireSheet('d'), () => Promise.reject(new Error('offline')))).rejects.toThrow('offline')
  expect(wireSheet('d').replaces).toEqual({ x: 3 })
})
