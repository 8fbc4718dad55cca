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
  [{ code: 'longest_idle', data: { seconds: 420, longer_seconds: 240 } }, 'reason', 'you were free longest (7:00, 4:00 longer than the next)', '您空闲最久（7:00，比次优的坐席多 4:00）'],
  [{ code: 'longest_idle', data: { seconds: 420 } }, 'reason', 'you were free longest (7:00)', '您空闲最久（7:00）'],
  [{ code: 'least_loaded', data: { used: 30, percent: 30, next: 60 } }, 'reason', 'you had the most room (30 % in use, next best 60 %)', '您的余量最多（已用 30%，次优 60%）'],
  [{ code: 'lower_score', data: { minutes: 2.5, agents: 1 } }, 'why', 'Had room, and got one whose turn came 2.5 min before', '有余量，但派给了早 2.5 分钟轮到的联系'],
  [{ code: 'lower_score', data: { minutes: 0, agents: 1, newest: 1 } }, 'why', 'Had room, and got one whose turn came at the same moment, but which arrived before (the newest goes first here)', '有余量，但派给了同时轮到而更早到达的联系（此队列新的优先）'],
  [{ code: 'held_for_older', data: { minutes: 9, agents: 1 } }, 'why', 'Room is kept for one that waits longer (its turn comes 9 min before)', '余量留给等得更久的（早 9 分钟轮到）'],
  [{ code: 'behind', data: { items: 3, minutes: 0.5, most: 7 } }, 'why', '3 in line before it for the same agents: the next by 0.5 min, the first by 7 min', '同一批坐席前面还有 3 个：紧邻的早 0.5 分钟，最前的早 7 分钟'],
  [{ code: 'behind', data: { items: 1, minutes: 0, most: 0 } }, 'why', '1 in line before it for the same agents, by less than a second', '同一批坐席前面还有 1 个，早不到一秒'],
  [{ code: 'outside_hours', data: { seconds: 60 } }, 'why', 'The queue is closed, and opens in 1:00; whoever is here may take it', '队列已下班，1:00 后开放；在线的坐席仍可接'],
  [{ code: 'never_heard_of', data: { n: 2, agents: 1 } }, 'why', 'never heard of, n 2', 'never heard of, n 2'],
] as const)('says %j', (reason, group, english, chinese) => {
  expect(reasonText(reason, en, group)).toBe(english)
  expect(reasonText(reason, zh, group)).toBe(chinese)
})
