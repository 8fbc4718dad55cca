import { expect, it } from 'vitest'
import { isSingle, keyLabel, matches } from './keys'
import type { Pressed } from './keys'

const press = (fields: Partial<Pressed>): Pressed => ({
  code: '', key: '', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, keyCode: 0, ...fields,
})

it('goes by the place of the key, whatever the layout makes of it', () => {
  expect(matches(press({ code: 'KeyJ', key: '∆', altKey: true }), 'Alt+KeyJ', true)).toBe(true)
  expect(matches(press({ code: 'KeyJ', key: 'о', altKey: true }), 'Alt+KeyJ', false)).toBe(true)
})

it('goes by what is printed where that is what people look for', () => {
  expect(matches(press({ code: 'Minus', key: '?', shiftKey: true }), 'key:?', false)).toBe(true)
})

it('wants exactly its modifiers', () => {
  expect(matches(press({ code: 'KeyK', key: 'k', ctrlKey: true }), 'Mod+KeyK', false)).toBe(true)
  expect(matches(press({ code: 'KeyK', key: 'k', ctrlKey: true }), 'Mod+KeyK', true)).toBe(false)
  expect(matches(press({ code: 'KeyK', key: 'k', metaKey: true }), 'Mod+KeyK', true)).toBe(true)
  expect(matches(press({ code: 'KeyJ', key: 'j', ctrlKey: true }), 'KeyJ', false)).toBe(false)
  expect(matches(press({ code: 'Enter', key: 'Enter' }), 'Alt+Enter', false)).toBe(false)
})

it.each([{ isComposing: true }, { keyCode: 229 }])('never fires while an input method composes: %o', (fields) => {
  expect(matches(press({ code: 'Enter', key: 'Enter', altKey: true, ...fields }), 'Alt+Enter', false)).toBe(false)
})

it('names keys as the system does', () => {
  expect(keyLabel('Mod+KeyK', false)).toBe('Ctrl+K')
  expect(keyLabel('Mod+KeyK', true)).toBe('⌘K')
  expect(keyLabel('Alt+Enter', false)).toBe('Alt+Enter')
  expect(keyLabel('key:?', false)).toBe('?')
  expect([isSingle('KeyJ'), isSingle('key:?'), isSingle('Alt+KeyJ')]).toEqual([true, true, false])
})
