// Which parts of an excerpt are what was searched for. Pure; the parts are shown as text, never as markup.
export interface Part {
  text: string
  found: boolean
}

const escape = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Splits at the whole phrase, else at each of its words; case and width (ＡＢＣ, ABC) make no difference. */
export function marked(text: string, q: string): Part[] {
  const phrase = q.trim()
  if (!phrase) return [{ text, found: false }]
  const whole = split(text, [phrase])
  if (whole.some((part) => part.found)) return whole
  return split(text, phrase.split(/\s+/))
}

function split(text: string, words: readonly string[]): Part[] {
  const plain = text.normalize('NFKC')
  const same = plain.length === text.length ? plain : text // widths are folded only where no place is shifted
  const pattern = new RegExp(words.map((word) => escape(word.normalize('NFKC'))).sort((a, b) => b.length - a.length).join('|'), 'giu')
  const parts: Part[] = []
  let end = 0
  for (const match of same.matchAll(pattern)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), found: false })
    end = match.index + match[0].length
    parts.push({ text: text.slice(match.index, end), found: true })
  }
  if (end < text.length) parts.push({ text: text.slice(end), found: false })
  return parts
}
