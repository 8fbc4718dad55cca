import { expect, it } from 'vitest'
import { isAddress, joined, parse, suggested, typed } from './recipients'

const p = (address: string, name = '') => ({ name, address })

it.each([
  ['a@b.org', [p('a@b.org')]],
  ['  a@b.org ,', [p('a@b.org')]],
  ['Ann Li <ann@a.org>, bo@b.org', [p('ann@a.org', 'Ann Li'), p('bo@b.org')]],
  ['"Li, Ann" <ann@a.org>; 王芳 <fang@a.cn>；c@c.org', [p('ann@a.org', 'Li, Ann'), p('fang@a.cn', '王芳'), p('c@c.org')]],
  ['"say \\"hi\\"" <a@b.org>', [p('a@b.org', 'say "hi"')]],
  ['a@b.org b@b.org\nc@c.org', [p('a@b.org'), p('b@b.org'), p('c@c.org')]],
  ['Ann ann@a.org', [p('ann@a.org', 'Ann')]],
  ['<mailto:a@b.org>, mailto:b@b.org', [p('a@b.org'), p('b@b.org')]],
  ['A@b.org, a@B.org', [p('A@b.org')]],
  ['Ann <ann@a.org', [p('Ann <ann@a.org')]],
  ['"half quoted, b@b.org', [p('"half quoted'), p('b@b.org')]],
  ['nonsense', [p('nonsense')]],
  [' , ; \n', []],
])('reads %j', (text, expected) => {
  expect(parse(text)).toEqual(expected)
})

it('tells an address from what is none', () => {
  const good = ['a@b.org', 'first.last+tag@sub.example.co.uk', '用户@例子.中国', "o'brien@example.ie"]
  const bad = ['a', 'a@', '@b.org', 'a@b', 'a b@c.org', 'a@b..org', 'a@b.org.', 'a@@b.org', 'a@b.o', `${'x'.repeat(250)}@b.org`, 'a,b@c.org']
  expect(good.filter((one) => !isAddress(one))).toEqual([])
  expect(bad.filter(isAddress)).toEqual([])
})

it('writes a recipient so that it reads it back', () => {
  for (const one of [p('a@b.org'), p('a@b.org', 'Ann Li'), p('a@b.org', 'Li, "Ann" \\ <x>')]) expect(parse(typed(one))).toEqual([one])
})

it('names nobody twice, and the first writing stays', () => {
  expect(joined([p('a@b.org', 'Ann')], [p('A@B.org'), p('c@b.org')])).toEqual([p('a@b.org', 'Ann'), p('c@b.org')])
})

it('suggests who fits by name or address, beginnings first, and nobody who is there already', () => {
  const known = [p('zann@a.org', 'Zo'), p('ann@a.org', 'Li'), p('bo@a.org', 'Anna'), p('ann@a.org')]
  expect(suggested(known, 'AN', []).map((one) => one.address)).toEqual(['ann@a.org', 'bo@a.org', 'zann@a.org'])
  expect(suggested(known, 'an', [p('ANN@a.org')]).map((one) => one.address)).toEqual(['bo@a.org', 'zann@a.org'])
})
