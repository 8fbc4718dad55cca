// The customer: found by typing part of the name or an address, or else a new one.
import { useState } from 'react'
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components'
import type { CustomerView } from '../../desk/wire'
import { Button, Icon, TextField, useApi, useLoad, useSettled, useT } from '../../shared'
import type { Entry } from './entry'
import css from './Contact.module.css'

interface Props {
  entry: Entry
  set: (fields: Partial<Entry>) => void
  error: string | null
  emailError: string | null
  phoneError: string | null
}

export function Who({ entry, set, error, emailError, phoneError }: Props) {
  const t = useT()
  return (
    <fieldset className={css.who}>
      <legend className="unseen">{t('log.customer')}</legend>
      {entry.customerId ? (
        <p className={css.known}>
          <Icon name="user" />
          <span className="quiet">{t('log.customer.known')}</span> <strong dir="auto">{entry.name || t('customer.unknown')}</strong>
          <Button kind="plain" icon="close" aria-label={t('action.discard')} onPress={() => set({ customerId: null, name: '' })} />
        </p>
      ) : (
        <>
          <Find entry={entry} set={set} />
          <div className={css.row}>
            <TextField label={t('log.email')} type="email" value={entry.email} onChange={(email) => set({ email })} maxLength={254} error={emailError} />
            <TextField label={t('log.phone')} type="tel" description={t('log.phone.what')} value={entry.phone} onChange={(phone) => set({ phone })} maxLength={40} error={phoneError} />
          </div>
        </>
      )}
      {error && <p className={css.error} role="alert">{error}</p>}
    </fieldset>
  )
}

function Find({ entry, set }: Pick<Props, 'entry' | 'set'>) {
  const t = useT()
  const api = useApi()
  const [focused, setFocused] = useState(false)
  const q = useSettled(entry.name.trim(), 200)
  const found = useLoad(focused && q ? `who ${q}` : null, () => api.customers({ q, limit: 8 }))
  const items = found.value?.items ?? []
  const pick = (id: string) => {
    const customer = items.find((one) => one.id === id)
    if (customer) set({ customerId: customer.id, name: customer.name, email: '', phone: '' })
  }
  return (
    <ComboBox
      className="field" allowsCustomValue allowsEmptyCollection menuTrigger="input" items={items} inputValue={entry.name}
      onInputChange={(name) => set({ name })} onChange={(key) => key !== null && pick(String(key))}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
    >
      <Label>{t('log.customer')}</Label>
      <Input className="input" dir="auto" maxLength={500} />
      <Text slot="description" className="description">{t('log.customer.what')}</Text>
      <Popover className="popover">
        <ListBox<CustomerView> renderEmptyState={() => <p className={css.new}>{t('log.customer.new')}</p>}>
          {(customer) => (
            <ListBoxItem id={customer.id} textValue={customer.name} className="option">
              <span className={css.option}>
                <strong dir="auto">{customer.name || t('customer.unknown')}</strong>
                <span className="quiet small"><bdi>{customer.addresses.filter((one) => one.kind !== 'visitor').map((one) => one.value).join(' · ')}</bdi></span>
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
