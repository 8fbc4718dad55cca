import { useT } from '../i18n'
import { href, Icon, useWhere } from '../shared'
import type { PageEntry } from './Pages'
import css from './Rail.module.css'

export function Rail({ pages }: { pages: readonly PageEntry[] }) {
  const t = useT()
  const [where] = useWhere()
  const here = where === '/' ? '/desk' : where
  return (
    <nav className={css.rail} aria-label={t('nav.label')}>
      <img src="./icon.svg" alt={t('app.name')} width={30} height={30} className={css.brand} />
      {pages.map((page) => (
        <a key={page.path} href={href(page.path)} className={css.link} aria-current={here.startsWith(page.path) ? 'page' : undefined}>
          <Icon name={page.icon} size={20} />
          <span>{page.name}</span>
        </a>
      ))}
    </nav>
  )
}
