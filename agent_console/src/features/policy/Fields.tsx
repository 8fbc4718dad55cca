// Fields that stand for a path of the document: what is typed is in the draft at once, and what the check says stands below.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button, Icon, Select, TextField, useT } from '../../shared'
import { list, text } from './document'
import type { Json } from './document'
import css from './Policy.module.css'
import { useAt, useFoundAt } from './parts'

interface FieldProps {
  path: string
  label: string
  what?: string
}

export function TextAt({ path, label, what, isDisabled, placeholder }: FieldProps & { isDisabled?: boolean; placeholder?: string }) {
  const { value, set, error } = useAt(path)
  return (
    <div data-path={path}>
      <TextField label={label} description={what} value={text(value)} onChange={set} error={error} isDisabled={isDisabled} placeholder={placeholder} />
    </div>
  )
}

/** A number of `unit`; what is no number stays as it was typed, and the check says so. Empty: the default counts. */
export function NumberAt({ path, label, what, unit, fallback }: FieldProps & { unit?: string; fallback?: string }) {
  const { value, set, error } = useAt(path)
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <div data-path={path}>
      <TextField
        label={unit ? `${label} (${unit})` : label} description={what} inputMode="decimal" error={error} placeholder={fallback}
        value={typed ?? text(value)} onBlur={() => setTyped(null)}
        onChange={(next) => {
          setTyped(next)
          set(numberOf(next))
        }}
      />
    </div>
  )
}

function numberOf(typed: string): Json | undefined {
  const plain = typed.trim()
  if (plain === '') return undefined
  return /^[-−]?\d+(\.\d+)?$/.test(plain) ? Number(plain.replace('−', '-')) : typed
}

const NONE = '-'

interface SelectAtProps extends FieldProps {
  choices: readonly { id: string; name: string }[]
  /** What it is called that nothing is chosen; without it something has to be. */
  none?: string
  onChoose?: (id: string | null) => void
  /** What counts where nothing stands. */
  fallback?: string
}

/** One of several; what stands in the document and is none of them is shown all the same. */
export function SelectAt({ path, label, what, choices, none, onChoose, fallback = '' }: SelectAtProps) {
  const { value, set, error } = useAt(path)
  const now = text(value) || fallback
  const all = [...(none === undefined ? [] : [{ id: NONE, name: none }]), ...choices]
  if (now && !all.some((one) => one.id === now)) all.push({ id: now, name: now })
  return (
    <div data-path={path} className={css.stack}>
      <Select
        label={label} choices={all} value={now || (none === undefined ? null : NONE)}
        onChange={(id) => (onChoose ?? ((one: string | null) => set(one ?? undefined)))(id === NONE ? null : id)}
      />
      {what && <p className="quiet small">{what}</p>}
      <Wrong error={error} />
    </div>
  )
}

/** Several texts in one line, with commas between them. */
export function LineAt({ path, label, what, placeholder }: FieldProps & { placeholder?: string }) {
  const { value, set, error } = useAt(path)
  const joined = Array.isArray(value) ? list(value).map(text).join(', ') : text(value)
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <div data-path={path}>
      <TextField
        label={label} description={what} error={error} placeholder={placeholder} value={typed ?? joined} onBlur={() => setTyped(null)}
        onChange={(next) => {
          setTyped(next)
          const items = next.split(/[,，;、]/).map((one) => one.trim()).filter(Boolean)
          set(items.length ? items : undefined)
        }}
      />
    </div>
  )
}

export function Wrong({ error }: { error: string | null }) {
  if (!error) return null
  return <p className={css.wrong}><Icon name="alert" size={14} /> {error}</p>
}

/** What is said of a place that has no field of its own. */
export function WrongAt({ path }: { path: string }) {
  const { error } = useAt(path)
  const found = useFoundAt(path)
  if (!error && !found.length) return <div data-path={path} tabIndex={-1} className={css.anchor} />
  return <div data-path={path} tabIndex={-1} className={css.anchor}><Wrong error={error} /><Found found={found} /></div>
}

/** What the linter says of a place, in words. */
export function Found({ found }: { found: ReturnType<typeof useFoundAt> }) {
  return found.map(({ words, isError }) => <p key={words} className={isError ? css.wrong : css.odd}><Icon name="alert" size={14} /> {words}</p>)
}

export function Part({ title, what, children, actions }: { title: string; what?: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <section className={css.part} aria-label={title}>
      <header className={css.partHead}>
        <h2>{title}</h2>
        {actions}
      </header>
      {what && <p className="quiet small">{what}</p>}
      {children}
    </section>
  )
}

export function RemoveButton({ label, onPress }: { label: string; onPress: () => void }) {
  return <Button kind="plain" icon="close" aria-label={label} onPress={onPress} />
}

/** A list of tables at a path, each drawn by `row`, with buttons to add one and to take one away. */
export function RowsAt({ path, add, fresh, of, row }: { path: string; add: string; fresh: () => Json; of: (n: number) => string; row: (path: string, place: number) => ReactNode }) {
  const t = useT()
  const { value, set } = useAt(path)
  const items = list(value)
  const without = (place: number) => items.filter((_, one) => one !== place)
  return (
    <div className={css.stack}>
      {items.map((_, place) => (
        <div key={place} className={css.rowItem} role="group" aria-label={of(place + 1)}>
          <div className={css.rowFields}>{row(`${path}[${place}]`, place)}{typeof items[place] === 'object' && <WrongAt path={`${path}[${place}]`} />}</div>
          <RemoveButton label={t('policy.remove_of', { name: of(place + 1) })} onPress={() => set(items.length > 1 ? without(place) : undefined)} />
        </div>
      ))}
      <WrongAt path={path} />
      <div><Button icon="plus" onPress={() => set([...items, fresh()])}>{add}</Button></div>
    </div>
  )
}
