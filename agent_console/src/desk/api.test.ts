import { expect, it, vi } from 'vitest'
import { ApiError, createApi } from './api'
import type { Fetch } from './api'

const answer = (status: number, body: unknown) =>
  vi.fn<Fetch>(() => Promise.resolve(new Response(JSON.stringify(body), { status })))

it('sends the token of the log-in with everything that changes something', async () => {
  const fetcher = answer(200, { csrf: 'secret', now: '', agent: {} })
  const api = createApi(fetcher)
  await api.login({ login: 'a', password: 'b' })
  await api.read('x/y')
  const [path, init] = fetcher.mock.calls[1] ?? ['', {}]
  expect(path).toBe('/api/interactions/x%2Fy/read')
  expect(init.headers).toMatchObject({ 'X-CSRF-Token': 'secret' })
})

it('repeats a parameter that has several values and leaves out empty ones', async () => {
  const fetcher = answer(200, { items: [] })
  await createApi(fetcher).interactions({ state: ['queued', 'active'], queue: '', after: null, limit: 5 })
  expect(fetcher.mock.calls[0]?.[0]).toBe('/api/interactions?state=queued&state=active&limit=5')
})

it.each([
  [409, { code: 'taken', detail: 'gone', title: 'x', status: 409 }, 'taken', false],
  [503, { code: 'unavailable' }, 'unavailable', true],
  [429, { code: 'locked_out', retry_after: 12 }, 'locked_out', true],
])('turns %i into an error with its code', async (status, body, code, passing) => {
  const error: unknown = await createApi(answer(status, body)).me().catch((problem: unknown) => problem)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status, code, passing })
})

it('understands that a proxy answers with a page of its own', async () => {
  const fetcher = () => Promise.resolve(new Response('<html>Bad gateway</html>', { status: 502 }))
  await expect(createApi(fetcher).me()).rejects.toMatchObject({ status: 502, code: 'refused', passing: true })
})

it('says that the hub was not reached', async () => {
  const fetcher = () => Promise.reject(new TypeError('network'))
  await expect(createApi(fetcher).me()).rejects.toMatchObject({ status: 0, code: 'unreachable', passing: true })
})
