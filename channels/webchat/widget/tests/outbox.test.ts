import { describe, expect, test } from 'vitest'

import { openKeep } from '../src/keep'
import { Outbox } from '../src/outbox'
import { MemoryStorage } from './memory'

const letter = (id: string) => ({ id, text: `text of ${id}`, files: [] })
const ids = (outbox: Outbox) => outbox.all().map((one) => one.id)

function outboxOn(storage: Storage | null, now = () => 1000): Outbox {
  return new Outbox(openKeep('chat', storage), now)
}

describe('outbox', () => {
  test('keeps the order in which messages were written, whatever their ids and however fast', () => {
    const outbox = outboxOn(new MemoryStorage())
    for (const id of ['c', 'a', 'b']) outbox.add(letter(id))
    expect(ids(outbox)).toEqual(['c', 'a', 'b'])
  })

  test('keeps the order when the clock goes backwards', () => {
    const times = [5000, 3000, 4000]
    const outbox = outboxOn(new MemoryStorage(), () => times.shift() ?? 0)
    for (const id of ['a', 'b', 'c']) outbox.add(letter(id))
    expect(ids(outbox)).toEqual(['a', 'b', 'c'])
  })

  test('outlives the page', () => {
    const storage = new MemoryStorage()
    outboxOn(storage).add({ ...letter('a'), name: 'Ann' })
    expect(outboxOn(storage).next()).toMatchObject({ id: 'a', text: 'text of a', name: 'Ann' })
  })

  test('two tabs do not overwrite one another', () => {
    const storage = new MemoryStorage()
    const [one, two] = [outboxOn(storage), outboxOn(storage)]
    one.add(letter('a'))
    two.add(letter('b'))
    one.add(letter('c'))
    expect(ids(one)).toEqual(['a', 'b', 'c'])
    expect(ids(two)).toEqual(['a', 'b', 'c'])
  })

  test.each([null, new MemoryStorage(true)])('works in memory where nothing may be stored', (storage) => {
    const outbox = outboxOn(storage)
    outbox.add(letter('a'))
    expect(ids(outbox)).toEqual(['a'])
    for (const one of outbox.all()) outbox.remove(one)
    expect(ids(outbox)).toEqual([])
  })

  test('a refused message is passed over, stays, and may be tried again with the same id', () => {
    const outbox = outboxOn(new MemoryStorage())
    const first = outbox.add(letter('a'))
    outbox.add(letter('b'))
    outbox.refuse(first, 'too_long')
    expect(outbox.next()?.id).toBe('b')
    expect(outbox.all()[0]?.refused).toBe('too_long')
    outbox.retry(first)
    expect(outbox.next()).toEqual(first)
  })

  test('what is damaged or foreign in the storage does no harm', () => {
    const storage = new MemoryStorage()
    storage.setItem('chat/out/0-x', '{broken')
    storage.setItem('chat/out/1-y', '{}')
    storage.setItem('other/out/2-z', JSON.stringify(letter('z')))
    expect(ids(outboxOn(storage))).toEqual([])
  })
})
