// Telephone calls that stand differently: whoever shows one asks for it again.

export function createCalls() {
  const listeners = new Set<(interactionId: string) => void>()
  return {
    heard: ({ interaction_id }: { interaction_id: string }): void => {
      for (const listener of listeners) listener(interaction_id)
    },
    /** Returns how to stop listening. */
    on: (listener: (interactionId: string) => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
