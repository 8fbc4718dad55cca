import { useT } from '../i18n'
import { Button, href, Icon, Menu, names, useWhere } from '../shared'
import type { PageEntry } from './Pages'
import { folded } from './folded'
import css from './Rail.module.css'

export function Rail({ pages }: { pages: readonly PageEntry[] }) {
  const t = useT()
  const [where] = useWhere()
  const here = where === '/' ? '/desk' : where
  const rest = folded(pages)
  return (
    <nav className={css.rail} aria-label={t('nav.label')}>
      <img src="./icon.svg" alt={t('app.name')} width={30} height={30} className={css.brand} />
      {pages.map((page) => (
        <a
          key={page.path} href={href(page.path)} className={names(css.link, rest.includes(page) && css.rest)}
          aria-current={here.startsWith(page.path) ? 'page' : undefined}
        >
          <Icon name={page.icon} size={20} />
          <span>{page.name}</span>
        </a>
      ))}
      {rest.length > 0 && <More pages={rest} here={here} />}
    </nav>
  )
}

/** On a telephone's screen: the pages that have no place in the row; the one that is open gives it its name. */
function More({ pages, here }: { pages: readonly PageEntry[]; here: string }) {
  const t = useT()
  const [, go] = useWhere()
  const open = pages.find((page) => here.startsWith(page.path))
  return (
    <Menu
      label={t('nav.more')} entries={pages.map((page) => ({ id: page.path, name: page.name, icon: page.icon, onAction: () => go(page.path) }))}
      trigger={
        <Button
          kind="plain" className={names(css.link, css.more)} aria-label={open ? `${t('nav.more')}: ${open.name}` : t('nav.more')}
          aria-current={open ? 'page' : undefined}
        >
          <Icon name={open?.icon ?? 'more'} size={20} />
          <span>{open?.name ?? t('nav.more')}</span>
        </Button>
      }
    />
  )
}
