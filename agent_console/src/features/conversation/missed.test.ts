import { expect, it } from 'vitest'
import { missedIn, othersHaveIt } from './missed'

it('reads a line for each recipient who did not get it', () => {
  expect(missedIn('later bo@b.org: 450 4.2.0 come back: later\nrefused cy@c.org: 550 no\nunconfirmed di@d.org: interrupted\nfailed : gone')).toEqual([
    { what: 'later', address: 'bo@b.org', said: '450 4.2.0 come back: later' },
    { what: 'refused', address: 'cy@c.org', said: '550 no' },
    { what: 'unconfirmed', address: 'di@d.org', said: 'interrupted' },
    { what: 'failed', address: '', said: 'gone' },
  ])
})

it.each(['busy: 451 later', 'no_answer: failed', ''])('takes %s for a word about the whole mail', (error) => {
  expect(missedIn(error)).toEqual([])
})

it.each([
  ['later Bo@b.org: 450 wait', true],
  ['later bo@b.org: 450 wait\nfailed cy@c.org: 550 gone', false],
  ['later bo@b.org: 450 wait\nfailed : gone', false],
])('says of %s whether somebody has it: %s', (error, has) => {
  expect(othersHaveIt([{ address: 'bo@b.org' }, { address: 'CY@c.org' }], missedIn(error))).toBe(has)
})
