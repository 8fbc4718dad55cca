import { describe, expect, test } from 'vitest'

import { readableOn, safeColour } from '../src/colour'
import { EMPTY } from '../src/thread'
import { transcript } from '../src/transcript'
import type { Standing } from '../src/types'
import { sentence } from '../src/view/standing'
import { chooseLanguage, speaker, why } from '../src/words'

const say = speaker('en')
const zh = speaker('zh-Hans')

function told(standing: Partial<Standing>, email: string | null = null): [string, string] {
  const whole: Standing = { interaction_id: 'i', reference: 'R', state: 'queued', agent_name: null, position: 3, wait: 290, staffed: true, ...standing }
  const seen = { started: true, connection: 'connected' as const, thread: { ...EMPTY, standing: whole }, letters: [], typing: null, unread: 0, fresh: false, email }
  return [sentence(say, seen), sentence(zh, seen)]
}

describe('words', () => {
  test('place in line and an honest wait', () => {
    expect(told({})).toEqual(['You are number 3 in line. Eight of ten are answered within 5 minutes.', '您排在第 3 位。十位访客中有八位在 5 分钟内得到接待。'])
    expect(told({ wait: 20 })[0]).toBe('You are number 3 in line. Eight of ten are answered within a minute.')
    expect(told({ wait: null })[0]).toBe('You are number 3 in line.')
  })

  test('nobody there is said, and no mail is promised to somebody without an address', () => {
    expect(told({ staffed: false })[0]).toBe('Nobody is here now. Your message is in line, and we answer here.')
    expect(told({ staffed: false }, 'ann@example.org')[0]).toContain('or by e-mail')
  })

  test('languages', () => {
    expect(chooseLanguage([undefined, 'zh-CN', 'en'])).toBe('zh-Hans')
    expect(chooseLanguage(['', 'de', 'en-GB'])).toBe('en')
    expect(chooseLanguage([])).toBe('en')
  })

  test('a code that is new to the widget is still told', () => {
    expect(why(say, 'too_long')).toBe('This is too long.')
    expect(why(say, 'moon_phase')).toContain('moon_phase')
  })

  test('values are put in as they are', () => {
    expect(say('typing', { name: '{n} $& <b>' })).toBe('{n} $& <b> is typing …')
  })
})

describe('colour', () => {
  test('nothing but a colour gets into the style sheet', () => {
    expect(safeColour('#0A5')).toBe('#00aa55')
    for (const wish of ['red;} *{display:none', '#12345', 'url(x)', '', null]) expect(safeColour(wish)).toBe('#1a56b0')
  })

  test('text on it can be read', () => {
    expect(readableOn('#1a56b0')).toBe('#ffffff')
    expect(readableOn('#ffd400')).toBe('#000000')
    expect(readableOn('#777777')).toBe('#000000')
  })
})

describe('transcript', () => {
  test('has the reference and every message with its files', () => {
    const message = { id: '1', client_id: '', interaction_id: 'i', number: 1, direction: 'in' as const, name: 'Ann', text: 'One\nTwo', at: '2026-03-02T09:00:00Z', state: 'read', files: [{ id: 'f', name: 'bill.pdf', type: '', size: 1, inline: false }] }
    const standing: Standing = { interaction_id: 'i', reference: '7KX2-9QDM', state: 'ended', agent_name: null, position: null, wait: null, staffed: true }
    const text = transcript({ standing, messages: [message] }, say, 'en', 'Chat')
    expect(text).toContain('Reference: 7KX2-9QDM')
    expect(text).toMatch(/Ann\r\n {4}One\n {4}Two\n {4}\[bill\.pdf]/)
  })
})
