// A field of recipients: each a chip; typed, pasted, or picked from those who are known.
import { useRef, useState } from 'react'
import type { ClipboardEvent, KeyboardEvent, ReactNode } from 'react'
import { ComboBox, Input, ListBox, ListBoxItem, Popover, Tag, TagGroup, TagList, Button as Bare } from 'react-aria-components'
import type { CustomerView } from '../../desk/wire'
import { Button, composing, Icon, names, useApi, useLoad, useSettled, useT } from '../../shared'
import css from './Mail.module.css'
import { isAddress, joined, parse, shown, suggested, typed, without } from './recipients'
import type { Recipient } from './recipients'

interface Props {
  label: string
  value: readonly Recipient[]
  onChange: (value: Recipient[]) => void
  /** Who may be meant, besides all customers. */
  known: readonly Recipient[]
  /** Address in lower case -> why mail does not reach it. */
  bad: ReadonlyMap<string, string>
  isInvalid: boolean
  autoFocus?: boolean
  /** Buttons at the end of the line. */
  children?: ReactNode
}

export function Recipients({ label, value, onChange, known, bad, isInvalid, autoFocus = false, children }: Props) {
  const [text, setText] = useState('')
  const line = useRef<HTMLDivElement>(null)
  const add = (more: readonly Recipient[]) => {
    if (more.length) onChange(joined(value, more))
    setText('')
  }
  const editLast = () => {
    const last = value.at(-1)
    if (!last) return
    onChange(value.slice(0, -1))
    setText(typed(last))
  }
  const onKey = useKeys({ text, add, editLast })
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text/plain')
    if (!pasted.includes('@')) return
    event.preventDefault()
    add(parse(`${text} ${pasted}`))
  }
  return (
    <div ref={line} className={names(css.line, isInvalid && css.wrong)} role="group" aria-label={label} onKeyDownCapture={onKey} onPasteCapture={onPaste} data-field="">
      <span className={css.label} aria-hidden="true">{label}</span>
      <div className={css.chips} onClick={(event) => event.target === event.currentTarget && line.current?.querySelector('input')?.focus()}>
        <Chips label={label} value={value} bad={bad} onRemove={(address) => onChange(without(value, address))} />
        <Typed label={label} text={text} onText={setText} onAdd={add} known={known} taken={value} isInvalid={isInvalid} autoFocus={autoFocus} />
      </div>
      {children}
    </div>
  )
}

/** What ends an address: Enter, a comma or semicolon, a space after one that is complete. Backspace takes the last one up again. */
function useKeys({ text, add, editLast }: { text: string; add: (more: Recipient[]) => void; editLast: () => void }) {
  const ends = (event: KeyboardEvent, field: HTMLInputElement): boolean => {
    if (event.key === ' ') return isAddress(text.trim())
    if (event.key === 'Enter') return !field.getAttribute('aria-activedescendant')
    return /^[,;，；、]$/.test(event.key)
  }
  return (event: KeyboardEvent) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || composing(event.nativeEvent)) return
    if (event.key === 'Backspace' && text === '') editLast()
    else if (event.key !== 'Enter' || text.trim() || !(event.ctrlKey || event.metaKey)) {
      if (!ends(event, field)) return
      event.stopPropagation()
      add(parse(text))
    } else return
    event.preventDefault()
  }
}

const FOLDED = 10

function Chips({ label, value, bad, onRemove }: Pick<Props, 'label' | 'value' | 'bad'> & { onRemove: (address: string) => void }) {
  const t = useT()
  const [all, setAll] = useState(false)
  if (!value.length) return null
  const folds = !all && value.length > FOLDED + 1
  const seen = folds ? value.filter((one, place) => place < FOLDED || stateOf(one, bad) !== null) : value // what is wrong is always seen
  const more = value.length - seen.length
  return (
    <>
      <TagGroup aria-label={t('composer.recipients', { field: label })} className={css.tags} onRemove={(keys) => keys.forEach((key) => onRemove(String(key)))}>
        <TagList className={css.tags}>
          {seen.map((one) => {
            const state = stateOf(one, bad)
            const word = state && t(`composer.recipient.${state}`)
            return (
              <Tag key={one.address} id={one.address} textValue={[typed(one), word].filter(Boolean).join(', ')} className={names(css.chip, state !== null && css[state])}>
                {state && <Icon name="alert" size={12} />}
                <bdi className="ellipsis" title={typed(one)}>{shown(one)}</bdi>
                {word && <span className="small">{word}</span>}
                <Bare slot="remove" className={css.remove} aria-label={t('composer.recipient.remove', { name: shown(one) })}><Icon name="close" size={12} /></Bare>
              </Tag>
            )
          })}
        </TagList>
      </TagGroup>
      {more > 0 && <Button kind="plain" onPress={() => setAll(true)}>{t('composer.recipients.more', { n: more })}</Button>}
    </>
  )
}

function stateOf(one: Recipient, bad: ReadonlyMap<string, string>): 'bad' | 'undeliverable' | null {
  if (!isAddress(one.address)) return 'bad'
  return bad.has(one.address.toLowerCase()) ? 'undeliverable' : null
}

interface TypedProps extends Pick<Props, 'label' | 'known' | 'isInvalid'> {
  text: string
  onText: (text: string) => void
  onAdd: (more: readonly Recipient[]) => void
  taken: readonly Recipient[]
  autoFocus: boolean
}

function Typed({ label, text, onText, onAdd, known, taken, isInvalid, autoFocus }: TypedProps) {
  const customers = useCustomers(text)
  const items = (text.trim() ? suggested([...known, ...customers], text, taken) : []).map((one) => ({ ...one, id: one.address }))
  return (
    <ComboBox
      aria-label={label} className={css.typed} allowsCustomValue menuTrigger="input" items={items} inputValue={text} onInputChange={onText} value={null}
      isInvalid={isInvalid}
      onChange={(key) => {
        const picked = items.find((one) => one.id === key)
        if (picked) onAdd([{ name: picked.name, address: picked.address }])
      }}
    >
      <Input
        className={css.input} type="text" inputMode="email" autoCapitalize="off" spellCheck={false} dir="auto" autoFocus={autoFocus}
        onBlur={() => text.trim() && onAdd(parse(text))}
      />
      <Popover className="popover" placement="bottom start">
        <ListBox<(typeof items)[number]>>
          {(one) => (
            <ListBoxItem id={one.id} textValue={typed(one)} className="option">
              <span className={css.option}>
                <bdi>{one.name || one.address}</bdi>
                {one.name && <bdi className="quiet small">{one.address}</bdi>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}

const ENOUGH = 2
const CALM_MS = 200

/** Customers whose name or address fits. */
function useCustomers(text: string): Recipient[] {
  const api = useApi()
  const q = useSettled(text.trim(), CALM_MS)
  const found = useLoad(q.length >= ENOUGH ? `recipient ${q}` : null, () => api.customers({ q, limit: 6 }))
  return (found.value?.items ?? []).flatMap(mailAddresses)
}

const mailAddresses = (customer: CustomerView): Recipient[] =>
  customer.addresses.filter((one) => one.kind === 'email').map((one) => ({ name: customer.name, address: one.value }))
