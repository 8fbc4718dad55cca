// How a customer is treated: what rules of routing may ask for. Everybody sees it, supervisors set it.
import { useState } from 'react'
import { ApiError } from '../../desk/api'
import type { CustomerView } from '../../desk/wire'
import { Button, describe, DialogActions, Select, Switch, TextField, useApi, useLoad, useMe, useT } from '../../shared'
import css from './Customers.module.css'

const NOBODY = '-'

export function Marks({ customer, onChanged }: { customer: CustomerView; onChanged: (changed: CustomerView) => void }) {
  const t = useT()
  const boss = useMe().role !== 'agent'
  const [editing, setEditing] = useState(false)
  if (editing) return <Edit customer={customer} onClose={() => setEditing(false)} onDone={(changed) => { setEditing(false); onChanged(changed) }} />
  if (!boss && isBare(customer.marks)) return null
  return (
    <section className={css.marks} aria-label={t('customer.marks')}>
      <Shown marks={customer.marks} />
      {boss && <Button kind="plain" onPress={() => setEditing(true)}>{t('customer.marks.edit')}</Button>}
    </section>
  )
}

const isBare = ({ vip, segments, contract, owner }: CustomerView['marks']) => !vip && segments.length === 0 && contract === null && owner === null

function Shown({ marks: { vip, segments, contract, owner } }: { marks: CustomerView['marks'] }) {
  const t = useT()
  return (
    <>
      {vip && <span className="chip warn">{t('customer.vip')}</span>}
      {segments.map((one) => <span key={one} className="chip"><bdi>{one}</bdi></span>)}
      {contract !== null && <span className="small">{t('customer.contract')}: <bdi>{contract}</bdi></span>}
      {owner !== null && <span className="small">{t('customer.owner')}: <bdi>{owner}</bdi></span>}
    </>
  )
}

function Edit({ customer, onClose, onDone }: { customer: CustomerView; onClose: () => void; onDone: (changed: CustomerView) => void }) {
  const t = useT()
  const api = useApi()
  const agents = useLoad('agents', api.agents).value ?? []
  const [vip, setVip] = useState(customer.marks.vip)
  const [segments, setSegments] = useState(customer.marks.segments.join(', '))
  const [contract, setContract] = useState(customer.marks.contract ?? '')
  const [owner, setOwner] = useState(customer.marks.owner_id ?? NOBODY)
  const [error, setError] = useState<string | null>(null)
  const save = () => {
    const wanted = {
      vip, segments: segments.split(',').map((one) => one.trim()).filter(Boolean), contract: contract.trim() || null,
      owner_id: owner === NOBODY ? null : owner, version: customer.version,
    }
    void api.markCustomer(customer.id, wanted).then(onDone, (problem: unknown) =>
      setError(problem instanceof ApiError && problem.code === 'changed' ? t('customer.changed') : describe(problem, t)))
  }
  const known = agents.some((one) => one.id === owner) || owner === NOBODY ? [] : [{ id: owner, name: customer.marks.owner ?? owner }]
  return (
    <form className={css.edit} aria-label={t('customer.marks.edit')} onSubmit={(event) => { event.preventDefault(); save() }}>
      <Switch value={vip} onChange={setVip}>{t('customer.vip.long')}</Switch>
      <TextField label={t('customer.segments')} description={t('customer.segments.what')} value={segments} onChange={setSegments} maxLength={3000} autoFocus />
      <TextField label={t('customer.contract')} value={contract} onChange={setContract} maxLength={200} />
      <Select
        label={t('customer.owner')} value={owner} onChange={setOwner}
        choices={[{ id: NOBODY, name: t('customer.owner.nobody') }, ...known, ...agents.map(({ id, name }) => ({ id, name }))]}
      />
      {error !== null && <p className="notice bad" role="alert">{error}</p>}
      <DialogActions>
        <Button onPress={onClose}>{t('action.cancel')}</Button>
        <Button kind="primary" type="submit">{t('action.save')}</Button>
      </DialogActions>
    </form>
  )
}
