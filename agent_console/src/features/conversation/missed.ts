// Who did not get a mail of ours, while others may have it: the hub says a line for each.
export interface Missed {
  /** later: put off and tried again; refused, failed: he does not get it; unconfirmed: nobody knows. */
  what: 'later' | 'refused' | 'failed' | 'unconfirmed'
  /** Empty where a report names nobody. */
  address: string
  /** In the mail server's words. */
  said: string
}

/** Whether somebody is known to have it: a report that names nobody may be about anyone. */
export function othersHaveIt(recipients: readonly { address: string }[], missed: readonly Missed[]): boolean {
  const without = new Set(missed.map((one) => one.address.toLowerCase()))
  return !without.has('') && recipients.some((one) => !without.has(one.address.toLowerCase()))
}

const LINE = /^(later|refused|failed|unconfirmed) (\S*): ?(.*)$/

/** Empty where the error speaks of the whole mail. */
export function missedIn(error: string): Missed[] {
  return error.split('\n').flatMap((line) => {
    const found = LINE.exec(line)
    return found ? [{ what: found[1] as Missed['what'], address: found[2] ?? '', said: found[3] ?? '' }] : []
  })
}
