import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const built = new URL('../../../../hub/static/chat/widget.js', import.meta.url)

test('the built widget is at most 30 kB over the wire, socket.io-client included', () => {
  expect(gzipSync(readFileSync(built), { level: 9 }).length).toBeLessThanOrEqual(30_000)
})

