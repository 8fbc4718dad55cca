import { Button, isMac, keyLabel, names } from '../../shared'
import type { IconName } from '../../shared'
import css from './CallBar.module.css'

interface ToggleProps {
  on: boolean
  icon: IconName
  name: string
  keys?: string
  isDisabled: boolean
  onPress: () => void
}

/** A button of the call bar: its word is left out where there is no room. */
export function Toggle({ on, icon, name, keys, isDisabled, onPress }: ToggleProps) {
  const label = keys ? `${name} (${keyLabel(keys, isMac())})` : name
  return (
    <Button icon={icon} className={names(on && css.on)} aria-label={label} aria-pressed={on} isDisabled={isDisabled} onPress={onPress}>
      <span className={css.word}>{name}</span>
    </Button>
  )
}
