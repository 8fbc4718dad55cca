import { deskPath, href, useDesk, useT } from '../shared'

export function DeskPage({ id }: { id?: string }) {
  const t = useT()
  const cards = useDesk((state) => Object.values(state.cards))
  return (
    <section>
      <h1>{t('inbox.mine')}</h1>
      <ul>{cards.map((card) => <li key={card.id} aria-current={card.id === id}><a href={href(deskPath(card.id))} dir="auto">{card.customer_name}</a></li>)}</ul>
    </section>
  )
}
