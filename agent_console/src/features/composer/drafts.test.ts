import { expect, it, vi } from 'vitest'
import { createDrafts } from './drafts'

function bench(save: (id: string, draft: { text: string }) => Promise<unknown> = () => Promise.resolve()) {
  const jobs = new Set<() => void>()
  const saver = vi.fn(save)
  const drafts = createDrafts({
    save: saver,
    later: (job) => {
      jobs.add(job)
      return () => jobs.delete(job)
    },
  })
  const run = async () => {
    const due = [...jobs]
    jobs.clear()
    due.forEach((job) => job())
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { drafts, saver, run, texts: () => saver.mock.calls.map(([id, draft]) => `${id}:${draft.text}`) }
}

it('saves only the last of what was typed, each kind for itself', async () => {
  const b = bench()
  b.drafts.change('i', 'reply', 'he')
  b.drafts.change('i', 'reply', 'hello')
  b.drafts.change('i', 'note', 'psst')
  await b.run()
  expect(b.texts()).toEqual(['i:hello', 'i:psst'])
})

it('drops a draft at once when its message was sent', async () => {
  const b = bench()
  b.drafts.change('i', 'reply', 'hello')
  b.drafts.change('i', 'reply', '')
  await b.run()
  expect(b.texts()).toEqual(['i:'])
})

it('never lets an older text overtake a newer one', async () => {
  const open: (() => void)[] = []
  const b = bench(() => new Promise<void>((resolve) => open.push(resolve)))
  b.drafts.change('i', 'reply', 'one')
  await b.run()
  b.drafts.change('i', 'reply', 'two')
  await b.run()
  expect(b.texts()).toEqual(['i:one'])
  open[0]?.()
  await b.run()
  expect(b.texts()).toEqual(['i:one', 'i:two'])
})

it('tries again what could not be saved', async () => {
  let fail = true
  const b = bench(() => (fail ? Promise.reject(new Error('offline')) : Promise.resolve()))
  b.drafts.change('i', 'reply', 'kept')
  await b.run()
  fail = false
  await b.run()
  expect(b.texts()).toEqual(['i:kept', 'i:kept'])
})
