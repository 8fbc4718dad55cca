import { useState } from 'react'
import { Button, TextField, useT } from '../../shared'
import type { SecretName } from './form'
import css from './Mailboxes.module.css'

interface Props {
  name: SecretName
  isSet: boolean
  /** undefined: untouched; '': to be removed. */
  value: string | undefined
  onChange: (value: string | undefined) => void
  error?: string
  optional?: boolean
}

/** A secret is never shown again: it is set, replaced or removed. */
export function Secret({ name, isSet, value, onChange, error, optional }: Props) {
  const t = useT()
  const [replacing, setReplacing] = useState(false)
  const label = t(`secret.${name}`)
  const of = (what: string) => t('mailboxes.secret.of', { what, name: label })
  const keep = () => {
    setReplacing(false)
    onChange(undefined)
  }
  if (isSet && !replacing && !error)
    return (
      <div className="field" role="group" aria-label={label}>
        <span className="label">{label}</span>
        <div className={css.secret}>
          <span>{value === '' ? t('mailboxes.secret.removed') : `•••••• ${t('mailboxes.secret.set')}`}</span>
          <Button aria-label={of(t('mailboxes.secret.replace'))} onPress={() => {
            setReplacing(true)
            onChange(undefined)
          }}>{t('mailboxes.secret.replace')}</Button>
          {value === ''
            ? <Button aria-label={of(t('mailboxes.secret.keep'))} onPress={keep}>{t('mailboxes.secret.keep')}</Button>
            : <Button aria-label={of(t('mailboxes.secret.remove'))} onPress={() => onChange('')}>{t('mailboxes.secret.remove')}</Button>}
        </div>
      </div>
    )
  return (
    <div className={css.stack}>
      <TextField
        {...(name === 'dkim_key' ? { rows: 4 } : { type: 'password' })} label={label} autoComplete="new-password"
        value={value ?? ''} onChange={(text) => onChange(text || undefined)} error={error} autoFocus={replacing}
        description={optional ? t('mailboxes.secret.optional') : undefined}
      />
      {isSet && <div><Button aria-label={of(t('mailboxes.secret.keep'))} onPress={keep}>{t('mailboxes.secret.keep')}</Button></div>}
    </div>
  )
}
