import { Dialog, isSingle, useCommands, usePreferences, useT } from '../../shared'
import css from './Palette.module.css'
import { Keys } from './Palette'

/** The keys that are in force on this very screen. */
export function KeySheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT()
  const { singleKeys, enterSends } = usePreferences()
  const commands = useCommands().filter((command) => command.keys.length > 0)
  return (
    <Dialog title={t('keys.title')} isOpen={isOpen} onClose={onClose}>
      <dl className={css.sheet}>
        {commands.map((command) => (
          <div key={command.id}>
            <dt>{command.name}</dt>
            <dd><Keys keys={command.keys.filter((keys) => singleKeys || !isSingle(keys))} /></dd>
          </div>
        ))}
        <div>
          <dt>{t('command.send')}</dt>
          <dd><Keys keys={enterSends ? ['Enter', 'Mod+Enter'] : ['Mod+Enter']} /></dd>
        </div>
      </dl>
      {!singleKeys && <p className="quiet">{t('keys.singles_off')}</p>}
    </Dialog>
  )
}
