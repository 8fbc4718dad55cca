import { expect, it, test } from 'vitest'
import type { Step } from '../../desk/wire'
import { readLines } from '../../desk/ndjson'
import { messages } from '../../i18n'
import { emptyForm, shortName, toForm, toPut, usualPort, withAddress, withUser, wrongCode } from './form'
import { codes, known, planned, progress, verdict } from './probe'

const full = {
  ...emptyForm, id: 'support', address: 'support@example.org', host: 'mail.example.org', user: 'support',
  smtpHost: 'mail.example.org', smtpUser: 'support', aliases: 'help@example.org, info@example.org', dkim: true,
  dkimDomain: 'example.org', dkimSelector: 's1', after: 'move' as const, moveTo: 'Done', queue: 'support',
}
const step = (name: Step['name'], ok = true, code = ''): Step => ({ name, ok, code, text: '', seconds: 0.1 })

it('brings a form back as it was sent', () => {
  expect(toForm(toPut(full, 3) as Parameters<typeof toForm>[0])).toEqual(full)
  const bare = { ...emptyForm, id: 'a', address: 'a@b.org', receive: false, send: false }
  expect(toForm(toPut(bare, 0) as Parameters<typeof toForm>[0])).toEqual(bare)
})

it('sends only secrets that were touched, and an empty one removes', () => {
  expect(toPut({ ...full, secrets: { password: 'x', dkim_key: '', smtp_password: undefined } }, 1).secrets).toEqual({ password: 'x', dkim_key: '' })
})

it('changes nothing in the mailbox unless told', () => {
  expect(toPut(emptyForm, 0).mailbox.imap).toMatchObject({ after: 'leave', begin: 'new', security: 'tls', port: 993 })
})

it('lets user names and the short name follow the address until they are changed', () => {
  const form = withAddress(emptyForm, 'Help.Desk@example.org', true)
  expect(form).toMatchObject({ id: 'help-desk', user: 'Help.Desk@example.org', smtpUser: 'Help.Desk@example.org' })
  expect(withAddress({ ...form, ...withUser(form, 'me') }, 'x@example.org', false)).toMatchObject({ id: 'help-desk', user: 'me', smtpUser: 'me' })
  const first = { ...emptyForm, ...withUser(emptyForm, 'me') }
  expect(withAddress(first, 'x@example.org', true)).toMatchObject({ user: 'me', smtpUser: 'me' })
  const other = { ...form, smtpUser: 'relay' }
  expect(withAddress(other, 'x@example.org', true)).toMatchObject({ user: 'x@example.org', smtpUser: 'relay' })
  expect(withUser(form, 'me')).toEqual({ user: 'me', smtpUser: 'me' })
  expect(withUser({ ...form, smtpUser: '' }, 'me')).toEqual({ user: 'me', smtpUser: '' })
  expect(shortName('1.-@x')).toBe('')
  expect(usualPort('smtp', '587', 'starttls', 'tls')).toBe('465')
  expect(usualPort('smtp', '2525', 'starttls', 'tls')).toBe('2525')
})

test.each([
  ['is missing', 'missing'], ['mailbox \'a\' has this address already', 'owned'], ['this is no e-mail address', 'address'],
  ['port 1 is not among those of `mail.ports` in the configuration', 'port'], ['what', 'form'],
  ['enter it again: it would go to another server', 'again'],
])('has a word for %s', (said, code) => expect(wrongCode(said)).toBe(code))

it('reads lines however they are cut', async () => {
  const bytes = new TextEncoder().encode('{"a":"ü"}\n\n{"a":"密"}\n{"a":"end"}')
  for (const size of [1, 2, 7, 100]) {
    const stream = new ReadableStream<Uint8Array>({
      start: (to) => {
        for (let at = 0; at < bytes.length; at += size) to.enqueue(bytes.slice(at, at + size))
        to.close()
      },
    })
    const found: unknown[] = []
    await readLines(stream, (one) => found.push(one))
    expect(found).toEqual([{ a: 'ü' }, { a: '密' }, { a: 'end' }])
  }
})

it('shows the whole way from the start, and what a failure leaves out', () => {
  const plan = planned(toPut(full, 0))
  expect(plan).toEqual(['resolve', 'connect', 'tls', 'log_in', 'list', 'read', 'smtp_connect', 'smtp_tls', 'smtp_log_in', 'send', 'arrive'])
  const states = (steps: Step[], ended = false) => progress(plan, steps, ended).map((line) => line.state)
  expect(states([])).toEqual(['running', ...Array<string>(10).fill('waiting')])
  const failed = [step('resolve'), step('connect'), step('tls'), step('log_in', false, 'log_in')]
  expect(states(failed)).toEqual(['ok', 'ok', 'ok', 'failed', 'skipped', 'skipped', 'running', 'waiting', 'waiting', 'waiting', 'skipped'])
  expect(states([...failed.slice(0, 3), step('log_in'), step('list', false, 'folder_missing')])[5]).toBe('running')
  expect(verdict(progress(plan, plan.map((name) => step(name)), true))).toBe('good')
  expect(verdict(progress(plan, failed, true))).toBe('bad')
  expect(verdict(progress(plan, [step('resolve')], true))).toBe('cut')
})

it('has words for every step and code in both languages', () => {
  for (const table of Object.values(messages)) {
    for (const code of [...codes, 'unknown']) expect([code, typeof Reflect.get(table, `trouble.${code}`)]).toEqual([code, 'string'])
    for (const name of planned(toPut(full, 0))) expect([name, typeof Reflect.get(table, `step.${name}`)]).toEqual([name, 'string'])
  }
  expect(known('never heard of')).toBe('unknown')
})
