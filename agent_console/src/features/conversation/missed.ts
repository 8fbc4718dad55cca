// Who did not get a mail of ours, while others may have it: the hub says a line for each.
export interface Missed {
  /** later: put off and tried again; refused, failed: he does not get it; unconfirmed: nobody knows. */
  what: 'later' | 'refused' | 'failed' | 'unconfirmed'
  /** Empty where a report names nobody. */
  address: string
  /** In the mail server's words. */
  said: string
}

const LINE = /^(later|refused|failed|unconfirmed) (\S*): ?(.*)$/

/** Empty where the error speaks of the whole mail. */
export function missedIn(error: string): Missed[] {
  return error.split('\n').flatMap((line) => {
    const found = LINE.exec(line)
    return found ? [{ what: found[1] as Missed['what'], address: found[2] ?? '', said: found[3] ?? '' }] : []
  })
}
