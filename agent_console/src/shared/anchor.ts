// Where a message stands on the screen, so that something elsewhere can lead to it.
export const anchorOf = (touchId: string): string => `message-${touchId}`

/** Brings a message to the top of what is seen, and the focus to it. */
export function goTo(touchId: string): void {
  const node = document.getElementById(anchorOf(touchId))
  node?.scrollIntoView({ block: 'start' })
  node?.focus({ preventScroll: true })
}
