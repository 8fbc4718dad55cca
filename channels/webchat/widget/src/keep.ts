// A small memory that outlives the page where the browser permits it, and the page itself where it does not.

export interface Keep {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
  keys(prefix: string): string[]
}

/** `storage` may be absent, full or forbidden: what it does not take stays in memory. */
export function openKeep(scope: string, storage: Storage | null): Keep {
  const memory = new Map<string, string>()
  const name = (key: string) => `${scope}/${key}`
  return {
    get: (key) => memory.get(name(key)) ?? attempt(() => storage?.getItem(name(key)) ?? null, null),
    set(key, value) {
      const kept = attempt(() => (storage?.setItem(name(key), value), storage !== null), false)
      if (kept) memory.delete(name(key))
      else memory.set(name(key), value)
    },
    remove(key) {
      memory.delete(name(key))
      attempt(() => storage?.removeItem(name(key)), undefined)
    },
    keys(prefix) {
      const stored = attempt(() => namesIn(storage), [])
      return [...new Set([...stored, ...memory.keys()])]
        .filter((key) => key.startsWith(name(prefix)))
        .map((key) => key.slice(scope.length + 1))
        .sort()
    },
  }
}

/** The page's own storage; null where even asking for it is forbidden. */
export function pageStorage(): Storage | null {
  return attempt(() => window.localStorage, null)
}

function attempt<T>(act: () => T, otherwise: T): T {
  try {
    return act()
  } catch {
    return otherwise
  }
}

function namesIn(storage: Storage | null): string[] {
  return Array.from({ length: storage?.length ?? 0 }, (_, at) => storage?.key(at) ?? '')
}
