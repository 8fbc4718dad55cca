// The documentation of the policy, as it stands in docs/routing.md.
import { useT } from '../../shared'
import routing from '../../../../docs/routing.md?raw'
import { blocks } from './markdown'
import type { Block, Inline } from './markdown'
import { tabPath } from './places'
import css from './Policy.module.css'
import { Back } from './Rule'

const all = blocks(routing)

export function Help() {
  const t = useT()
  return (
    <article className={css.help}>
      <Back to={tabPath('rules')}>{t('policy.rules.back')}</Back>
      <p className="quiet">{t('policy.help.what')}</p>
      <div lang="en" className={css.helpBody}>{all.map((one, place) => <Shown key={place} block={one} />)}</div>
    </article>
  )
}

function Shown({ block }: { block: Block }) {
  if (block.kind === 'heading') return block.level <= 2 ? <h2><Line parts={block.text} /></h2> : <h3><Line parts={block.text} /></h3>
  if (block.kind === 'code') return <pre className={css.raw} tabIndex={0}>{block.text}</pre>
  if (block.kind === 'list') return <ul className={css.bullets}>{block.items.map((one, place) => <li key={place}><Line parts={one} /></li>)}</ul>
  if (block.kind === 'table') return <Grid head={block.head} rows={block.rows} />
  return <p><Line parts={block.text} /></p>
}

function Grid({ head, rows }: { head: Inline[][]; rows: Inline[][][] }) {
  return (
    <div className={css.scroll} tabIndex={0}>
      <table className={css.table}>
        <thead><tr>{head.map((one, place) => <th key={place} scope="col"><Line parts={one} /></th>)}</tr></thead>
        <tbody>{rows.map((row, n) => <tr key={n}>{row.map((one, place) => <td key={place}><Line parts={one} /></td>)}</tr>)}</tbody>
      </table>
    </div>
  )
}

function Line({ parts }: { parts: readonly Inline[] }) {
  return parts.map((one, place) => one.kind === 'code' ? <code key={place}>{one.text}</code> : one.kind === 'strong' ? <strong key={place}>{one.text}</strong> : one.text)
}
