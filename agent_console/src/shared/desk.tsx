// The running desk, for every view below.
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Api } from '../desk/api'
import type { DeskState } from '../desk/state'
import type { Desk } from '../desk/store'
import type { AgentView, QueueView } from '../desk/wire'

const Context = createContext<Desk | null>(null)

export const DeskProvider = Context

export function useDeskParts(): Desk {
  const desk = useContext(Context)
  if (!desk) throw new Error('no desk above this view')
  return desk
}

/** Part of the desk's state; the view is drawn again only when that part changes. Compared one level deep. */
export function useDesk<T>(selector: (state: DeskState) => T): T {
  return useStore(useDeskParts().store, useShallow(selector))
}

export const useApi = (): Api => useDeskParts().api

/** The agent who is logged in. */
export function useMe(): AgentView {
  const me = useDesk((state) => state.me)
  if (!me) throw new Error('nobody is logged in')
  return me
}

export function useQueue(id: string): QueueView | undefined {
  return useDesk((state) => state.queues.find((queue) => queue.id === id))
}
