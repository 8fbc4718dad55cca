import { expect, it } from 'vitest'
import { segmentsOf } from './segments'

// The same table as in tests/channels/messaging/test_understand.py.
const table: readonly [string, string, number, number][] = [
  ['', 'GSM-7', 0, 160], ['a'.repeat(160), 'GSM-7', 1, 0], ['a'.repeat(161), 'GSM-7', 2, 145], ['€'.repeat(80), 'GSM-7', 1, 0],
  ['a'.repeat(152) + '€' + 'a'.repeat(100), 'GSM-7', 2, 51], ['ç', 'UCS-2', 1, 69], ['你'.repeat(70), 'UCS-2', 1, 0],
  ['你'.repeat(71), 'UCS-2', 2, 63], ['你'.repeat(66) + '😀' + '你'.repeat(3), 'UCS-2', 2, 62], ['😀'.repeat(35), 'UCS-2', 1, 0],
]

it.each(table)('counts %s', (text, encoding, segments, left) => {
  expect(segmentsOf(text)).toEqual({ encoding, segments, left })
})
