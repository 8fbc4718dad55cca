import { expect, it, vi } from 'vitest'
import { ApiError } from './api'
import { apply } from './apply'
import { Outbox, unsent } from './outbox'
import { empty } from './state'
import type { DeskState } from './state'
import { agent, card, detail, mail, touch } from './testing/make'
import type { Say, TouchView } from './wire'

function bench(say: (id: string, body: Say) => Promise<TouchView>, stored: string | null = null) {
  let state: DeskState = empty
  let kept = stored
  let ids = 0
  const jobs: (() => void)[] = []
  const sender = vi.fn(say)
  const look = vi.fn()
  const outbox = new Outbox({
    api: { say: sender, note: sender },
    get: () => state,
    dispatch: (event) => {
      state = apply(state, event)
    },
    later: (job) => {
      jobs.push(job)
      return () => undefined
    },
    newId: () => `m${++ids}`,
    now: () => 0,
    look,
    keep: { read: () => kept, write: (text) => (kept = text) },
  })
  return { outbox, sender, look, jobs, state: () => state, kept: () => kept }
}

const tick = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}
const said = (id: string) => Promise.resolve(touch({ interaction_id: id, version: 1, kind: 'said' }))

it('sends one after the other, in the order of writing', async () => {
  const open: (() => void)[] = []
  const b = bench((id) => new Promise((resolve) => open.push(() => void said(id).then(resolve))))
  b.outbox.send('a', 'reply', 'one', [])
  b.outbox.send('a', 'reply', 'two', [])
  b.outbox.send('b', 'reply', 'elsewhere', [])
  expect(b.sender.mock.calls.map(([, body]) => body.text)).toEqual(['one', 'elsewhere'])
  open[0]?.()
  await tick()
  expect(b.sender.mock.calls.map(([, body]) => body.text)).toEqual(['one', 'elsewhere', 'two'])
})

it('keeps what could not be sent and tries again with the same id', async () => {
  let reachable = false
  const b = bench((id) => (reachable ? said(id) : Promise.reject(new ApiError(0, {}))))
  b.outbox.send('a', 'reply', 'one', [])
  await tick()
  expect(b.state().pending).toMatchObject([{ id: 'm1', state: 'kept', error: 'unreachable' }])
  reachable = true
  b.jobs.forEach((job) => job())
  await tick()
  expect(b.sender.mock.calls.map(([, body]) => body.id)).toEqual(['m1', 'm1'])
  expect(b.state().pending).toEqual([])
})

it('shows what was refused, holds back what comes after it, and sends both after a second try', async () => {
  let refuse = true
  const b = bench((id) => (refuse ? Promise.reject(new ApiError(422, { code: 'invalid' })) : said(id)))
  b.outbox.send('a', 'reply', 'one', [])
  b.outbox.send('a', 'reply', 'two', [])
  await tick()
  expect(b.state().pending.map((item) => item.state)).toEqual(['failed', 'kept'])
  expect(b.sender).toHaveBeenCalledOnce()
  refuse = false
  b.outbox.retry('m1')
  await tick()
  expect(b.state().pending).toEqual([])
})

it('goes on after the refused one was discarded', async () => {
  const b = bench((id, body) => (body.text === 'bad' ? Promise.reject(new ApiError(422, {})) : said(id)))
  b.outbox.send('a', 'reply', 'bad', [])
  b.outbox.send('a', 'reply', 'good', [])
  await tick()
  b.outbox.discard('m1')
  await tick()
  expect(b.state().pending).toEqual([])
})

it('takes up after a reload what was not acknowledged before it', async () => {
  const before = bench(() => new Promise(() => undefined))
  before.outbox.send('a', 'note', 'unfinished', [])
  const after = bench(said, before.kept())
  after.outbox.restore()
  await tick()
  expect(after.sender.mock.calls[0]?.[1]).toMatchObject({ id: 'm1', text: 'unfinished' })
  expect(after.state().pending).toEqual([])
})

it.each(['', 'no json', '{}', '[null, 7]'])('starts with nothing where what was kept is damaged: %j', (stored) => {
  const b = bench(said, stored)
  b.outbox.restore()
  expect(b.state().pending).toEqual([])
})

