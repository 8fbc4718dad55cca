import { expect, it, vi } from 'vitest'
import type { Draft, DraftKept } from '../../desk/wire'
import { createDrafts } from './drafts'

const KEPT = { other: null }

function bench(save: (id: string, draft: Draft) => Promise<DraftKept> = () => Promise.resolve(KEPT)) {
  const jobs = new Set<() => void>()
  let cancelled = 0
  const saver = vi.fn(save)
  const others: string[] = []
  const drafts = createDrafts({
    save: saver,
    onOther: (_id, _kind, other) => others.push(other),
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
  return { drafts, saver, others, run, waiting: () => jobs.size, cancelled: () => cancelled, texts: () => saver.mock.calls.map(([id, draft]) => `${id}:${draft.text}`) }
}

it('saves only the last of what was typed, each kind for itself', async () => {
  const b = bench()
  b.drafts.change('i', { kind: 'reply', text: 'he' })
  b.drafts.change('i', { kind: 'reply', text: 'hello' })
  b.drafts.change('i', { kind: 'note', text: 'psst' })
  await b.run()
  expect(b.texts()).toEqual(['i:hello', 'i:psst'])
})

it('saves who types without a pause all the same: the time runs from the first change', async () => {
  const b = bench()
  b.drafts.change('i', { kind: 'reply', text: 'a' })
  expect(b.waiting()).toBe(1)
  for (const text of ['ab', 'abc', 'abcd']) b.drafts.change('i', { kind: 'reply', text })
  expect([b.waiting(), b.cancelled()]).toEqual([1, 0])
  await b.run()
  expect(b.texts()).toEqual(['i:abcd'])
})

it('keeps the recipients of a mail that has no text yet', async () => {
  const b = bench()
  const mail = { kind: 'forward' as const, to: [{ address: 'ann@a.org' }] }
  b.drafts.change('i', { kind: 'reply', text: '', mail })
  expect(b.saver).not.toHaveBeenCalled()
  await b.run()
  expect(b.saver.mock.calls).toEqual([['i', { kind: 'reply', text: '', mail }]])
})

it('drops a draft at once when its message was sent', async () => {
  const b = bench()
  b.drafts.change('i', { kind: 'reply', text: 'hello' })
  b.drafts.change('i', { kind: 'reply', text: '' })
  await b.run()
  expect(b.texts()).toEqual(['i:'])
})

it('never lets an older text overtake a newer one', async () => {
  const open: (() => void)[] = []
  const b = bench(() => new Promise<DraftKept>((resolve) => open.push(() => resolve(KEPT))))
  b.drafts.change('i', { kind: 'reply', text: 'one' })
  await b.run()
  b.drafts.change('i', { kind: 'reply', text: 'two' })
  await b.run()
  expect(b.texts()).toEqual(['i:one'])
  open[0]?.()
  await b.run()
  expect(b.texts()).toEqual(['i:one', 'i:two'])
})

it('tries again what could not be saved', async () => {
  let fail = true
  const b = bench(() => (fail ? Promise.reject(new Error('offline')) : Promise.resolve(KEPT)))
  b.drafts.change('i', { kind: 'reply', text: 'kept' })
  await b.run()
  fail = false
  await b.run()
  expect(b.texts()).toEqual(['i:kept', 'i:kept'])
})

it('is saved upon what was kept before, and tells of what another window kept', async () => {
  let stored = 'old'
  const b = bench((_id, draft) => {
    if (draft.upon !== undefined && draft.upon !== stored && draft.text !== stored) return Promise.resolve({ other: stored })
    stored = draft.text
    return Promise.resolve(KEPT)
  })
  b.drafts.upon('i', 'reply', 'old')
  b.drafts.change('i', { kind: 'reply', text: 'mine' })
  await b.run()
  expect([stored, b.others]).toEqual(['mine', []])
  stored = 'theirs'
  b.drafts.change('i', { kind: 'reply', text: 'mine too' })
  await b.run()
  expect([stored, b.others]).toEqual(['theirs', ['theirs']])
  b.drafts.upon('i', 'reply', 'theirs')
  b.drafts.change('i', { kind: 'reply', text: 'theirs and mine' })
  await b.run()
  expect([stored, b.others]).toEqual(['theirs and mine', ['theirs']])
})
