// Shortcuts by the place of a key, not by what a layout prints on it; never while an input method composes.

/** `Alt+KeyJ`, `Mod+KeyK` (Ctrl, on a Mac ⌘), `KeyJ`; or `key:?` for what is printed. */
export type Keys = string

export interface Pressed {
  code: string
  key: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  isComposing: boolean
  keyCode: number
}

export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform)

/** An input method is choosing characters: no key means anything but text. */
export const composing = (event: Pick<Pressed, 'isComposing' | 'keyCode'>): boolean =>
  event.isComposing || event.keyCode === 229

/** True for shortcuts without Ctrl, Alt or ⌘, which must not fire inside text and can be switched off. */
export const isSingle = (keys: Keys): boolean => !/^(Alt|Mod)\+/.test(keys)

export function matches(event: Pressed, keys: Keys, mac: boolean): boolean {
  if (composing(event)) return false
  const parts = keys.split('+')
  const key = parts.pop() ?? ''
  const wanted = { alt: parts.includes('Alt'), mod: parts.includes('Mod') }
  if (event.altKey !== wanted.alt) return false
  if (!sameMod(event, wanted.mod, mac)) return false
  if (key.startsWith('key:')) return event.key === key.slice(4)
  return event.code === key && event.shiftKey === parts.includes('Shift')
}

function sameMod(event: Pressed, wanted: boolean, mac: boolean): boolean {
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return mod === wanted && !other
}

/** As people write it: Alt+J, ⌘K, ?. */
export function keyLabel(keys: Keys, mac: boolean): string {
  const parts = keys.split('+')
  const key = (parts.pop() ?? '').replace(/^key:/, '').replace(/^(Key|Digit)/, '').replace('Slash', '/')
  const names = parts.map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : mac && part === 'Alt' ? '⌥' : part))
  return [...names, key].join(mac ? '' : '+')
}
