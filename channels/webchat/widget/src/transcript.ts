// The conversation as a plain text file for the visitor.

import type { Thread } from './thread'
import type { Said } from './types'
import type { Language, Say } from './words'

export function transcript(thread: Thread, say: Say, language: Language, title: string): string {
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const reference = thread.standing ? [`${say('reference')}: ${thread.standing.reference}`] : []
  return [title, ...reference, '', ...thread.messages.map((said) => entry(said, say, time)), ''].join('\r\n')
}

function entry(said: Said, say: Say, time: Intl.DateTimeFormat): string {
  const who = said.direction === 'in' ? said.name || say('you') : said.name || say('agent')
  const files = said.files.map((file) => `[${file.name}]`)
  const words = [said.text, ...files].filter(Boolean).join('\n')
  return `${time.format(new Date(said.at))}  ${who}\r\n${words.replace(/^/gm, '    ')}`
}
