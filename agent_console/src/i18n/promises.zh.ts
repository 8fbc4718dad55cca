// 承诺时限与升级的中文。
import type { Touch } from './messages.en'
import type { promisesEn } from './promises.en'

const clocks: Record<string, string> = { first_response: '首次回复', next_response: '下次回复', resolution: '解决' }
const clock = (p: Touch) => clocks[p.get('clock')] ?? p.get('clock')

export const promisesZh: { [K in keyof typeof promisesEn]: (typeof promisesEn)[K] extends string ? string : (typeof promisesEn)[K] } = {
  'clock.first_response': '首次回复',
  'clock.next_response': '下次回复',
  'clock.resolution': '解决',
  'clock.running': (p) => `${p.name}剩余`,
  'clock.warned': (p) => `${p.name}即将超时，剩余`,
  'clock.breached': (p) => `${p.name}已超时`,
  'clock.paused': (p) => `${p.name}：计时已暂停，剩余`,

  'touch.sla_promised': (p) => (p.get('sla') ? `服务承诺：${p.get('sla')}（策略 ${p.get('policy')}）` : `不再有服务承诺（策略 ${p.get('policy')}）`),
  'touch.sla_warned': (p) => `即将超时：${clock(p)}`,
  'touch.sla_breached': (p) => `未能兑现承诺：${clock(p)}已超时`,
  'touch.sla_cleared': (p) => `实际并未超时：${clock(p)}`,
  'touch.escalated': (p) => `${p.who} 已升级至 ${p.to}（第 ${p.get('step')} 级）：${p.reason}`,
  'touch.placed_anew': (p) =>
    `${p.get('because') === 'customer' ? '客户资料已变更' : '新的分配策略'}：${p.from === p.to ? `重新安排其在 ${p.to} 的位置` : `由 ${p.from} 移至 ${p.to}`}${p.get('name') ? `（规则“${p.get('name')}”）` : ''}`,
  'touch.overflowed': (p) => (p.from === p.to ? `继续在 ${p.to} 等待：${p.reason}` : `由 ${p.from} 转至 ${p.to}：${p.reason}`),
  'did.sla_promised': '作出承诺',
  'did.sla_warned': '即将超时',
  'did.sla_breached': '承诺超时',
  'did.sla_cleared': '实际未超时',
  'did.escalated': '升级',
  'did.placed_anew': '重新安排',
  'did.overflowed': '转出',
  'system_reason.sla_breached': '承诺已超时',
  'system_reason.not_answered': '无人及时应答',
  'system_reason.unanswered': '客户未得到回复',
  'system_reason.permission_lost': '坐席不再有权处理',
  'system_reason.closed': '队列已下班',
  'system_reason.nobody_logged_in': '无人登录',
  'system_reason.max_length': '队列已满',
  'system_reason.max_wait': '等待过久',
  'system_reason.refused': '被拒绝或错过次数过多',

  'notice.warned': (p) => `${p.name}：即将超时（${p.clock}）`,
  'notice.breached': (p) => `${p.name}：承诺已超时（${p.clock}）`,
  'notice.cleared': (p) => `${p.name}：实际并未超时（${p.clock}）`,
  'notice.escalated': (p) => `${p.name} 已被升级：${p.reason}`,
  'notice.first': (p) => `${p.agent} 已先接受：${p.name}`,
  'notice.taken': (p) => `${p.name} 已返回队列：${p.reason}`,

  'talk.escalate': '升级…',
  'talk.escalate.title': '升级此联系',
  'talk.escalate.what': '将按队列的升级阶梯上升一级，并离开您的工作台。',
  'talk.escalate.submit': '升级',
  'error.no_step': '此队列的升级阶梯没有更高的级别。',

  'floor.breached': '超时承诺',
  'floor.breached.what': '未关闭，且承诺时限已过。',
  'floor.at_risk': '即将超时',
  'floor.at_risk.what': '未关闭，且承诺时限将至。',
  'floor.alert.breached': (p) => `${p.queue}：${p.n} 项承诺已超时`,
}
