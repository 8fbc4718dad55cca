// A call that no contact asks for: my telephone rings first, then the customer's.
import { useState } from 'react'
import { ApiError } from '../../desk/api'
import type { CallingFrom, CustomerView } from '../../desk/wire'
import { Blank, Button, deskPath, describe, Select, TextField, useApi, useAttempt, useDesk, useLoad, useT, useWhere } from '../../shared'
import css from './DialPage.module.css'
import { usePhoneState } from './usePhone'

export function DialPage({ customerId }: { customerId: string | undefined }) {
  const t = useT()
  const api = useApi()
  const loaded = useLoad(`dial ${customerId ?? ''}`, () => Promise.all([api.callingFrom(), customerId ? api.customer(customerId) : null]))
  if (loaded.error !== null) return <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>
  if (!loaded.value) return null
  const [choices, customer] = loaded.value
  if (!choices[0]) return <Blank title={t('dial.none')}>{t('dial.none.what')}</Blank>
  return <Dial key={customerId} customer={customer} choices={choices} or={choices[0]} />
}

const numbersOf = (customer: CustomerView | null) => customer?.addresses.filter((one) => one.kind === 'phone' || one.kind === 'whatsapp').map((one) => one.value) ?? []

function Dial({ customer, choices, or }: { customer: CustomerView | null; choices: readonly CallingFrom[]; or: CallingFrom }) {
  const t = useT()
  const { standing } = usePhoneState()
  const queues = useDesk((state) => state.queues)
  const known = numbersOf(customer)
  const [number, setNumber] = useState(known[0] ?? '')
  const [queue, setQueue] = useState(or.queue)
  const { call, busy, error, forget } = usePlace()
  const change = (text: string) => {
    setNumber(text)
    forget() // a field that is wrong lets no form be sent
  }
  const named = (id: string) => {
    const found = queues.find((one) => one.id === id)
    return found ? t.name(found.name) : id
  }
  const flaw = error?.fields.number
  return (
    <form className={css.page} onSubmit={(event) => {
      event.preventDefault()
      call({ number, queue, customer_id: known.includes(number) && customer ? customer.id : null })
    }}>
      <h1>{t('dial.title')}</h1>
      {customer && <p className="quiet"><bdi>{customer.name || t('customer.unknown')}</bdi></p>}
      <TextField
        label={t('dial.number')} description={t('dial.number.what')} value={number} onChange={change} maxLength={40} autoFocus
        error={flaw ? t.word('flaw', flaw) : null}
      />
      <Known of={known} onPick={change} />
      <Select
        label={t('dial.queue')} value={queue} onChange={setQueue}
        choices={choices.map((one) => ({ id: one.queue, name: t('dial.shows', { queue: named(one.queue), number: one.number }) }))}
      />
      {standing !== 'ready' && <p className="notice warn" role="status">{t('dial.not_ready')}</p>}
      {error && !flaw && <p className="notice bad" role="alert">{describe(error, t)}</p>}
      <div className={css.foot}>
        <Button kind="primary" icon="phone" type="submit" isDisabled={busy || !number.trim()}>{t('dial.call')}</Button>
      </div>
    </form>
  )
}

/** The customer's other numbers. */
function Known({ of, onPick }: { of: readonly string[]; onPick: (number: string) => void }) {
  if (of.length < 2) return null
  return <div className={css.known}>{of.map((one) => <Button key={one} onPress={() => onPick(one)}>{one}</Button>)}</div>
}

interface Wanted {
  number: string
  queue: string
  customer_id: string | null
}

/** Places one call, however often it is tried. */
function usePlace() {
  const api = useApi()
  const [, go] = useWhere()
  const idOf = useAttempt()
  const [state, setState] = useState<{ busy: boolean; error: ApiError | null }>({ busy: false, error: null })
  const call = (wanted: Wanted) => {
    if (state.busy) return
    setState({ busy: true, error: null })
    api.placeCall({ id: idOf(wanted), ...wanted }).then(
      ({ interaction_id }) => go(deskPath(interaction_id)),
      (error: unknown) => setState({ busy: false, error: error instanceof ApiError ? error : new ApiError(0, {}) }),
    )
  }
  const forget = () => setState((before) => ({ ...before, error: null }))
  return { call, forget, ...state }
}
