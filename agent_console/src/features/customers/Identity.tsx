// Who it is: the name, which can be corrected, and every address with what we know about it.
import { useState } from 'react'
import { ApiError } from '../../desk/api'
import type { AddressView, CustomerEdit, CustomerView } from '../../desk/wire'
import { Button, day, describe, DialogActions, Icon, names, dialPath, newMailPath, newTextPath, Select, TextField, useApi, useT, useWhere } from '../../shared'
import { languages } from '../../i18n'
import css from './Customers.module.css'
import { Marks } from './Marks'

export function Identity({ customer, onChanged, level: Level = 'h2' }: { customer: CustomerView; onChanged: (changed: CustomerView) => void; level?: 'h1' | 'h2' }) {
  const t = useT()
  const [, go] = useWhere()
  const [editing, setEditing] = useState(false)
  const done = (changed: CustomerView) => {
    setEditing(false)
    onChanged(changed)
  }
  return (
    <section className={css.identity} aria-label={t('customer.who')}>
      {editing ? (
        <Edit customer={customer} onClose={() => setEditing(false)} onDone={done} />
      ) : (
        <div className={css.nameLine}>
          <Level dir="auto" className={css.name}>{customer.name || t('customer.unknown')}</Level>
          {customer.addresses.some((one) => one.kind === 'email') && (
            <Button kind="plain" icon="mail" aria-label={t('customer.write')} onPress={() => go(newMailPath(customer.id))} />
          )}
          {customer.addresses.some((one) => one.kind === 'phone' || one.kind === 'whatsapp') && (
            <>
              <Button kind="plain" icon="phone" aria-label={t('customer.dial')} onPress={() => go(dialPath(customer.id))} />
              <Button kind="plain" icon="message" aria-label={t('customer.text')} onPress={() => go(newTextPath(customer.id))} />
            </>
          )}
          <Button kind="plain" icon="edit" aria-label={t('customer.rename')} onPress={() => setEditing(true)} />
        </div>
      )}
      <p className="quiet small">
        {t('customer.since', { day: day(customer.created_at, t.language) })} · {t('customer.counts', customer)}
      </p>
      <Marks key={customer.id} customer={customer} onChanged={onChanged} />
      <Addresses addresses={customer.addresses} />
      {customer.edits.length > 0 && <Edits edits={customer.edits} />}
    </section>
  )
}

const fields = {
  name: 'customer.name', language: 'customer.language', vip: 'customer.vip', segments: 'customer.segments', contract: 'customer.contract', owner: 'customer.owner',
} as const

/** What was corrected, so that a name which changed can be found again. */
function Edits({ edits }: { edits: readonly CustomerEdit[] }) {
  const t = useT()
  const said = ({ field, value }: { field: CustomerEdit['field']; value: string | null }) =>
    (field === 'language' ? languages.find(({ id }) => id === value)?.name : value) ?? t('customer.edit.nothing')
  return (
    <details className="quiet small">
      <summary>{t('customer.edits', { n: edits.length })}</summary>
      <ul className={css.edits}>
        {edits.map((edit) => (
          <li key={`${edit.at}:${edit.field}`}>
            {t(fields[edit.field])}: <bdi>{said({ field: edit.field, value: edit.before })}</bdi>
            {' → '}<bdi>{said({ field: edit.field, value: edit.after })}</bdi> · <bdi>{edit.by}</bdi> · {day(edit.at, t.language)}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Addresses({ addresses }: { addresses: readonly AddressView[] }) {
  const t = useT()
  const visitors = addresses.filter((address) => address.kind === 'visitor').length
  const reachable = addresses.filter((address) => address.kind !== 'visitor')
  if (!addresses.length) return <p className="quiet small">{t('customer.no_addresses')}</p>
  return (
    <ul className={css.addresses} aria-label={t('customer.addresses')}>
      {reachable.map((address) => (
        <li key={`${address.kind}:${address.value}`} className={css.address}>
          <span className="quiet small">{t.word('address', address.kind)}</span>
          <bdi className={css.value} title={address.value}>{address.value}</bdi>
          <span className={names('chip', address.verified && 'good')}>
            {address.verified && <Icon name="check" size={12} />}
            {t(address.verified ? 'customer.verified' : 'customer.claimed')}
          </span>
          {address.undeliverable_at && (
            <span className={css.undeliverable}>
              <Icon name="alert" size={12} />
              <bdi>{t('customer.undeliverable.since', { day: day(address.undeliverable_at, t.language), why: address.undeliverable_reason ?? '' })}</bdi>
            </span>
          )}
        </li>
      ))}
      {visitors > 0 && <li className="quiet small">{t('customer.visits', { n: visitors })}</li>}
    </ul>
  )
}

function Edit({ customer, onClose, onDone }: { customer: CustomerView; onClose: () => void; onDone: (changed: CustomerView) => void }) {
  const t = useT()
  const api = useApi()
  const [name, setName] = useState(customer.name)
  const [language, setLanguage] = useState(customer.language ?? '')
  const [error, setError] = useState<string | null>(null)
  const save = () =>
    void api
      .editCustomer(customer.id, { name: name.trim(), language: language === 'en' || language === 'zh-Hans' ? language : null, version: customer.version })
      .then(onDone, (problem: unknown) => {
        const conflict = problem instanceof ApiError && problem.code === 'changed'
        setError(conflict ? t('customer.changed') : describe(problem, t))
      })
  return (
    <form
      className={css.edit}
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <TextField label={t('customer.name')} value={name} onChange={setName} maxLength={500} autoFocus error={error} />
      <Select
        label={t('customer.language')} value={language || null} onChange={setLanguage} placeholder={t('customer.language.unknown')}
        choices={languages.map(({ id, name: label }) => ({ id, name: label }))}
      />
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" type="submit">{t('action.save')}</Button>
      </DialogActions>
    </form>
  )
}
