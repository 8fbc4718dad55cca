// Sound, title and browser notification. Quiet where the agent has switched them off.
import { preferences } from './preferences'

let audio: AudioContext | null = null

/** Two short tones, made here: no file to load. Offers rise, messages fall. */
export function chime(kind: 'offer' | 'message'): void {
  // browsers stay silent until the page was touched, and complain when asked before
  if (!preferences.getState().sound || !navigator.userActivation.hasBeenActive) return
  try {
    audio ??= new AudioContext()
    void audio.resume()
    const tones = kind === 'offer' ? [660, 880] : [520, 440]
    tones.forEach((frequency, index) => tone(audio, frequency, index * 0.16))
  } catch {
    // a browser without sound: the screen says it all the same
  }
}

function tone(context: AudioContext | null, frequency: number, delay: number): void {
  if (!context) return
  const start = context.currentTime + delay
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(0.0001, start)
  gain.gain.exponentialRampToValueAtTime(0.12, start + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.15)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + 0.16)
}

/** `loud`: also while the page is in front, as the test does. */
export function notify(title: string, body: string, loud = false): void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
  if (!loud && (!preferences.getState().notify || document.visibilityState === 'visible')) return
  new Notification(title, { body, tag: title })
}

/** Asks the browser, once, whether it may show notifications. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in globalThis)) return false
  return (await Notification.requestPermission()) === 'granted'
}
