import { expect, it } from 'vitest'
import { mail, touch } from '../../desk/testing/make'
import { translator } from '../../i18n'
import { lines } from './lines'
import { addressed, firstWords, foldable, pieces, runs, sorted, subjects } from './mails'

const letter = (version: number, subject = 'No light') => touch({ interaction_id: 'i', version, mail: mail({ subject }) })
const moved = (version: number) => touch({ interaction_id: 'i', version, kind: 'accepted', text: null })
const thread = (n: number) => Array.from({ length: n }, (_, index) => letter(index + 1))

it('folds all but the last three, and nothing of a short thread', () => {
  expect(foldable(thread(4), 0)).toEqual([])
  expect(foldable(thread(6), 0)).toEqual(['ti1', 'ti2', 'ti3'])
})

it('never folds what is unread', () => {
  expect(foldable(thread(8), 5)).toEqual(['ti1', 'ti2', 'ti3'])
})

it('leaves notes and chats open', () => {
  const note = touch({ interaction_id: 'i', version: 9, note: true })
  expect(foldable([note, ...thread(6)], 0)).not.toContain(note.id)
})

it('shows a subject where it changes, whatever was put before it', () => {
  const all = ['No light', 'Re: No light', 'AW: RE[2]: no  light', '回复：No light', 'Fwd: Invoice', ''].map((subject, index) => letter(index + 1, subject))
  expect([...subjects(all)]).toEqual([['ti1', 'No light'], ['ti5', 'Fwd: Invoice'], ['ti6', '']])
})

it('says who is addressed', () => {
  const [a, b] = [{ name: 'Support', address: 's@a.org' }, { name: '', address: 'b@a.org' }]
  expect(addressed(mail({ to: [a], cc: [b], bcc: [b] }))).toEqual({ first: 'Support', more: 2 })
  expect(addressed(mail({ to: [], cc: [b] }))).toEqual({ first: 'b@a.org', more: 0 })
  expect(addressed(mail({ to: [] }))).toEqual({ first: '', more: 0 })
  const threaded = { name: '', address: `support+${'a'.repeat(42)}@acme.test` }
  expect(addressed(mail({ to: [threaded] })).first).toBe('support@acme.test')
})

it('gathers quiet lines before the last few mails, and leaves those after them', () => {
  const t = translator('en')
  const all = lines([letter(1), moved(2), moved(3), letter(4), moved(5), letter(6), moved(7), moved(8)], t)
  expect(runs(all, ['ti1', 'ti4', 'ti6']).map((line) => (line.kind === 'run' ? line.lines.length : line.kind))).toEqual([
    'day', 'message', 2, 'message', 'event', 'message', 'event', 'event',
  ])
})

it.each([
  ['see https://a.org/x?y=1.', ['see ', 'https://a.org/x?y=1', '.']],
  ['(www.a.org/a_(b))', ['(', 'www.a.org/a_(b)', ')']],
  ['请看https://a.org/路。', ['请看', 'https://a.org/', '路。']],
  ['https://a.org，https://b.org', ['https://a.org', '，', 'https://b.org']],
  ['javascript:alert(1) data:text/html,x', ['javascript:alert(1) data:text/html,x']],
  ['http://', ['http://']],
  ['no link', ['no link']],
])('finds web addresses: %j', (text, expected) => {
  expect(pieces(text).map((piece) => piece.text)).toEqual(expected)
  for (const { href } of pieces(text)) expect(href ?? 'https://').toMatch(/^https?:\/\//)
})

it('takes the first words on one line', () => {
  expect(firstWords('  Dear all,\n\n\tno   light ')).toBe('Dear all, no light')
  expect(firstWords(null)).toBe('')
  expect(firstWords('x'.repeat(10_000))).toHaveLength(160)
})

it('puts what spoils the reading before what is only odd', () => {
  expect(sorted(['no_date', 'charset_guessed', 'header_cut', 'oversized'])).toEqual({
    weighty: ['charset_guessed', 'oversized'], minor: ['no_date', 'header_cut'],
  })
})
