// One script tag starts the chat on any page.

import { Chat } from './chat'
import { openKeep, pageStorage } from './keep'
import { readOptions } from './options'
import { Shell } from './view/shell'
import { speaker } from './words'

const TAG = 'interaction-hub-chat'

function start(script: HTMLScriptElement): void {
  if (document.querySelector(TAG) !== null) return
  const options = readOptions(script)
  const keep = openKeep(`${TAG}@${options.base}`, pageStorage())
  const chat = new Chat(options.base, options.language, keep)
  const host = document.createElement(TAG)
  document.body.append(host)
  const shell = new Shell(host, chat, keep, options, speaker(options.language))
  Object.assign(window, { InteractionHubChat: { open: () => shell.open(), close: () => shell.close() } })
  if (chat.hasPast) chat.open()
}

// `currentScript` is known only now, while the script itself runs.
const script = document.currentScript
if (script instanceof HTMLScriptElement) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => start(script))
  else start(script)
}
