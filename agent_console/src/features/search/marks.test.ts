import { describe, expect, test } from 'vitest'
import { marked } from './marks'

const found = (text: string, q: string) => marked(text, q).filter((part) => part.found).map((part) => part.text)
const whole = (text: string, q: string) => marked(text, q).map((part) => part.text).join('')

describe('marks', () => {
  test('the phrase, whatever its case', () => expect(found('My Router is red. router!', 'ROUTER')).toEqual(['Router', 'router']))
  test('Chinese has no spaces', () => expect(found('你好，我的路由器亮红灯', '路由器')).toEqual(['路由器']))
  test('words one by one where the phrase does not stand as such', () =>
    expect(found('the light is red', 'red light')).toEqual(['light', 'red']))
  test('wide letters are found by narrow ones', () => expect(found('型号 ＨＸ-20', 'hx-20')).toEqual(['ＨＸ-20']))
  test('signs of patterns are only signs', () => expect(found('costs (5.00$)? a+b', '(5.00$)?')).toEqual(['(5.00$)?']))
  test.each([['a🦊b', '🦊'], ['<b>x</b>', '<b>'], ['', 'x'], ['abc', ''], ['ﬁne ﬁx', 'fix'], ['x', '   ']])(
    'no letter is lost: %s / %s', (text, q) => expect(whole(text, q)).toBe(text))
})
