import { useState } from 'react'
import type { CustomerView } from '../../desk/wire'
import { customerPath, href, useApi, useDesk, useLoad, useSettled, useT } from '../../shared'
import { Identity } from './Identity'
import { OpenItems } from './OpenItems'
import { Timeline } from './Timeline'
import css from './Customers.module.css'

/** The customer beside a conversation: who it is, what else is open, and the one history over all channels. */
export function CustomerPanel({ customer: given, interactionId }: { customer: CustomerView; interactionId: string }) {
  const t = useT()
  const changed = useChanges(given.id, interactionId)
  const { customer, setCustomer } = useNewest(given, useSettled(changed, 400))
  return (
    <div className={css.panel}>
      <Identity customer={customer} onChanged={setCustomer} />
      <OpenItems cards={customer.open} except={interactionId} />
      <Timeline key={customer.id} customer={customer} changed={changed} interactionId={interactionId} />
      <a className={css.all} href={href(customerPath(customer.id))}>{t('customer.all')}</a>
    </div>
  )
}

/** Grows with everything that happens here or in other contacts of this customer that lie on my desk. */
function useChanges(customerId: string, interactionId: string): string {
  return useDesk((state) => {
    const cards = Object.values(state.cards).filter((card) => card.customer_id === customerId)
    const detail = state.details[interactionId]
    return `${cards.map((card) => card.version).join()}/${detail?.touches.length ?? 0}`
  })
}

/** What came with the interaction, or has been read or corrected since. */
function useNewest(given: CustomerView, changed: string) {
  const api = useApi()
  const read = useLoad(`${given.id} ${changed}`, () => api.customer(given.id)).value
  const [edited, setEdited] = useState<CustomerView | null>(null)
  const newest = [edited, read, given]
    .filter((one): one is CustomerView => one?.id === given.id)
    .reduce((best, one) => (one.version > best.version ? one : best), read?.id === given.id ? read : given)
  return { customer: newest, setCustomer: setEdited }
}
