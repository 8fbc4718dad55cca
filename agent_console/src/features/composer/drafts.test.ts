import { expect, it, vi } from 'vitest'
import { createKeeper } from './drafts'

function bench(save: (id: string, text: string) => Promise<unknown> = () => Promise.resolve()) {
  const jobs = new Set<() => void>()
  let cancelled = 0
  const saver = vi.fn(save)
  const states: string[] = []
  const keeper = createKeeper<string>({
    save: saver,
    onState: (state) => states.push(state),
    later: (job) => {
      jobs.add(job)
      return () => {
        cancelled += Number(jobs.delete(job))
      }
    },
  })
  const run = async () => {
    const due = [...jobs]
    jobs.clear()
    due.forEach((job) => job())
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  const change = (text: string, key = 'i') => keeper.change(key, key, text, !text)
  return { change, keeper, states, run, waiting: () => jobs.size, cancelled: () => cancelled, texts: () => saver.mock.calls.map(([id, text]) => `${id}:${text}`) }
}

it('saves only the last of what was typed, each key for itself', async () => {
  const b = bench()
  b.change('he')
  b.change('hello')
  b.change('psst', 'j')
  await b.run()
  expect(b.texts()).toEqual(['i:hello', 'j:psst'])
})

it('saves who types without a pause all the same: the time runs from the first change', async () => {
  const b = bench()
  b.change('a')
  expect(b.waiting()).toBe(1)
  for (const text of ['ab', 'abc', 'abcd']) b.change(text)
  expect([b.waiting(), b.cancelled()]).toEqual([1, 0])
  await b.run()
  expect(b.texts()).toEqual(['i:abcd'])
})

it('drops a draft at once when its message was sent', async () => {
  const b = bench()
  b.change('hello')
  b.change('')
  await b.run()
  expect(b.texts()).toEqual(['i:'])
})

it('saves at once what waits when the page is left', () => {
  const b = bench()
  b.change('hello')
  b.keeper.flush()
  expect(b.waiting()).toBe(0)
})

it('never lets an older text overtake a newer one', async () => {
  const open: (() => void)[] = []
  const b = bench(() => new Promise<void>((resolve) => open.push(resolve)))
  b.change('one')
  await b.run()
  b.change('two')
  await b.run()
  expect(b.texts()).toEqual(['i:one'])
  open[0]?.()
  await b.run()
  expect(b.texts()).toEqual(['i:one', 'i:two'])
})

it('tries again what could not be saved', async () => {
  let fail = true
  const b = bench(() => (fail ? Promise.reject(new Error('offline')) : Promise.resolve()))
  b.change('kept')
  await b.run()
  fail = false
  await b.run()
  expect([b.texts(), b.states]).toEqual([['i:kept', 'i:kept'], ['waiting', 'failed', 'saved']])
})
