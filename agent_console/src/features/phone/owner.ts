// Of the tabs of one browser exactly one is the telephone: the first, or the one that was asked to be.

export interface Owner {
  /** Waits for its turn, and tells whenever that changes. */
  start: (onChange: (mine: boolean) => void) => void
  /** Takes it from the other tab. */
  take: () => void
  stop: () => void
}

/** `locks`: the browser's; without them (an insecure address) every tab is one. */
export function createOwner(name: string, locks: LockManager | undefined): Owner {
  let tell: (mine: boolean) => void = () => undefined
  let release: () => void = () => undefined
  let waiting = new AbortController()

  const hold = () => {
    tell(true)
    return new Promise<void>((done) => {
      release = done
    })
  }
  const wait = () => {
    const mine = new AbortController()
    waiting = mine
    void locks?.request(name, { signal: mine.signal }, hold).catch(() => mine.signal.aborted || lost())
  }
  /** Another tab has taken it. */
  const lost = () => {
    tell(false)
    wait()
  }
  return {
    start: (onChange) => {
      tell = onChange
      if (!locks) {
        tell(true)
        return
      }
      tell(false)
      wait()
    },
    take: () => {
      waiting.abort()
      void locks?.request(name, { steal: true }, hold).catch(lost)
    },
    stop: () => {
      waiting.abort()
      tell = () => undefined
      release()
    },
  }
}
