import { LostBanner } from '../features/presence/LostBanner'
import { MissedNotice } from '../features/presence/MissedNotice'
import { PresenceMenu } from '../features/presence/PresenceMenu'
import { PhoneStanding } from '../features/phone/PhoneStanding'
import { useT } from '../i18n'
import { Button, isMac, keyLabel, Menu, newMailPath, useApi, useMe, useTell, useWhere } from '../shared'
import type { Opened } from './Shell'
import css from './Shell.module.css'

/** Status always at hand; on a phone at the foot, where the thumb is. */
export function TopBar({ onOpen, onLeave }: { onOpen: (what: Opened) => void; onLeave: () => void }) {
  const t = useT()
  const me = useMe()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  return (
    <header className={css.bar}>
      <PresenceMenu />
      <div className={css.notices}>
        <LostBanner />
        <MissedNotice />
        <PhoneStanding />
      </div>
      <Button kind="plain" icon="mail" onPress={() => go(newMailPath())} aria-label={t('command.new_mail')}>
        <span className={css.word}>{t('command.new_mail')}</span>
      </Button>
      <Button kind="plain" icon="plus" onPress={() => onOpen('contact')} className={css.log} aria-label={t('nav.log_contact')}>
        <span className={css.word}>{t('nav.log_contact')}</span>
      </Button>
      <Button kind="plain" icon="keyboard" onPress={() => onOpen('palette')} aria-label={`${t('nav.palette')} ${keyLabel('Mod+KeyK', isMac())}`}>
        <span className={css.word}>{keyLabel('Mod+KeyK', isMac())}</span>
      </Button>
      <Menu
        label={t('nav.user', { name: me.name })}
        trigger={
          <Button kind="plain" icon="user" className={css.user} aria-label={t('nav.user', { name: me.name })}>
            <bdi className={`${css.word ?? ''} ellipsis`}>{me.name}</bdi>
          </Button>
        }
        entries={[
          { id: 'settings', name: t('nav.settings'), icon: 'settings', onAction: () => onOpen('settings') },
          { id: 'keys', name: t('command.keys'), icon: 'keyboard', onAction: () => onOpen('keys') },
          { id: 'logout', name: t('nav.logout'), icon: 'out', onAction: () => void api.logout().then(onLeave, tell.failure) },
        ]}
      />
    </header>
  )
}
