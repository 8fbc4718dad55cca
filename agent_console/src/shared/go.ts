// Addresses of the pages behind the hash, e.g. #/desk/<id>.
import { useHashLocation } from 'wouter/use-hash-location'

/** `[path, go]`: where we are, and how to get elsewhere. */
export const useWhere = useHashLocation

export const deskPath = (id: string): string => `/desk/${encodeURIComponent(id)}`
export const customerPath = (id: string): string => `/customers/${encodeURIComponent(id)}`
/** A new mail, to a customer where one is given. */
export const newMailPath = (customer?: string): string => (customer ? `/mail/${encodeURIComponent(customer)}` : '/mail')
/** A text that nobody asked for; to a customer where one is given. */
export const newTextPath = (customer?: string): string => (customer ? `/text/${encodeURIComponent(customer)}` : '/text')
/** A call that nobody asked for; to a customer where one is given. */
export const dialPath = (customer?: string): string => (customer ? `/dial/${encodeURIComponent(customer)}` : '/dial')
export const href = (path: string): string => `#${path}`
