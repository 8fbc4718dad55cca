import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { messages, translator } from '../i18n'
import { reasonText } from './words'

const [en, zh] = [translator('en'), translator('zh-Hans')]

/** The codes that routing knows, as its own source names them. */
const model = readFileSync(new URL('../../../routing/model.py', import.meta.url), 'utf8')
const codes = [...(/^ReasonCode = Literal\[\n([^]*?)^\]/m.exec(model)?.[1] ?? '').matchAll(/^ {4}"(\w+)"/gm)].map(([, code]) => code ?? '')

it('has words in both languages for every reason that routing gives', () => {
  expect(codes).toContain('longest_wait')
  for (const [language, table] of Object.entries(messages))
    expect(codes.filter((code) => !Object.hasOwn(table, `reason.${code}`) && !Object.hasOwn(table, `why.${code}`)), language).toEqual([])
  for (const code of ['ring', 'refused']) // said of offers and of waiting
    expect([Object.hasOwn(messages.en, `reason.${code}`), Object.hasOwn(messages.en, `why.${code}`)], code).toEqual([true, true])
})

test.each([
  [{ code: 'preferred_agent', data: { as: 'owner' } }, 'reason', 'this customer is yours', '该客户由您负责'],
  [{ code: 'preferred_skill', data: { test: 'french >= 2', grade: 1, next: 0 } }, 'reason', 'preferred: french >= 2 (you 1, next best 0)', '优先条件：french >= 2（您 1，次优 0）'],
  [{ code: 'skill_match', data: { test: 'german >= 3', skill: 'german', level: 4 } }, 'reason', 'asked for german >= 3, you have german 4', '要求 german >= 3，您的 german 为 4 级'],
  [{ code: 'skill_missing', data: { test: 'german >= 3', skill: 'german', agents: 2 } }, 'why', 'Lacks a skill: german >= 3', '缺少技能：german >= 3'],
  [{ code: 'not_routable', data: { reason: 'break', agents: 1 } }, 'why', 'Not available: on a break', '不可接单：小休中'],
  [{ code: 'ring', data: { ring: 1, rings: 2, since_seconds: 10, next_seconds: 50 } }, 'why', 'Widened: step 1 of 2; next in 0:50', '已放宽要求：第 1 步，共 2 步；下一步在 0:50 后'],
  [{ code: 'ring', data: { ring: 0, rings: 1, since_seconds: 0, next_seconds: 50 } }, 'why', 'Asks for all that its rule requires (1 step of widening to come); next in 0:50', '按规则的全部要求（之后还可放宽 1 步）；下一步在 0:50 后'],
  [{ code: 'never_heard_of', data: { n: 2, agents: 1 } }, 'why', 'never heard of, n 2', 'never heard of, n 2'],
] as const)('says %j', (reason, group, english, chinese) => {
  expect(reasonText(reason, en, group)).toBe(english)
  expect(reasonText(reason, zh, group)).toBe(chinese)
})
