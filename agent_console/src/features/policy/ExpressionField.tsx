// A text of the rules' language: what may stand at the caret is offered, and what cannot be read is shown at its place.
import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { composing, Icon, names as classes, useT } from '../../shared'
import { text } from './document'
import { around, complete, completed, positionIn } from './language'
import type { Completion, Names } from './language'
import { Found } from './Fields'
import { skillsOf, useAt, useDocument, useDraftState, useFoundAt } from './parts'
import { problemWords } from './words'
import css from './Policy.module.css'

interface Props {
  path: string
  label: string
  what?: string
  /** What names stand for: facts of a contact, or skills of an agent. */
  about: 'facts' | 'skills'
  placeholder?: string
  bare?: boolean
}

export function ExpressionAt({ path, label, what, about, placeholder, bare }: Props) {
  const { value, set } = useAt(path)
  const facts = useDraftState((state) => state.facts)
  const document = useDocument()
  const found: Names = about === 'facts' ? { kind: 'facts', facts } : { kind: 'skills', skills: skillsOf(document) }
  const said = useDraftState((state) => state.problems.filter((one) => one.path === path).map((one) => one.text))
  const checked = useDraftState((state) => state.checked === state.document)
  const isOptional = about === 'skills'
  return (
    <div data-path={path}>
      <Editor
        label={label} what={what} placeholder={placeholder} bare={bare} value={text(value)} names={found} said={said} isFresh={checked}
        found={useFoundAt(path)}
        onChange={(next) => set(isOptional && next.trim() === '' && !path.endsWith(']') ? undefined : next)}
      />
    </div>
  )
}

interface EditorProps {
  label: string
  what?: string
  placeholder?: string
  bare?: boolean
  value: string
  names: Names
  said: readonly string[]
  found: ReturnType<typeof useFoundAt>
  /** What is said is about what stands there now. */
  isFresh: boolean
  onChange: (value: string) => void
}

function useCompletions(value: string, names: Names, onChange: (value: string) => void) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState<number | null>(null) // null: nothing is offered
  const [active, setActive] = useState(0)
  const wanted = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (wanted.current === null) return
    field.current?.setSelectionRange(wanted.current, wanted.current)
    wanted.current = null
  })
  const { from, choices } = caret === null ? { from: 0, choices: [] } : complete(value, caret, names)
  const open = (at: number | null) => {
    setCaret(at)
    setActive(0)
  }
  const take = (choice: Completion) => {
    const next = completed(value, caret ?? value.length, from, choice)
    wanted.current = next.caret
    onChange(next.text)
    open(next.caret)
    field.current?.focus()
  }
  return { field, choices, active, setActive, open, take }
}

function Editor({ label, what, placeholder, bare, value, names, said, found, isFresh, onChange }: EditorProps) {
  const id = useId()
  const t = useT()
  const { field, choices, active, setActive, open, take } = useCompletions(value, names, onChange)
  const isOpen = choices.length > 0
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const done = composing(event.nativeEvent) ? false : keys(event, { isOpen, count: choices.length, active, setActive, open, take: () => choices[active] && take(choices[active]) })
    if (done) event.preventDefault()
  }
  return (
    <div className={classes('field', css.expression)}>
      <label htmlFor={id} className={bare ? 'unseen' : undefined}>{label}</label>
      <div className={css.anchorBox}>
        <textarea
          ref={field} id={id} className={classes('input', css.code)} rows={1} value={value} placeholder={placeholder} spellCheck={false} autoCapitalize="off" autoComplete="off"
          aria-autocomplete="list" aria-controls={isOpen ? `${id}-list` : undefined} aria-activedescendant={isOpen ? `${id}-${active}` : undefined}
          aria-invalid={said.length > 0} data-invalid={said.length > 0 || undefined} aria-describedby={`${id}-said ${id}-what`}
          onChange={(event) => {
            onChange(event.target.value)
            open(event.target.selectionStart)
          }}
          onKeyDown={onKey} onBlur={() => open(null)} onClick={() => open(null)}
        />
        {isOpen && <Choices id={id} choices={choices} active={active} onTake={take} />}
      </div>
      {what && <span id={`${id}-what`} className="description">{what}</span>}
      <div id={`${id}-said`} className={css.said} data-fresh={isFresh}>
        {said.map((words) => <Said key={words} words={words} value={value} onGo={(at) => {
          field.current?.focus()
          field.current?.setSelectionRange(at, at + 1)
        }} />)}
        <Found found={found} />
      </div>
      <span className="unseen" role="status">{isOpen ? t('policy.completions', { n: choices.length }) : ''}</span>
    </div>
  )
}

interface Moves {
  isOpen: boolean
  count: number
  active: number
  setActive: (at: number) => void
  open: (at: number | null) => void
  take: () => void
}

/** True where the key was for the list. */
function keys(event: KeyboardEvent<HTMLTextAreaElement>, { isOpen, count, active, setActive, open, take }: Moves): boolean {
  if (event.key === ' ' && event.ctrlKey) {
    open(event.currentTarget.selectionStart)
    return true
  }
  if (!isOpen || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false
  const acts: Partial<Record<string, () => void>> = {
    ArrowDown: () => setActive((active + 1) % count), ArrowUp: () => setActive((active + count - 1) % count), Enter: take, Tab: take, Escape: () => open(null),
  }
  const act = acts[event.key]
  act?.()
  if (event.key === 'Escape') event.stopPropagation()
  return act !== undefined
}

function Choices({ id, choices, active, onTake }: { id: string; choices: readonly Completion[]; active: number; onTake: (choice: Completion) => void }) {
  const t = useT()
  const list = useRef<HTMLUListElement>(null)
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const meaning = (one: Completion) => (one.kind === 'fact' ? t.word('fact', one.text) : one.kind === 'test' || one.kind === 'word' ? t.word('policy.test', one.meaning) : one.meaning)
  return (
    <ul ref={list} id={`${id}-list`} role="listbox" aria-label={t('policy.completions.label')} className={css.choices}>
      {choices.map((one, place) => (
        <li
          key={one.text} id={`${id}-${place}`} role="option" aria-selected={place === active} className={css.choice}
          onPointerDown={(event) => {
            event.preventDefault() // the field keeps the focus
            onTake(one)
          }}
        >
          <code>{one.text}</code> <span className="quiet small">{meaning(one)}</span>
        </li>
      ))}
    </ul>
  )
}

function Said({ words, value, onGo }: { words: string; value: string; onGo: (at: number) => void }) {
  const t = useT()
  const position = positionIn(words)
  const said = problemWords(words, t)
  if (position === null) return <p className={css.wrong}><Icon name="alert" size={14} /> {said}</p>
  const [before, letter, after] = around(value, position)
  const at = Array.from(value).slice(0, position - 1).join('').length
  return (
    <div className={css.stack}>
      <p className={css.wrong}><Icon name="alert" size={14} /> {said}</p>
      <button type="button" className={css.excerpt} onClick={() => onGo(at)} aria-label={t('policy.go_to_character', { n: position })}>
        <code dir="ltr">{before}<mark>{letter.trim() ? letter : ' '}</mark>{after}</code>
      </button>
    </div>
  )
}
