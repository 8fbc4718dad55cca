import type { Presence } from '../../desk/wire'
import { Age, Button, Icon, Menu, names, useApi, useCommand, useDesk, useDeskParts, useMe, useT, useTell } from '../../shared'
import type { MenuEntry } from '../../shared'
import css from './Presence.module.css'

const BREAKS = ['break', 'lunch', 'meeting', 'training', 'paperwork'] as const

/** What I declared, since when, and what follows; a press changes it. */
export function PresenceMenu() {
  const t = useT()
  const { presence, used, capacity } = useMe()
  const declare = useDeclare()
  useCommand(
    presence.declared === 'available' && !presence.pending
      ? null
      : { id: 'available', name: t('command.available'), keys: ['Alt+KeyA'], run: () => declare('available') },
  )
  const entries: MenuEntry[] = [
    { id: 'available', name: presence.pending ? t('presence.stay') : t('presence.go_available'), onAction: () => declare('available') },
    ...BREAKS.map((reason) => ({
      id: reason, name: t('presence.go_break', { reason: t.word('presence_reason', reason) }), onAction: () => declare('break', reason),
    })),
    { id: 'offline', name: t('presence.go_offline'), onAction: () => declare('offline') },
  ]
  return (
    <div className={css.presence}>
      <Menu
        label={t('presence.label')}
        entries={entries}
        trigger={
          <Button kind="plain" className={css.trigger}>
            <span className="unseen">{t('presence.label')}: </span>
            <Shape presence={presence} />
            <span className={css.words}>
              <strong>{t.word('presence', presence.declared)}</strong>
              <Second presence={presence} />
            </span>
            <Icon name="down" size={16} />
          </Button>
        }
      />
      <span className={names('quiet small', css.detail)} title={t('presence.units', { used, capacity })}>
        <Age since={presence.since} />
        <Load used={used} capacity={capacity} />
      </span>
      {presence.declared !== 'available' && (
        <Button kind="primary" className={css.back} onPress={() => declare('available')}>
          {presence.declared === 'missed' ? t('presence.return') : t('presence.begin')}
        </Button>
      )}
    </div>
  )
}

function useDeclare() {
  const api = useApi()
  const { dispatch } = useDeskParts()
  const tell = useTell()
  return (state: 'available' | 'break' | 'offline', reason?: string) => {
    api.setPresence({ state, reason: reason ?? null }).then((agent) => dispatch({ type: 'agent', event: { agent } }), tell.failure)
  }
}

/** What else is to be known: that the hub does not hear me although I declared myself, what follows, or why. */
function Second({ presence }: { presence: Presence }) {
  const t = useT()
  const live = useDesk((state) => state.link === 'live')
  if (live && !presence.connected && presence.declared !== 'offline')
    return <span className={css.unheard}><Icon name="alert" size={14} />{t('presence.not_connected')}</span>
  if (presence.pending) return <span>{t('presence.pending', { state: t.word('presence.then', presence.pending) })}</span>
  if (presence.reason) return <span>{t.word('presence_reason', presence.reason)}</span>
  if (!presence.routable && presence.why_not === 'full') return <span>{t('why_not.full')}</span>
  return null
}

/** Round: available. Square: away. Triangle: missed. Hollow: not connected. */
function Shape({ presence }: { presence: Presence }) {
  const shape = { available: css.available, break: css.away, offline: css.off, missed: css.missed }[presence.declared]
  return <span className={names(css.shape, shape)} aria-hidden="true" />
}

function Load({ used, capacity }: { used: number; capacity: number }) {
  const t = useT()
  return (
    <span className={css.load}>
      <meter min={0} max={Math.max(1, capacity)} value={used} aria-label={t('presence.units', { used, capacity })} />
    </span>
  )
}
