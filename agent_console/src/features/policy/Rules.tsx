// The rules in the order in which they are tried: found, moved by mouse or keys, copied, taken away, and opened.
import { useDeferredValue, useRef, useState } from 'react'
import type { DragEvent, KeyboardEvent } from 'react'
import { Blank, Button, href, Icon, Menu, names, TextField, useT, useTell, useWhere } from '../../shared'
import { addRule, duplicateRule, list, move, put, table, tables, text } from './document'
import type { Table } from './document'
import { useDocument, useDraft, useDraftState, useQueueName } from './parts'
import { DEFAULT, idAt, tabPath, within } from './places'
import css from './Policy.module.css'
import { placeWords } from './words'

const SHOWN = 200

export function Rules() {
  const t = useT()
  const document = useDocument()
  const [wanted, setWanted] = useState('')
  const [shown, setShown] = useState(SHOWN)
  const found = useFound(useDeferredValue(wanted))
  const { add } = useRuleActions()
  const all = list(document.rules).length
  return (
    <section className={css.stack} aria-label={t('policy.tab.rules')}>
      <p className="quiet">{t('policy.rules.what')}</p>
      <div className={css.tools}>
        {all > 0 && <TextField label={t('policy.rules.find')} type="search" value={wanted} onChange={setWanted} />}
        <Button icon="plus" kind={all ? undefined : 'primary'} onPress={add}>{t('policy.rules.add')}</Button>
      </div>
      <p role="status" className={wanted ? 'quiet small' : 'unseen'}>{wanted && t('policy.rules.found', { n: found.length, all })}</p>
      {all === 0 && <Blank title={t('policy.rules.empty')}>{t('policy.rules.empty.what')}</Blank>}
      {all > 0 && found.length === 0 && <Blank title={t('policy.rules.none')}><Button onPress={() => setWanted('')}>{t('policy.rules.all')}</Button></Blank>}
      <RuleList places={found.slice(0, shown)} all={all} />
      {found.length > shown && <div><Button onPress={() => setShown((n) => n + SHOWN)}>{t('policy.rules.more', { n: found.length - shown })}</Button></div>}
      <DefaultRow />
    </section>
  )
}

/** Places of the rules in which all words occur. */
function useFound(wanted: string): number[] {
  const document = useDocument()
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  return tables(document.rules).flatMap((rule, place) => {
    const all = words.length ? [text(rule.id), text(rule.name), text(rule.when), JSON.stringify(rule.place ?? '')].join(' ').toLowerCase() : ''
    return words.every((word) => all.includes(word)) ? [place] : []
  })
}

function useRuleActions() {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const tell = useTell()
  const [, go] = useWhere()
  const name = (place: number) => text(tables(document.rules)[place]?.name) || idAt(document, 'rules', place)
  return {
    add: () => {
      const added = addRule(document, t('policy.rules.new'))
      draft.change(added.document)
      go(tabPath('rules', added.id))
    },
    duplicate: (place: number) => {
      const copy = duplicateRule(document, place, t('policy.rules.copy_of', { name: name(place) }))
      draft.change(copy.document)
      go(tabPath('rules', copy.id))
    },
    remove: (place: number) => {
      draft.change(put(document, `rules[${place}]`, undefined))
      tell(t('policy.rules.removed', { name: name(place) }))
    },
    shift: (from: number, to: number) => {
      const last = list(document.rules).length - 1
      draft.change(move(document, 'rules', from, Math.max(0, Math.min(last, to))))
    },
  }
}

function RuleList({ places, all }: { places: readonly number[]; all: number }) {
  const t = useT()
  const document = useDocument()
  const { shift } = useRuleActions()
  const [dragged, setDragged] = useState<number | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const said = useRef<HTMLParagraphElement>(null)
  const rows = useRef<HTMLOListElement>(null)
  const moveTo = (from: number, to: number) => {
    if (to < 0 || to >= all || to === from) return
    shift(from, to)
    if (said.current) said.current.textContent = t('policy.rules.moved', { n: to + 1, all })
    requestAnimationFrame(() => rows.current?.querySelector<HTMLElement>(`[data-place="${to}"] [data-grip]`)?.focus())
  }
  const drop = (event: DragEvent, to: number) => {
    event.preventDefault()
    if (dragged !== null) moveTo(dragged, to)
    setDragged(null)
    setOver(null)
  }
  return (
    <>
      <p ref={said} className="unseen" role="status" />
      <ol ref={rows} className={css.rules} aria-label={t('policy.tab.rules')}>
        {places.map((place) => (
          <li
            key={idAt(document, 'rules', place)} data-place={place} className={css.rule} data-over={over === place && dragged !== place} data-down={dragged !== null && dragged < place}
            onDragOver={(event) => {
              event.preventDefault()
              setOver(place)
            }}
            onDrop={(event) => drop(event, place)}
          >
            <RuleRow place={place} all={all} onMove={moveTo} onDrag={setDragged} />
          </li>
        ))}
      </ol>
    </>
  )
}

interface RowProps {
  place: number
  all: number
  onMove: (from: number, to: number) => void
  onDrag: (place: number | null) => void
}

