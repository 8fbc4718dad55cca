import { expect, it } from 'vitest'
import type { Detail, TouchView } from '../desk/wire'
import { fateOf, waitFor } from './recordings'

const NOW = Date.parse('2026-11-23T10:00:00Z')

it('is looked at soon while it is fetched for the first time, and not before the hub tries again', () => {
  expect(waitFor(null, NOW)).toBe(3_000)
  expect(waitFor('2026-11-23T10:00:10Z', NOW)).toBe(13_000)
  expect(waitFor('2026-11-23T12:00:00Z', NOW)).toBe(60_000)
  expect(waitFor('2026-11-23T09:59:00Z', NOW)).toBe(3_000)
})

it('stands differently once its own history says that it is gone', () => {
  const touch = (id: string, data: Record<string, unknown>) => ({ id, data }) as unknown as TouchView
  const detail = (...touches: TouchView[]) => ({ a: { touches } as unknown as Detail })
  const recorded = touch('1', { what: 'recorded', recording_id: 'x' })
  expect(fateOf('x', {})).toBe('')
  expect(fateOf('x', detail(recorded))).toBe('1')
  expect(fateOf('x', detail(recorded, touch('2', { what: 'recording_deleted', recording_id: 'y' })))).toBe('1')
  expect(fateOf('x', detail(recorded, touch('2', { what: 'recording_deleted', recording_id: 'x' })))).toBe('2')
})
