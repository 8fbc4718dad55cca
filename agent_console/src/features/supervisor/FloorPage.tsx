import { useDesk, useT } from '../../shared'

export function FloorPage() {
  const t = useT()
  const figures = useDesk((state) => state.figures)
  return (
    <section>
      <h1>{t('nav.floor')}</h1>
      <ul>{figures.map((row) => <li key={row.queue}>{row.queue} {row.waiting}</li>)}</ul>
    </section>
  )
}
