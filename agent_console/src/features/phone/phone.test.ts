import { beforeEach, expect, it, vi } from 'vitest'
import type { SoftphoneTicket } from '../../desk/wire'
import { FakePort } from './fake'
import { createOwner } from './owner'
import type { Owner } from './owner'
import { Phone } from './phone'

const ticket = (token: string, account = 'main'): SoftphoneTicket => ({ account, identity: 'agent_1', token, expires_at: '2026-03-02T08:00:00Z', emulator: '' })

let port: FakePort
let mine: (mine: boolean) => void
let later: (() => void)[]
let tickets: ReturnType<typeof vi.fn<() => Promise<SoftphoneTicket[]>>>
let phone: Phone

const settled = () => new Promise((done) => setTimeout(done))
const state = () => phone.store.getState()

beforeEach(async () => {
  port = new FakePort()
  later = []
  tickets = vi.fn(() => Promise.resolve([ticket('T1')]))
  const owner: Owner = {
    start: (onChange) => {
      mine = onChange
      onChange(true)
    },
    take: () => mine(true),
    stop: vi.fn(),
  }
  phone = new Phone({ tickets, port: () => port.create, owner, later: (job) => (later.push(job), () => undefined) })
  phone.start()
  await settled()
})

it('is ready when its port is', () => {
  expect(state().standing).toBe('starting')
  port.ready()
  expect(state().standing).toBe('ready')
  expect(port.did).toEqual(['start T1'])
})

it('answers at once what I accepted, and by hand what a colleague asks', () => {
  port.ready()
  port.ring('C1', 'partner')
  expect([state().call?.id, state().state]).toEqual(['C1', 'open'])
  port.hangUp('C1')
  expect([state().call, state().ended]).toEqual([null, 'hung_up'])
  port.ring('C2', 'consult')
  expect([state().asks?.id, state().call]).toEqual(['C2', null])
  phone.answer()
  expect([state().asks, state().call?.id]).toEqual([null, 'C2'])
  port.hangUp('C2')
  port.ring('C3', 'consult')
  phone.decline()
  expect(state().asks).toBeNull()
  expect(port.did.slice(1)).toEqual(['accept C1', 'accept C2', 'reject C3'])
})

it('takes no second call while one is open', () => {
  port.ready()
  port.ring('C1')
  port.ring('C2')
  expect(port.did).toEqual(['start T1', 'accept C1'])
})

it('forgets mute and what was heard with the call', () => {
  port.ready()
  port.ring('C1')
  port.heard('C1', 'customer', 'Hello')
  phone.mute(true)
  expect([state().muted, state().heard.map((one) => one.text)]).toEqual([true, ['Hello']])
  port.hangUp('C1')
  port.ring('C2')
  expect([state().muted, state().heard]).toEqual([false, []])
})

it('renews its token when it expires, and after the machine slept through it', async () => {
  port.ready()
  tickets.mockResolvedValue([ticket('T2')])
  port.expiring()
  await settled()
  port.fault('expired', 20104)
  await settled()
  expect(port.did).toEqual(['start T1', 'renew T2']) // not at once: a wrong clock would ask without end
  later.at(-1)?.()
  await settled()
  expect(port.did).toEqual(['start T1', 'renew T2', 'renew T2'])
})

it('renews each account by itself', async () => {
  const ports = [new FakePort(), new FakePort()]
  const jobs = new Map<number, () => void>()
  let next = 0
  tickets.mockResolvedValue([ticket('T1', 'one'), ticket('T1', 'two')])
  const two = new Phone({
    tickets, port: ({ account }) => (account === 'one' ? ports[0] : ports[1])?.create ?? port.create,
    owner: { start: (onChange) => onChange(true), take: vi.fn(), stop: vi.fn() },
    later: (job) => {
      const key = next++
      jobs.set(key, job)
      return () => void jobs.delete(key)
    },
  })
  two.start()
  await settled()
  for (const one of ports) one.fault('expired', 20104)
  for (const job of [...jobs.values()]) job()
  await settled()
  expect(ports.map((one) => one.did)).toEqual([['start T1', 'renew T1'], ['start T1', 'renew T1']])
})

it('asks again for tickets when the hub is away', async () => {
  mine(false)
  tickets.mockRejectedValueOnce(new Error('away'))
  mine(true)
  await settled()
  expect(state().standing).toBe('lost')
  later.at(-1)?.()
  await settled()
  port.ready()
  expect(state().standing).toBe('ready')
})

it('is silent while another tab is the telephone', () => {
  port.ready()
  mine(false)
  expect([state().standing, port.did.at(-1)]).toEqual(['elsewhere', 'stop'])
  phone.takeHere()
  expect(state().standing).toBe('starting')
})

it('is none where no number is configured', async () => {
  mine(false)
  tickets.mockResolvedValue([])
  mine(true)
  await settled()
  expect(state().standing).toBe('none')
})

it('names what is wrong until it is ready again', () => {
  port.fault('microphone_refused', 31401)
  expect(state().fault?.fault).toBe('microphone_refused')
  port.ready()
  expect(state().fault).toBeNull()
})

/** Web Locks as the standard has them, as far as we use them. */
class Locks {
  private holder: { abort: (error: DOMException) => void } | null = null
  private queue: (() => void)[] = []

  request(_: string, options: LockOptions, callback: () => Promise<void>): Promise<void> {
    return new Promise((done, failed) => {
      const grant = () => {
        const me = { abort: failed }
        this.holder = me
        void callback().then(() => {
          if (this.holder === me) this.holder = null
          done()
          if (!this.holder) this.queue.shift()?.()
        })
      }
      options.signal?.addEventListener('abort', () => {
        this.queue = this.queue.filter((one) => one !== grant)
        failed(new DOMException('aborted', 'AbortError'))
      })
      if (options.steal) {
        this.holder?.abort(new DOMException('stolen', 'AbortError'))
        grant()
      } else if (this.holder) this.queue.push(grant)
      else grant()
    })
  }
}

it('belongs to one tab at a time, goes to the next, and can be taken', async () => {
  const locks = new Locks() as unknown as LockManager
  const told: string[] = []
  const tab = (name: string) => {
    const owner = createOwner('phone', locks)
    owner.start((is) => void told.push(`${name} ${String(is)}`))
    return owner
  }
  const a = tab('a')
  const b = tab('b')
  await settled()
  expect(told).toEqual(['a false', 'a true', 'b false'])
  b.take()
  await settled()
  expect(told.slice(3)).toEqual(['b true', 'a false'])
  b.stop()
  await settled()
  expect(told.slice(5)).toEqual(['a true'])
  a.stop()
})

it('is every tab where the browser has no locks', () => {
  const told: boolean[] = []
  createOwner('phone', undefined).start((is) => void told.push(is))
  expect(told).toEqual([true])
})
