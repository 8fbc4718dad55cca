// What can be done now: each view offers its commands while it is on the screen; keys and palette run them.
import { useEffect, useLayoutEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { isMac, isSingle, matches } from './keys'
import type { Keys, Pressed } from './keys'
import { preferences } from './preferences'

export interface Command {
  id: string
  name: string
  keys: readonly Keys[]
  run: () => void
}

export const commands = createStore<ReadonlyMap<string, Command>>(() => new Map())

/** Offers a command while the calling view is shown; null offers none. */
export function useCommand(command: Command | null): void {
  const latest = useRef(command)
  // before the screen is shown: what can be seen can be done
  useLayoutEffect(() => {
    latest.current = command
  })
  const id = command?.id
  const name = command?.name
  const keys = command?.keys.join(' ')
  useLayoutEffect(() => {
    if (id === undefined || name === undefined) return undefined
    const offered: Command = { id, name, keys: keys ? keys.split(' ') : [], run: () => latest.current?.run() }
    commands.setState((all) => new Map(all).set(id, offered), true)
    return () => {
      if (commands.getState().get(id) !== offered) return
      commands.setState((all) => new Map([...all].filter(([other]) => other !== id)), true)
    }
  }, [id, name, keys])
}

export const useCommands = (): readonly Command[] => [...useStore(commands).values()]

/** Where a single key is text, or a search among choices. */
const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role=menu], [role=listbox], [role=combobox]') !== null)

/** The command that a key stands for here and now. */
export function commandFor(event: Pressed & { target: EventTarget | null }): Command | undefined {
  const singles = preferences.getState().singleKeys && !writing(event.target)
  const mac = isMac()
  return [...commands.getState().values()].find((command) =>
    command.keys.some((keys) => (singles || !isSingle(keys)) && matches(event, keys, mac)),
  )
}

/** Listens to the keyboard for all commands. Used once, in the shell. */
export function useCommandKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const behind = document.querySelector('[data-dialog]') !== null
      const command = behind ? undefined : commandFor(event)
      if (!command || event.repeat) return
      event.preventDefault()
      event.stopPropagation()
      command.run()
    }
    // on its way down: a focused button would keep the key for itself
    addEventListener('keydown', onKey, true)
    return () => removeEventListener('keydown', onKey, true)
  }, [])
}
