import { describe, expect, test } from 'vitest'

import { add, EMPTY, head, join, mark, misses, unread } from '../src/thread'
import type { Said, Standing } from '../src/types'

const said = (number: number, more: Partial<Said> = {}): Said => ({
  id: `${more.interaction_id ?? 'one'}-${number}`,
  client_id: '',
  interaction_id: 'one',
  number,
  direction: 'out',
  name: 'Maya',
  text: String(number),
  at: '2026-03-02T09:00:00Z',
  state: 'sent',
  files: [],
  ...more,
})
const standing = (interaction_id: string): Standing => ({
  interaction_id,
  reference: 'R-1',
  state: 'active',
  agent_name: 'Maya',
  position: null,
  wait: null,
  staffed: true,
})
const texts = (thread: { messages: readonly Said[] }) => thread.messages.map((one) => one.text)

describe('thread', () => {
  test('any order of arrival, with repetitions, ends in the same order', () => {
    const thread = [3, 1, 3, 2, 1].reduce((known, number) => add(known, said(number)), EMPTY)
    expect(texts(thread)).toEqual(['1', '2', '3'])
  })

  test('a jumped number is missed, and the answer to a resume closes the gap', () => {
    let thread = join(EMPTY, { standing: standing('one'), messages: [said(1)] })
    expect(misses(thread, { interaction_id: 'one', number: 1 })).toBe(false)
    thread = add(thread, said(4))
    expect(head(thread)).toBe(1)
    expect(misses(thread, { interaction_id: 'one', number: 3 })).toBe(true)
    thread = join(thread, { standing: standing('one'), messages: [said(2), said(3), said(4)] })
    expect(head(thread)).toBe(4)
    expect(texts(thread)).toEqual(['1', '2', '3', '4'])
  })

  test('a linked interaction starts counting anew, and the earlier one stays above', () => {
    const before = join(EMPTY, { standing: standing('one'), messages: [said(1), said(2)] })
    expect(misses(before, { interaction_id: 'two', number: 1 })).toBe(true)
    const after = join(before, { standing: standing('two'), messages: [said(1, { interaction_id: 'two', text: 'again' })] })
    expect(texts(after)).toEqual(['1', '2', 'again'])
    expect(head(after)).toBe(1)
  })

  test('marks only rise, however they arrive', () => {
    let thread = add(EMPTY, said(1))
    for (const state of ['read', 'delivered', 'sent']) {
      thread = mark(thread, { interaction_id: 'one', number: 1, id: 'one-1', state })
    }
    expect(thread.messages[0]?.state).toBe('read')
    expect(add(thread, said(1, { state: 'delivered' })).messages[0]?.state).toBe('read')
  })

  test('unread are messages of ours after the last one seen, in the present interaction', () => {
    const thread = join(EMPTY, {
      standing: standing('one'),
      messages: [said(1), said(2, { direction: 'in' }), said(3), said(4)],
    })
    expect(unread(thread, '')).toBe(3)
    expect(unread(thread, 'one:3')).toBe(1)
    expect(unread(thread, 'another:9')).toBe(3)
  })
})
