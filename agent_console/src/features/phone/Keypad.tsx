import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Button, useT } from '../../shared'
import css from './CallBar.module.css'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const

/** Keys for the other side's menus. Typed digits count while the focus is in it. */
export function Keypad({ onPress, onClose }: { onPress: (digit: string) => void; onClose: () => void }) {
  const t = useT()
  const [pressed, setPressed] = useState('')
  const press = (digit: string) => {
    setPressed((before) => (before + digit).slice(-20))
    onPress(digit)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#]$/.test(event.key)) return
    event.preventDefault()
    press(event.key)
  }
  return (
    <div className={css.padRow} role="group" aria-label={t('call.keypad')} onKeyDown={onKey}>
      <div className={css.pad}>
        {KEYS.map((key, index) => <Button key={key} autoFocus={index === 0} onPress={() => press(key)}>{key}</Button>)}
      </div>
      <span className={css.pressed} role="status">{pressed}</span>
      <Button kind="plain" icon="close" aria-label={t('action.close')} onPress={onClose} />
    </div>
  )
}
