// The whole document as text, for those who prefer it and for what the forms do not show.
import { useEffect, useId, useRef } from 'react'
import { Icon, useT } from '../../shared'
import { useDocument, useDraft, useDraftState } from './parts'
import { spanOf } from './places'
import css from './Policy.module.css'

export function Source() {
  const t = useT()
  const id = useId()
  const draft = useDraft()
  const document = useDocument()
  const typed = useDraftState((state) => state.source)
  const focus = useDraftState((state) => state.focus)
  const field = useRef<HTMLTextAreaElement>(null)
  const source = typed ?? JSON.stringify(document, null, 2)
  const problem = typed === null ? null : problemOf(typed)
  const at = useRef(0)
  useEffect(() => {
    const area = field.current
    if (!focus || !area || at.current === focus.turn) return
    at.current = focus.turn
    const [begin, end] = spanOf(area.value, focus.path)
    area.focus()
    area.setSelectionRange(begin, end)
    const lines = area.value.split('\n').length
    area.scrollTop = (area.scrollHeight / lines) * (area.value.slice(0, begin).split('\n').length - 4)
  }, [focus])
  return (
    <section className={css.stack} aria-label={t('policy.tab.source')}>
      <p className="quiet">{t('policy.source.what')}</p>
      <label htmlFor={id} className="unseen">{t('policy.tab.source')}</label>
      <textarea
        ref={field} id={id} className={`input ${css.source ?? ''}`} value={source} spellCheck={false} autoCapitalize="off" dir="ltr" wrap="off"
        aria-invalid={problem !== null} aria-describedby={`${id}-wrong`} data-invalid={problem !== null || undefined}
        onChange={(event) => draft.type(event.target.value)}
      />
      <div id={`${id}-wrong`} className={css.said} role="status">
        {problem && <p className={css.wrong}><Icon name="alert" size={14} /> {t('policy.source.wrong')} <span lang="en">{problem}</span></p>}
      </div>
    </section>
  )
}

/** Why it is no document, in the browser's words, with line and column where it tells them. */
function problemOf(source: string): string | null {
  try {
    const found: unknown = JSON.parse(source)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? null : '{ … }'
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem)
  }
}
