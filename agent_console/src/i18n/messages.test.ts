import { expect, it } from 'vitest'
import { languages, messages, translator } from '.'

const [english, chinese] = [messages.en, messages['zh-Hans']]

it('has the same keys in both languages, and nothing left empty', () => {
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
  for (const table of Object.values(messages))
    expect(Object.entries(table).filter(([, message]) => message === '').map(([key]) => key)).toEqual([])
})

it('takes the same kind of message in both', () => {
  for (const key of Object.keys(english)) expect([key, typeof Reflect.get(chinese, key)]).toEqual([key, typeof Reflect.get(english, key)])
})

it('is really translated', () => {
  const same = Object.keys(english).filter((key) => {
    const message: unknown = Reflect.get(chinese, key)
    return typeof message === 'string' && message === Reflect.get(english, key)
  })
  expect(same).toEqual(['app.name', 'channel.whatsapp', 'floor.none', 'address.whatsapp', 'nav.twilio'])
})

it('shows the bare code where no word is known', () => {
  const t = translator('zh-Hans')
  expect(t.word('channel', 'carrier_pigeon')).toBe('carrier pigeon')
  expect(t.name({ en: 'Support' })).toBe('Support')
  expect(languages.map(({ id }) => id)).toEqual(['en', 'zh-Hans'])
})
