import { expect, it } from 'vitest'
import { touch } from '../../desk/testing/make'
import { extensionsLeft } from './extensions'

const happened = (...kinds: string[]) => kinds.map((kind, at) => touch({ interaction_id: 'a', version: at + 1, kind }))

it('counts what was taken of this wrap-up, and nothing of one before it', () => {
  expect(extensionsLeft({ extensions: 2, touches: happened('received', 'ended') })).toBe(2)
  expect(extensionsLeft({ extensions: 2, touches: happened('ended', 'extended') })).toBe(1)
  expect(extensionsLeft({ extensions: 2, touches: happened('ended', 'extended', 'extended', 'wrapped_up', 'ended', 'extended') })).toBe(1)
})

it('is never below nothing, where the policy allows fewer than were taken', () => {
  expect(extensionsLeft({ extensions: 1, touches: happened('left', 'extended', 'extended') })).toBe(0)
})
