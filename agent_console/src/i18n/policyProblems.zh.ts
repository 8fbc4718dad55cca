// What the hub says of a document that cannot be read, which it says in English: pattern and words, the first that fits.
type Rule = readonly [pattern: RegExp, words: (...parts: string[]) => string]

const perhaps = (name = '') => (name ? `；您是指 ${name} 吗？` : '')
const kinds: Record<string, string> = { queue: '队列', calendar: '日历', sla: '承诺', ladder: '升级阶梯', rule: '规则' }
const expected: readonly (readonly [RegExp, string])[] = [
  [/a text in quotes or a number/g, '引号中的文字或数字'], [/a text in quotes/g, '引号中的文字'], [/a text that is not empty/g, '非空的文字'],
  [/a name, a value, a test or a parenthesis/g, '名称、值、测试或括号'], [/a name, not or \(/g, '名称、not 或 ('], [/a name/g, '名称'],
  [/a test such as/g, '测试，例如'], [/or and, or, the end/g, '或 and、or、结尾'], [/the end of the number/g, '数字的结尾'], [/the end/g, '结尾'],
  [/a number/g, '数字'], [/\( and a list/g, '( 和列表'], [/at its end too/g, '也应在结尾'], [/that is never closed/g, '没有结束'], [/other values/g, '其他值'],
]
const translated = (words: string) => expected.reduce((now, [pattern, other]) => now.replace(pattern, other), words)

export const problemsZh: readonly Rule[] = [
  [/^at character (\d+): found (.+?), expected (.+?)(?: \((.+)\))?$/s, (n, found, wanted) => `第 ${n} 个字符：这里是 ${translated(found)}，应为 ${translated(wanted)}`],
  [/^is missing$/, () => '缺少此项'],
  [/^is not known here(?:; did you mean (.+)\?)?$/, (name) => `这里没有此项${perhaps(name)}`],
  [/^must be a table, not (.+)$/, (found) => `应为表，而不是 ${found}`],
  [/^must be a list, not (.+)$/, (found) => `应为列表，而不是 ${found}`],
  [/^must be one of (.+?), not (.+?)(?:; did you mean (.+)\?)?$/, (all, found, name) => `应为其中之一：${all}；而不是 ${found}${perhaps(name)}`],
  [/^must be a whole number from (\S+) to (\S+), not (.+)$/, (least, most, found) => `应为 ${least} 到 ${most} 的整数，而不是 ${found}`],
  [/^must be a number from (\S+) to (\S+), not (.+)$/, (least, most, found) => `应为 ${least} 到 ${most} 的数字，而不是 ${found}`],
  [/^must be small letters, digits, - and _, at most 64, not (.+)$/, (found) => `应为小写字母、数字、- 和 _，最多 64 个字符，而不是 ${found}`],
  [/^must be a text in one line of at most (\d+) characters, not (.+)$/, (most, found) => `应为一行文字，最多 ${most} 个字符，而不是 ${found}`],
  [/^must be a time zone such as (\S+), not (.+)$/, (such, found) => `应为时区，例如 ${such}，而不是 ${found}`],
  [/^must be a date such as (\S+), not (.+)$/, (such, found) => `应为日期，例如 ${such}，而不是 ${found}`],
  [/^must be hours such as (\S+), not (.+)$/, (such, found) => `应为时间段，例如 ${such}，而不是 ${found}`],
  [/^must be an expression such as (.+), not (.+)$/, (such, found) => `应为表达式，例如 ${such}，而不是 ${found}`],
  [/^must be a name, not (.+)$/, (found) => `应为名称，而不是 ${found}`],
  [/^must be a name without backquotes/, () => '名称不能含反引号，前后也不能有空格'],
  [/^there is no (\w+) (.+?)(?:; did you mean (.+)\?)?$/, (kind, id, name) => `没有${kinds[kind] ?? kind} ${id}${perhaps(name)}`],
  [/^(.+) is there already$/, (id) => `已有 ${id}`],
  [/^(.+) is not known(?:; did you mean (.+)\?)?$/, (name, near) => `不认识 ${name}${perhaps(near)}`],
  [/^(.+?): (\S+) is a (\w+), which cannot be asked so(?:; did you mean (.+)\?)?$/, (test, name, _, near) => `${test}：不能这样问 ${name}${perhaps(near)}`],
  [/^(.+?): (\S+) is never that(?:; did you mean (.+)\?)?$/, (test, name, near) => `${test}：${name} 不会是这个值${perhaps(near)}`],
  [/^has (\d+) entries, at most (\d+) are allowed$/, (n, most) => `有 ${n} 项，最多允许 ${most} 项`],
  [/^overlaps (.+)$/, (other) => `与 ${other} 重叠`],
  [/^(\S+) is named already by (.+)$/, (date, other) => `${date} 已在 ${other} 中列出`],
  [/^is empty: a day without hours belongs to closed$/, () => '为空：没有营业时间的日子属于休息日'],
  [/^is empty/, () => '为空'],
  [/^a queue without a calendar is never closed$/, () => '没有日历的队列不会打烊'],
  [/^a queue without a ladder cannot escalate$/, () => '没有升级阶梯的队列无法升级'],
  [/^belongs to an exit to a queue$/, () => '只属于通往队列的出口'],
  [/^is no fact that is a text$/, () => '不是文字类的事实'],
]
