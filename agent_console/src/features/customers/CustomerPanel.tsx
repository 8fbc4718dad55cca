import type { CustomerView } from '../../desk/wire'

export function CustomerPanel({ customer }: { customer: CustomerView; interactionId: string }) {
  return (
    <section aria-label={customer.name}>
      <h2 dir="auto">{customer.name}</h2>
      <ul>
        {customer.addresses.map((address) => (
          <li key={`${address.kind}:${address.value}`}>{address.value}</li>
        ))}
      </ul>
    </section>
  )
}
