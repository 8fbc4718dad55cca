import { expect, it } from 'vitest'
import { fullNumber } from './number'

it.each([
  ['+44 20 7946-0000', '+442079460000'], ['+1 (555) 123.0001', '+15551230001'], ['020 7946 0000', null], ['+0123456', null],
  ['+12345', null], ['+1234567890123456', null], ['nobody', null], ['', null],
])('%s', (text, number) => expect(fullNumber(text)).toBe(number))
