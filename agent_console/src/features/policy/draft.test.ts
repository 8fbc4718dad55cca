import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '../../desk/api'
import type { Api } from '../../desk/api'
import type { PolicyView } from '../../desk/wire'
import { createDraft } from './draft'
import type { Shelf } from './draft'
import { put } from './document'

const view = (fields: Partial<PolicyView> = {}): PolicyView => ({
  version: 3, document: { format: 1, queues: [{ id: 'a' }] }, digest: 'd', published_at: '', published_by: null, note: '', from_version: null, findings: [], draft: null, ...fields,
})

function hub(found = view()) {
  let n = 0
  return {
    policy: vi.fn(() => Promise.resolve(found)),
    policyFacts: vi.fn(() => Promise.resolve([])),
    savePolicyDraft: vi.fn<Api['savePolicyDraft']>(() => Promise.resolve({ saved_at: `t${++n}` })),
    dropPolicyDraft: vi.fn<Api['dropPolicyDraft']>(() => Promise.resolve(undefined)),
    checkPolicy: vi.fn<Api['checkPolicy']>(() => Promise.resolve({ problems: [], findings: [], digest: null })),
  }
}

function shelf(): Shelf & { value: string | null } {
  const one = { value: null as string | null, get: () => one.value, set: (value: string | null) => (one.value = value) }
  return one
}

async function opened(api = hub(), kept = shelf()) {
  const draft = createDraft(api, kept)
  await draft.load()
  const zone = (name: string) => draft.change(put(draft.store.getState().document ?? {}, 'zone', name), 'zone')
  return { api, draft, kept, zone, state: () => draft.store.getState() }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('saves and checks once the typing pauses, with what was saved before as its condition', async () => {
  const { api, zone, state } = await opened()
  for (const name of ['E', 'Eu', 'Europe/Berlin']) zone(name)
  expect(state().saving).toBe('dirty')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(api.savePolicyDraft).toHaveBeenCalledTimes(1)
  expect(api.savePolicyDraft.mock.calls[0]?.[0]).toMatchObject({ base: 3, saved_at: null, document: { zone: 'Europe/Berlin' } })
  expect(api.checkPolicy).toHaveBeenCalledTimes(1)
  zone('UTC')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(api.savePolicyDraft.mock.calls[1]?.[0]).toMatchObject({ saved_at: 't1' })
  expect(state().saving).toBe('saved')
})

it('aborts a check that is overtaken', async () => {
  const { api, zone, state } = await opened()
  const signals: (AbortSignal | undefined)[] = []
  api.checkPolicy.mockImplementation((_, signal) => {
    signals.push(signal)
    return new Promise(() => undefined)
  })
  zone('A')
  await vi.advanceTimersByTimeAsync(500)
  zone('B')
  expect(signals[0]?.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(500)
  expect(signals).toHaveLength(2)
  expect(state().checking).toBe('running')
})

it('loses nothing by a reload', async () => {
  const first = await opened()
  first.zone('Asia/Shanghai')
  const second = await opened(hub(), first.kept)
  expect(second.state().document).toMatchObject({ zone: 'Asia/Shanghai' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(second.api.savePolicyDraft).toHaveBeenCalledTimes(1)
  expect(second.kept.value).toBeNull()
})

it('keeps a source that is no JSON yet, over a reload too', async () => {
  const first = await opened()
  first.draft.type('{"format": 1, ')
  expect(first.state().document).toEqual(view().document)
  const second = await opened(hub(), first.kept)
  expect(second.state().source).toBe('{"format": 1, ')
  second.draft.type('{"format": 1, "queues": []}')
  expect(second.state().document).toEqual({ format: 1, queues: [] })
})

it('shows the draft of somebody else who was quicker, and overwrites it only when told', async () => {
  const { api, draft, zone, state } = await opened()
  const other = { document: { format: 1, zone: 'UTC' }, base: 3, saved_at: 't9', saved_by: 'Ben' }
  api.savePolicyDraft.mockRejectedValueOnce(new ApiError(409, { code: 'draft_moved', ...{ draft: other } }))
  zone('Mine')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(state()).toMatchObject({ saving: 'moved', other })
  zone('Mine too')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.savePolicyDraft).toHaveBeenCalledTimes(1)
  await draft.keepMine()
  expect(api.savePolicyDraft.mock.calls[1]?.[0]).toMatchObject({ saved_at: 't9', document: { zone: 'Mine too' } })
  expect(state().saving).toBe('saved')

  api.savePolicyDraft.mockRejectedValueOnce(new ApiError(409, { code: 'draft_moved', ...{ draft: other } }))
  zone('Again')
  await vi.advanceTimersByTimeAsync(1_000)
  draft.takeOther()
  expect(state()).toMatchObject({ document: { zone: 'UTC' }, savedAt: 't9', saving: 'saved' })
  draft.undo()
  expect(state().document).toMatchObject({ zone: 'Again' })
})

it('tries again by itself when the hub was away', async () => {
  const { api, zone, state } = await opened()
  api.savePolicyDraft.mockRejectedValueOnce(new ApiError(0, {}))
  zone('A')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(state().saving).toBe('failed')
  await vi.advanceTimersByTimeAsync(6_000)
  expect(state().saving).toBe('saved')
})

it('takes back word by word, and once more', async () => {
  const { draft, zone, state } = await opened()
  zone('U')
  zone('UTC')
  await vi.advanceTimersByTimeAsync(2_000)
  zone('Europe/Paris')
  draft.undo()
  expect(state().document).toMatchObject({ zone: 'UTC' })
  draft.undo()
  expect(state().document).toEqual(view().document)
  draft.redo()
  expect(state().document).toMatchObject({ zone: 'UTC' })
})

it('gives the draft up', async () => {
  const draftView = { document: { format: 1, zone: 'UTC' }, base: 2, saved_at: 't0', saved_by: 'Ben' }
  const { api, draft, state } = await opened(hub(view({ draft: draftView })))
  expect(state()).toMatchObject({ base: 2, savedAt: 't0', document: { zone: 'UTC' } })
  await draft.discard()
  expect(api.dropPolicyDraft).toHaveBeenCalledWith('t0')
  expect(state()).toMatchObject({ base: 3, savedAt: null, document: view().document })
})
