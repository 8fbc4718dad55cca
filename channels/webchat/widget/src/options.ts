// What the page's script tag may decide.

import { safeColour } from './colour'
import { chooseLanguage, type Language } from './words'

export interface Options {
  base: string
  language: Language
  colour: string
  title: string | null
  side: 'left' | 'right'
  theme: 'light' | 'dark' | 'auto'
}

export function readOptions(script: HTMLScriptElement): Options {
  const { language, colour, title, side, theme } = script.dataset
  return {
    base: script.src.replace(/\/chat\/widget\.js.*$/, ''),
    language: chooseLanguage([language, document.documentElement.lang, ...navigator.languages]),
    colour: safeColour(colour ?? null),
    title: title ?? null,
    side: side === 'left' ? 'left' : 'right',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
  }
}
