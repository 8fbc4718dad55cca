// A text that no contact asks for: SMS, or WhatsApp by an agreed template.
import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import { ApiError } from '../../desk/api'
import type { CustomerView, SenderChoice } from '../../desk/wire'
import { Blank, Button, deskPath, describe, isMac, keyLabel, Select, TextField, useApi, useAttempt, useLoad, useT, useTell, useWhere } from '../../shared'
import { Filling } from './Templates'
import type { Filled } from './Templates'
import { Parts, sends } from './Writer'
import css from './NewMail.module.css'

interface Fresh {
  sender: string | null
  customerId: string | null
  number: string
  text: string
}

const blank: Fresh = { sender: null, customerId: null, number: '', text: '' }
let kept = blank // what is being written outlives a look at another page

export function NewTextPage({ customerId }: { customerId: string | undefined }) {
  const t = useT()
  const api = useApi()
  const loaded = useLoad(`new text ${customerId ?? ''}`, () => Promise.all([api.senderChoices(), customerId ? api.customer(customerId) : null]))
  if (loaded.error !== null) return <p className="notice bad" role="alert">{describe(loaded.error, t)}</p>
  if (!loaded.value) return null
  const [choices, customer] = loaded.value
  if (!choices[0]) return <Blank title={t('new_text.none')}>{t('new_text.none.what')}</Blank>
  return <Sheet key={customerId} first={customer ? to(kept, customer) : kept} choices={choices} or={choices[0]} />
}

/** A number of the customer's, unless one of his was chosen before. */
function to(fresh: Fresh, customer: CustomerView): Fresh {
  const number = customer.addresses.find((one) => one.kind === 'phone' || one.kind === 'whatsapp')?.value ?? ''
  return fresh.customerId === customer.id ? fresh : { ...blank, sender: fresh.sender, customerId: customer.id, number }
}

function Sheet({ first, choices, or }: { first: Fresh; choices: readonly SenderChoice[]; or: SenderChoice }) {
  const t = useT()
  const [fresh, setFresh] = useState(first)
  const [chosen, setChosen] = useState('')
  const change = (fields: Partial<Fresh>) => {
    kept = { ...fresh, ...fields }
    setFresh(kept)
  }
  const { send, busy, error } = useSend(() => change(blank))
  const sender = choices.find((one) => one.id === fresh.sender) ?? or
  const template = sender.templates.find((one) => one.id === chosen)
  const flaw = (field: string) => (error?.fields[field] ? t.word('flaw', error.fields[field]) : null)
  const freely = () => send(sender.id, fresh, fresh.text)
  const onKey = (event: KeyboardEvent) => {
    if (template || !sends(event, false)) return
    event.preventDefault()
    freely()
  }
  return (
    <div className={css.page} onKeyDown={onKey}>
      <h1 className={css.title}>{t('new_text.title')}</h1>
      <Select
        label={t('new_text.from')} value={sender.id} onChange={(id) => change({ sender: id })}
        choices={choices.map((one) => ({ id: one.id, name: `${t.word('channel', one.kind)} ${one.name ? `${one.name} ${one.number}` : one.number}` }))}
      />
      <TextField
        label={t('new_text.to')} description={t('new_text.to.what')} value={fresh.number} maxLength={40} error={flaw('number')}
        autoFocus={!fresh.number} onChange={(number) => change({ number, customerId: number === first.number ? fresh.customerId : null })}
      />
      {sender.templates.length > 0 && (
        <Select
          label={t('new_text.how')} value={chosen || FREELY} onChange={(id) => setChosen(id === FREELY ? '' : id)}
          choices={[{ id: FREELY, name: t('new_text.free') }, ...sender.templates.map((one) => ({ id: one.id, name: t.name(one.name) }))]}
        />
      )}
      {template ? (
        <div className={css.agreed}><Filling key={template.id} template={template} busy={busy} onSend={(text, use) => send(sender.id, fresh, text, use)} /></div>
      ) : (
        <>
          <TextField
            label={t('new_text.text')} rows={5} value={fresh.text} maxLength={1600} error={flaw('text')} autoFocus={Boolean(fresh.number)}
            onChange={(text) => change({ text })}
          />
          <div className={css.bar}>
            <span className={css.kept}>{sender.kind === 'sms' && <Parts text={fresh.text} />}</span>
            <span className={css.keys}>{keyLabel('Mod+Enter', isMac())}</span>
            <Button kind="primary" icon="send" onPress={freely} isDisabled={busy}>{t('new_text.send')}</Button>
          </div>
        </>
      )}
      <Trouble error={error} />
    </div>
  )
}

const FREELY = '-'

function Trouble({ error }: { error: ApiError | null }) {
  const t = useT()
  const [, go] = useWhere()
  if (!error || error.fields.number || error.fields.text) return null
  const there = error.code === 'open_already' ? error.fields.interaction_id : undefined
  return (
    <p className="notice bad" role="alert">
      {describe(error, t)} {there && <Button onPress={() => go(deskPath(there))}>{t('new_text.open')}</Button>}
    </p>
  )
}

/** Sends one text, however often it is tried. */
function useSend(onDone: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const idOf = useAttempt()
  const [state, setState] = useState<{ busy: boolean; error: ApiError | null }>({ busy: false, error: null })
  const send = (sender: string, { customerId, number }: Fresh, text: string, template: Filled | null = null) => {
    if (state.busy) return
    const wanted = { sender, customer_id: customerId, number, text, template }
    setState({ busy: true, error: null })
    api.newText({ id: idOf(wanted), ...wanted }).then(
      (touch) => {
        onDone()
        tell(t('new_text.sent', { reference: touch.reference }))
        go(deskPath(touch.interaction_id))
      },
      (error: unknown) => setState({ busy: false, error: error instanceof ApiError ? error : new ApiError(0, {}) }),
    )
  }
  return { send, ...state }
}