it('shows a message once although its event came before its answer', () => {
  const item = { id: 'm', interactionId: 'a', kind: 'reply', text: 'hi', files: [], state: 'sending', error: null, at: 0, after: 3 } as const
  const said = (version: number) => touch({ interaction_id: 'a', version, kind: 'said', text: 'hi', actor_id: 'me' })
  const state = (version: number): DeskState => ({
    ...empty, me: agent(), pending: [item], details: { a: detail(card({ id: 'a' }), [said(version)]) },
  })
  expect(unsent(state(4), 'a')).toEqual([])
  expect(unsent(state(3), 'a')).toEqual([item]) // an earlier message with the same words
  expect(unsent(state(4), 'b')).toEqual([])
})

it('keeps the order of what was written while nothing could be sent', async () => {
  let reachable = false
  const b = bench((id) => (reachable ? said(id) : Promise.reject(new ApiError(0, {}))))
  for (const text of ['one', 'two', 'three']) b.outbox.send('a', 'reply', text, [])
  await tick()
  reachable = true
  b.sender.mockClear()
  for (let i = 0; i < 4; i++) {
    b.outbox.flush()
    await tick()
  }
  expect(b.sender.mock.calls.map(([, body]) => body.text)).toEqual(['one', 'two', 'three'])
})

const letter = { mail: { kind: 'reply' as const, to: [{ address: 'ann@example.com' }] }, seen: 3 }

it('sends recipients and what was read along with a mail, and neither with anything else', async () => {
  const b = bench(said)
  b.outbox.send('a', 'reply', 'dear Ann', [], letter)
  b.outbox.send('b', 'reply', 'hi', [])
  await tick()
  expect(b.sender.mock.calls.map(([, body]) => body)).toEqual([
    { id: 'm1', text: 'dear Ann', files: [], ...letter }, { id: 'm2', text: 'hi', files: [] },
  ])
})

it('asks when the customer wrote meanwhile, keeps the text over a reload, and sends it with what was read by then', async () => {
  let refuse = true
  const say = (id: string) => (refuse ? Promise.reject(new ApiError(409, { code: 'stale' })) : said(id))
  const b = bench(say)
  b.outbox.send('a', 'reply', 'dear Ann', [], letter)
  await tick()
  expect(b.state().pending).toMatchObject([{ state: 'failed', error: 'stale', text: 'dear Ann' }])
  expect(b.look).toHaveBeenCalledWith('a')

  const later = bench(say, b.kept())
  later.outbox.restore()
  expect(later.sender).not.toHaveBeenCalled()
  refuse = false
  later.outbox.anyway('m1', 5)
  await tick()
  expect(later.sender.mock.calls.map(([, body]) => [body.id, body.seen, body.mail])).toEqual([['m1', 5, letter.mail]])
  expect(later.state().pending).toEqual([])
})

it('gives a mail back to its composer with its recipients and files, and goes on with the next', async () => {
  const b = bench((id, body) => (body.text === 'dear Ann' ? Promise.reject(new ApiError(409, { code: 'stale' })) : said(id)))
  b.outbox.send('a', 'reply', 'dear Ann', [{ id: 'f1', name: 'x.pdf' }], letter)
  b.outbox.send('a', 'note', 'psst', [])
  await tick()
  b.outbox.giveBack('m1')
  await tick()
  expect(b.state().returned.a).toMatchObject({ text: 'dear Ann', mail: letter.mail, files: [{ id: 'f1', name: 'x.pdf' }] })
  expect(b.state().pending).toEqual([])
})

it('remembers what may still be taken back', async () => {
  const due = '2025-03-03T10:00:08Z'
  const b = bench((id) => Promise.resolve(touch({ interaction_id: id, version: 1, kind: 'said', message_id: 'x', mail: mail({ due_at: due }) })))
  b.outbox.send('a', 'reply', 'dear Ann', [], letter)
  await tick()
  expect(b.state().leaving.map((one) => one.mail?.due_at)).toEqual([due])
})

it('says which field of a mail is wrong', async () => {
  const b = bench(() => Promise.reject(new ApiError(422, { code: 'invalid', fields: { 'mail.cc.1': 'ours' } })))
  b.outbox.send('a', 'reply', 'dear Ann', [], letter)
  await tick()
  expect(b.state().pending).toMatchObject([{ state: 'failed', error: 'flaw:ours' }])
})
