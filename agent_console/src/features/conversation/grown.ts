import { createContext } from 'react'

/** What in the log has become higher says so, for the log to stay where the reader is. */
export const Grown = createContext<() => void>(() => undefined)
