// Files that hang on a message which is not sent yet. They stay when the agent looks at another contact meanwhile.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Api } from '../../desk/api'
import { describe } from '../../shared'
import type { Translate } from '../../i18n'

export interface Attached {
  key: string
  name: string
  /** Bytes; 0 where nobody said. */
  size: number
  id: string | null
  error: string | null
}

const store = createStore<Readonly<Record<string, readonly Attached[]>>>(() => ({}))
const NONE: readonly Attached[] = []
let last = 0

const change = (of: string, edit: (files: readonly Attached[]) => readonly Attached[]) =>
  store.setState((all) => ({ [of]: edit(all[of] ?? NONE) }))

/** `of` names the message to be, e.g. interaction and kind. */
export const useAttached = (of: string): readonly Attached[] => useStore(store, (all) => all[of] ?? NONE)

export function attach(of: string, files: Iterable<File>, api: Api, t: Translate): void {
  for (const file of files) {
    const key = `file${++last}`
    change(of, (all) => [...all, { key, name: file.name, size: file.size, id: null, error: null }])
    const settle = (fields: Partial<Attached>) =>
      change(of, (all) => all.map((one) => (one.key === key ? { ...one, ...fields } : one)))
    api.upload(file).then(
      (view) => settle({ id: view.id }),
      (error: unknown) => settle({ error: describe(error, t) }),
    )
  }
}

/** Files that are at the hub already come back with the message that they hung on. */
export const reattach = (of: string, files: readonly { id: string; name: string; size?: number }[]): void =>
  change(of, (all) => [...all, ...files.map(({ id, name, size = 0 }) => ({ key: `file${++last}`, name, size, id, error: null }))])

export const detach = (of: string, key: string): void => change(of, (all) => all.filter((one) => one.key !== key))
export const detachAll = (of: string): void => change(of, () => NONE)
