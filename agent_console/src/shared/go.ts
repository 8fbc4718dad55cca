// Addresses of the pages behind the hash, e.g. #/desk/<id>.
import { useHashLocation } from 'wouter/use-hash-location'

/** `[path, go]`: where we are, and how to get elsewhere. */
export const useWhere = useHashLocation

export const deskPath = (id: string): string => `/desk/${encodeURIComponent(id)}`
export const customerPath = (id: string): string => `/customers/${encodeURIComponent(id)}`
export const href = (path: string): string => `#${path}`
