import { Button, isMac, keyLabel, names } from '../../shared'
import type { IconName } from '../../shared'
import css from './CallBar.module.css'

interface ToggleProps {
  on: boolean
  icon: IconName
  name: string
  keys?: string
  isDisabled: boolean
  /** It shows something below; else its name says what pressing it does, and so also how it stands. */
  opens?: boolean
  onPress: () => void
}

/** A button of the call bar: its word is left out where there is no room. */
export function Toggle({ on, icon, name, keys, isDisabled, opens, onPress }: ToggleProps) {
  const label = keys ? `${name} (${keyLabel(keys, isMac())})` : name
  return (
    <Button icon={icon} className={names(on && css.on)} aria-label={label} aria-expanded={opens ? on : undefined} isDisabled={isDisabled} onPress={onPress}>
      <span className={css.word}>{name}</span>
    </Button>
  )
}
