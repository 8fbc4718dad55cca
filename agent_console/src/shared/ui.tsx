// The console's own look for React Aria Components, which bring keyboard, screen reader and input methods along.
import type { ReactNode } from 'react'
import * as Aria from 'react-aria-components'
import { Icon } from './Icon'
import type { IconName } from './Icon'
import './ui.css'

const names = (...parts: (string | false | undefined)[]) => parts.filter(Boolean).join(' ')

interface ButtonProps extends Omit<Aria.ButtonProps, 'className' | 'children'> {
  kind?: 'primary' | 'plain' | 'danger'
  icon?: IconName
  children?: ReactNode
  className?: string
}

/** With an icon and no children it needs `aria-label`. */
export function Button({ kind, icon, children, className, ...rest }: ButtonProps) {
  const bare = icon !== undefined && children === undefined
  return (
    <Aria.Button {...rest} className={names('button', kind, bare && 'icon', className)}>
      {icon && <Icon name={icon} />}
      {children}
    </Aria.Button>
  )
}

interface FieldProps extends Omit<Aria.TextFieldProps, 'className' | 'children'> {
  label: string
  description?: string
  error?: string | null
  placeholder?: string
  /** More than one line: so many rows at first. */
  rows?: number
}

export function TextField({ label, description, error, placeholder, rows, ...rest }: FieldProps) {
  return (
    <Aria.TextField {...rest} isInvalid={Boolean(error)} className="field">
      <Aria.Label>{label}</Aria.Label>
      {rows ? (
        <Aria.TextArea className="input" rows={rows} placeholder={placeholder} dir="auto" />
      ) : (
        <Aria.Input className="input" placeholder={placeholder} dir="auto" />
      )}
      {description && (
        <Aria.Text slot="description" className="description">
          {description}
        </Aria.Text>
      )}
      <Aria.FieldError className="error">{error}</Aria.FieldError>
    </Aria.TextField>
  )
}

export interface Choice {
  id: string
  name: string
  isDisabled?: boolean
}

interface SelectProps {
  label: string
  choices: readonly Choice[]
  value: string | null
  onChange: (id: string) => void
  placeholder?: string
  /** The label is for screen readers only. */
  bare?: boolean
  isRequired?: boolean
}

export function Select({ label, choices, value, onChange, placeholder, bare, isRequired }: SelectProps) {
  return (
    <Aria.Select
      className="field"
      aria-label={bare ? label : undefined}
      placeholder={placeholder}
      isRequired={isRequired}
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
    >
      {!bare && <Aria.Label>{label}</Aria.Label>}
      <Aria.Button className="select">
        <Aria.SelectValue className="ellipsis" />
        <Icon name="down" />
      </Aria.Button>
      <Aria.Popover className="popover">
        <Aria.ListBox items={choices}>
          {(choice) => (
            <Aria.ListBoxItem id={choice.id} isDisabled={choice.isDisabled} className="option">
              {choice.name}
            </Aria.ListBoxItem>
          )}
        </Aria.ListBox>
      </Aria.Popover>
    </Aria.Select>
  )
}

export interface MenuEntry extends Choice {
  icon?: IconName
  onAction: () => void
}

/** `trigger` is a button. */
export function Menu({ trigger, label, entries }: { trigger: ReactNode; label: string; entries: readonly MenuEntry[] }) {
  return (
    <Aria.MenuTrigger>
      {trigger}
      <Aria.Popover className="popover" placement="bottom start">
        <Aria.Menu aria-label={label} items={entries}>
          {(entry) => (
            <Aria.MenuItem id={entry.id} isDisabled={entry.isDisabled} onAction={entry.onAction} className="option">
              {entry.icon && <Icon name={entry.icon} />}
              {entry.name}
            </Aria.MenuItem>
          )}
        </Aria.Menu>
      </Aria.Popover>
    </Aria.MenuTrigger>
  )
}

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  wide?: boolean
  /** Put the buttons of the dialog into `<DialogActions>`. */
  children: ReactNode
}

export function Dialog({ title, isOpen, onClose, wide, children }: DialogProps) {
  return (
    <Aria.ModalOverlay className="scrim" data-dialog="" isDismissable isOpen={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Aria.Modal className={names('dialog', wide && 'wide')}>
        <Aria.Dialog className="dialog-body">
          <Aria.Heading slot="title" className="dialog-title">
            {title}
          </Aria.Heading>
          {children}
        </Aria.Dialog>
      </Aria.Modal>
    </Aria.ModalOverlay>
  )
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>
}

export function Switch({ children, value, onChange }: { children: ReactNode; value: boolean; onChange: (on: boolean) => void }) {
  return (
    <Aria.CheckboxField isSelected={value} onChange={onChange}>
      <Aria.CheckboxButton className="check">
        <span className="box" aria-hidden="true">
          {value && <Icon name="check" />}
        </span>
        {children}
      </Aria.CheckboxButton>
    </Aria.CheckboxField>
  )
}

/** What a list shows when there is nothing in it. */
export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="blank">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

export { names }

interface TypeaheadProps {
  label: string
  choices: readonly Choice[]
  value: string | null
  onChange: (id: string | null) => void
  placeholder?: string
  /** Shown where nothing fits what was typed. */
  none: string
  error?: string | null
}

/** One of many, found by typing. */
export function Typeahead({ label, choices, value, onChange, placeholder, none, error }: TypeaheadProps) {
  return (
    <Aria.ComboBox
      className="field"
      defaultItems={choices}
      value={value}
      onChange={(key) => onChange(key === null ? null : String(key))}
      isInvalid={Boolean(error)}
      menuTrigger="focus"
      allowsEmptyCollection
    >
      <Aria.Label>{label}</Aria.Label>
      <span className="typeahead">
        <Aria.Input className="input" placeholder={placeholder} />
        <Aria.Button className="button plain icon">
          <Icon name="down" />
        </Aria.Button>
      </span>
      <Aria.FieldError className="error">{error}</Aria.FieldError>
      <Aria.Popover className="popover">
        <Aria.ListBox<Choice> renderEmptyState={() => <p className="option quiet">{none}</p>}>
          {(choice) => (
            <Aria.ListBoxItem id={choice.id} className="option">
              {choice.name}
            </Aria.ListBoxItem>
          )}
        </Aria.ListBox>
      </Aria.Popover>
    </Aria.ComboBox>
  )
}
