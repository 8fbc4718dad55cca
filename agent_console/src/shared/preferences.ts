// What an agent likes, kept in this browser.
import { useStore } from 'zustand'
import { persist } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'

export interface Preferences {
  theme: 'system' | 'light' | 'dark'
  density: 'dense' | 'roomy'
  enterSends: boolean
  singleKeys: boolean
  sound: boolean
  notify: boolean
  /** Device of the telephone; '' for the system's own. */
  microphone: string
  loudspeaker: string
  /** Of recordings, 0.75 to 2. */
  speed: number
}

const usual: Preferences = {
  theme: 'system', density: 'dense', enterSends: false, singleKeys: true, sound: true, notify: false, microphone: '', loudspeaker: '', speed: 1,
}

export const preferences = createStore<Preferences>()(persist(() => usual, { name: 'preferences' }))

function show({ theme, density }: Preferences): void {
  document.documentElement.dataset.theme = theme
  document.documentElement.dataset.density = density
}

/** Puts colours and density on the page, now and whenever they change. */
export function applyPreferences(): void {
  show(preferences.getState())
  preferences.subscribe(show)
}

export function usePreferences(): Preferences {
  return useStore(preferences)
}
