import type { Detail } from '../../desk/wire'

const BEGINS = new Set(['ended', 'left'])

/** How often the wrap-up may still be made longer: what its queue allows, less what was taken since it began. */
export function extensionsLeft({ extensions, touches }: Pick<Detail, 'extensions' | 'touches'>): number {
  const began = touches.filter((touch) => BEGINS.has(touch.kind)).reduce((last, touch) => Math.max(last, touch.version), 0)
  return Math.max(0, extensions - touches.filter((touch) => touch.kind === 'extended' && touch.version > began).length)
}
