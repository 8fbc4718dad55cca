// As whom it goes, what stands below it, and whether the original is quoted.
import { Icon, Switch, useT } from '../../shared'
import css from './Mail.module.css'

interface Props {
  from: string | null
  signature: string
  quote: { value: boolean; word: string; onChange: (on: boolean) => void } | null
  /** Something to think about before sending once more. */
  hint: string | null
}

export function MailFoot({ from, signature, quote, hint }: Props) {
  const t = useT()
  return (
    <div className={css.foot}>
      {hint && <p className={css.warning} role="alert"><Icon name="alert" size={14} /><span>{hint}</span></p>}
      <div className={css.facts}>
        {from && <span className="ellipsis"><bdi>{t('composer.from', { address: from })}</bdi></span>}
        {signature ? (
          <details className={css.signature}>
            <summary>{t('composer.signature')}</summary>
            <p dir="auto">{signature}</p>
          </details>
        ) : (
          <span>{t('composer.no_signature')}</span>
        )}
        {quote && <Switch value={quote.value} onChange={quote.onChange}>{quote.word}</Switch>}
      </div>
    </div>
  )
}
