// What this window writes on. Each window has a sheet of its own for each contact and kind, so that none writes over what
// another one of the same agent wrote; who goes on with another's text says which version of it he has read. The sheets
// live as long as the page.
import { newId } from '../../desk/ids'

export interface Sheet {
  readonly sheet: string
  /** Sheets whose text stands on this one now -> the version that was read. */
  readonly replaces: Readonly<Record<string, number>>
}

interface Kept {
  sheet: string
  version: number
}

const sheets = new Map<string, Sheet>()

/** Key of the new mail that is being written. */
export const NEW_MAIL = 'new mail'

/** Key of the new text that is being written, and of its files. */
export const NEW_TEXT = 'new text'

export const keyOf = (id: string, kind: string): string => `${id} ${kind}`

export function sheetOf(key: string): Sheet {
  const found = sheets.get(key) ?? { sheet: newId(), replaces: {} }
  sheets.set(key, found)
  return found
}

/** As it goes over the wire. */
export interface WireSheet {
  sheet: string
  replaces: Record<string, number>
}

export function wireSheet(key: string): WireSheet {
  const { sheet, replaces } = sheetOf(key)
  return { sheet, replaces: { ...replaces } }
}

/** From now on this window goes on with what stands on these sheets. */
export function takeOver(key: string, taken: readonly Kept[]): void {
  const { sheet, replaces } = sheetOf(key)
  const more = taken.filter((one) => one.sheet !== sheet).map((one) => [one.sheet, one.version] as const)
  sheets.set(key, { sheet, replaces: { ...replaces, ...Object.fromEntries(more) } })
}

/** The hub has replaced these. What was taken over since then is still to be replaced. */
export function replaced(key: string, done: Sheet['replaces']): void {
  const { sheet, replaces } = sheetOf(key)
  const left = Object.entries(replaces).filter(([one, version]) => done[one] !== version)
  sheets.set(key, { sheet, replaces: Object.fromEntries(left) })
}

/** Another sheet from now on: what stands on the present one stays there. */
export function turnOver(key: string): void {
  sheets.set(key, { sheet: newId(), replaces: {} })
}

/** What this window goes on with: its own sheet, else the newest. The others lie beside it. */
export function split<T extends Kept>(kept: readonly T[], key: string): { own: T | null; others: readonly T[] } {
  const { sheet } = sheetOf(key)
  const own = kept.find((one) => one.sheet === sheet) ?? kept[0] ?? null
  return { own, others: kept.filter((one) => one !== own) }
}

/** Saves on a sheet of this window, and tells what lies on others. */
export async function saveOn<T extends Kept>(key: string, on: WireSheet, save: (on: WireSheet) => Promise<{ others: T[] }>): Promise<T[]> {
  const { others } = await save(on)
  replaced(key, on.replaces)
  return others
}
