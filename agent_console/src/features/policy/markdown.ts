// As much of Markdown as docs/routing.md is written in: headings, paragraphs, lists, tables, code. Pure.
export interface Inline {
  kind: 'text' | 'code' | 'strong'
  text: string
}
export type Block =
  | { kind: 'heading'; level: number; text: Inline[] }
  | { kind: 'paragraph'; text: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }

const INLINE = /(``) ?(.+?) ?``|`([^`]+)`|\*\*(.+?)\*\*/g

export function inline(source: string): Inline[] {
  const found: Inline[] = []
  let from = 0
  for (const match of source.matchAll(INLINE)) {
    if (match.index > from) found.push({ kind: 'text', text: source.slice(from, match.index) })
    const strong = match[4]
    found.push(strong === undefined ? { kind: 'code', text: match[2] ?? match[3] ?? '' } : { kind: 'strong', text: strong.replaceAll('`', '') })
    from = match.index + match[0].length
  }
  if (from < source.length) found.push({ kind: 'text', text: source.slice(from) })
  return found
}

const cells = (line: string): Inline[][] => line.slice(1, -1).split(/(?<!\\)\|/).map((one) => inline(one.trim().replaceAll('\\|', '|')))

function listOf(lines: readonly string[]): Block {
  const items: string[] = []
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2))
    else items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`
  }
  return { kind: 'list', items: items.map(inline) }
}

function blockOf(lines: readonly string[]): Block {
  const first = lines[0] ?? ''
  const heading = /^(#+) (.*)$/.exec(first)
  if (heading) return { kind: 'heading', level: heading[1]?.length ?? 1, text: inline(heading[2] ?? '') }
  if (first.startsWith('    ')) return { kind: 'code', text: lines.map((line) => line.slice(4)).join('\n') }
  if (first.startsWith('- ')) return listOf(lines)
  if (first.startsWith('|')) return { kind: 'table', head: cells(first), rows: lines.slice(2).map(cells) }
  return { kind: 'paragraph', text: inline(lines.join(' ')) }
}

export function blocks(source: string): Block[] {
  const groups: string[][] = [[]]
  for (const line of source.split('\n')) {
    const last = groups.at(-1) ?? []
    if (line.trim() === '') groups.push([])
    else if (/^#+ /.test(line) || /^#+ /.test(last[0] ?? '')) groups.push([line])
    else last.push(line)
  }
  return groups.filter((lines) => lines.length > 0).map(blockOf)
}