function RuleRow({ place, all, onMove, onDrag }: RowProps) {
  const t = useT()
  const document = useDocument()
  const rule = tables(document.rules)[place] ?? {}
  const id = idAt(document, 'rules', place)
  const name = text(rule.name) || id
  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: all - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    onMove(place, to)
  }
  return (
    <>
      <button
        type="button" data-grip="" className={css.grip} aria-label={t('policy.rules.move', { name, n: place + 1 })} title={t('policy.rules.move.how')}
        draggable onKeyDown={onKey} onDragStart={() => onDrag(place)} onDragEnd={() => onDrag(null)}
      >
        <span aria-hidden="true">⠿</span> {place + 1}
      </button>
      <div className={css.ruleBody}>
        <a href={href(tabPath('rules', id))} className={css.ruleName}><bdi>{name}</bdi></a>
        <When rule={rule} />
        <Placed place={table(rule.place)} />
        <Marks path={`rules[${place}]`} />
      </div>
      <RuleMenu place={place} all={all} name={name} onMove={onMove} />
    </>
  )
}

function When({ rule }: { rule: Table }) {
  const t = useT()
  const when = text(rule.when)
  return (
    <p className={css.when}>
      <span className="quiet small">{t('policy.when')}</span> {when ? <code>{when}</code> : <em className="quiet">{t('policy.when.missing')}</em>}
    </p>
  )
}

export function Placed({ place }: { place: Table }) {
  const t = useT()
  const queueName = useQueueName()
  const [queue, ...rest] = placeWords(place, t, queueName)
  return (
    <p className={css.placed}>
      <span aria-hidden="true">→</span><span className="unseen">{t('policy.goes_to')}</span> <strong><bdi>{queue}</bdi></strong>
      {rest.map((one) => <span key={one} className="chip">{one}</span>)}
    </p>
  )
}

/** How much the check has to say of a thing. */
export function Marks({ path }: { path: string }) {
  const t = useT()
  const wrong = useDraftState((state) =>
    state.problems.filter((one) => within(one.path, path)).length + state.findings.filter((one) => one.severity === 'error' && within(one.path, path)).length)
  const odd = useDraftState((state) => state.findings.filter((one) => one.severity !== 'error' && within(one.path, path)).length)
  if (!wrong && !odd) return null
  return (
    <p className={css.marks}>
      {wrong > 0 && <span className="chip bad"><Icon name="alert" size={14} /> {t('policy.check.wrong', { n: wrong })}</span>}
      {odd > 0 && <span className="chip warn"><Icon name="alert" size={14} /> {t('policy.check.odd', { n: odd })}</span>}
    </p>
  )
}

function RuleMenu({ place, all, name, onMove }: { place: number; all: number; name: string; onMove: (from: number, to: number) => void }) {
  const t = useT()
  const document = useDocument()
  const [, go] = useWhere()
  const { duplicate, remove } = useRuleActions()
  return (
    <div className={css.ruleActions}>
      <Button kind="plain" icon="up" aria-label={t('policy.rules.up', { name })} isDisabled={place === 0} onPress={() => onMove(place, place - 1)} className={css.wideOnly} />
      <Button kind="plain" icon="down" aria-label={t('policy.rules.down', { name })} isDisabled={place === all - 1} onPress={() => onMove(place, place + 1)} className={css.wideOnly} />
      <Menu
        label={t('policy.rules.act', { name })} trigger={<Button kind="plain" icon="more" aria-label={t('policy.rules.act', { name })} />}
        entries={[
          { id: 'edit', name: t('policy.edit'), icon: 'edit', onAction: () => go(tabPath('rules', idAt(document, 'rules', place))) },
          { id: 'copy', name: t('policy.rules.duplicate'), icon: 'plus', onAction: () => duplicate(place) },
          { id: 'up', name: t('policy.rules.move_up'), icon: 'up', isDisabled: place === 0, onAction: () => onMove(place, place - 1) },
          { id: 'down', name: t('policy.rules.move_down'), icon: 'down', isDisabled: place === all - 1, onAction: () => onMove(place, place + 1) },
          { id: 'first', name: t('policy.rules.move_first'), isDisabled: place === 0, onAction: () => onMove(place, 0) },
          { id: 'last', name: t('policy.rules.move_last'), isDisabled: place === all - 1, onAction: () => onMove(place, all - 1) },
          { id: 'remove', name: t('policy.remove'), icon: 'close', onAction: () => remove(place) },
        ]}
      />
    </div>
  )
}

function DefaultRow() {
  const t = useT()
  const document = useDocument()
  const place = table(document.default)
  return (
    <div className={names(css.rule, css.default)}>
      <span className={css.grip} aria-hidden="true">∗</span>
      <div className={css.ruleBody}>
        <a href={href(tabPath('rules', DEFAULT))} className={css.ruleName}>{t('policy.default')}</a>
        <p className="quiet small">{t('policy.default.what')}</p>
        {text(place.queue) ? <Placed place={place} /> : <p className={css.wrong}><Icon name="alert" size={14} /> {t('policy.default.missing')}</p>}
        <Marks path="default" />
      </div>
    </div>
  )
}
