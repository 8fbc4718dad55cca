import { Menu, Button, href, Icon, useApi, useMe, useTell, useWhere } from '../shared'
import type { IconName } from '../shared'
import { languages, useT } from '../i18n'
import type { Key, Language } from '../i18n'
import css from './Rail.module.css'

interface Props {
  onLogContact: () => void
  onLanguage: (language: Language) => void
  onLeave: () => void
}

const pages: readonly { path: string; icon: IconName; key: Key & `nav.${string}`; boss: boolean }[] = [
  { path: '/desk', icon: 'desk', key: 'nav.desk', boss: false },
  { path: '/floor', icon: 'floor', key: 'nav.floor', boss: true },
  { path: '/customers', icon: 'people', key: 'nav.customers', boss: false },
  { path: '/search', icon: 'search', key: 'nav.search', boss: false },
  { path: '/ledger', icon: 'ledger', key: 'nav.ledger', boss: true },
]

export function Rail({ onLogContact, onLanguage, onLeave }: Props) {
  const t = useT()
  const boss = useMe().role !== 'agent'
  const [where] = useWhere()
  const here = where === '/' ? '/desk' : where
  return (
    <nav className={css.rail} aria-label={t('nav.label')}>
      {pages.filter((page) => boss || !page.boss).map((page) => (
        <a key={page.path} href={href(page.path)} className={css.link} aria-current={here.startsWith(page.path) ? 'page' : undefined}>
          <Icon name={page.icon} size={20} />
          <span>{t(page.key as 'nav.desk')}</span>
        </a>
      ))}
      <span className={css.space} />
      <Button kind="plain" icon="plus" aria-label={t('nav.log_contact')} onPress={onLogContact} />
      <User onLanguage={onLanguage} onLeave={onLeave} />
    </nav>
  )
}

function User({ onLanguage, onLeave }: Omit<Props, 'onLogContact'>) {
  const t = useT()
  const me = useMe()
  const api = useApi()
  const tell = useTell()
  const entries = [
    ...languages.map(({ id, name }) => ({ id, name, onAction: () => onLanguage(id) })),
    { id: 'logout', name: t('nav.logout'), icon: 'out' as const, onAction: () => void api.logout().then(onLeave, tell.failure) },
  ]
  return (
    <Menu
      label={t('nav.user', { name: me.name })} entries={entries}
      trigger={<Button kind="plain" icon="user" aria-label={t('nav.user', { name: me.name })} />}
    />
  )
}
