// To, Cc, Bcc and subject. What is empty and seldom wanted is one press away.
import { useState } from 'react'
import { Input, TextField } from 'react-aria-components'
import { Button, Icon, useT } from '../../shared'
import type { Field, Head, Problem } from './letter'
import css from './Mail.module.css'
import { Recipients } from './Recipients'
import type { Recipient } from './recipients'

interface Props {
  head: Head
  onChange: (edits: Partial<Head>) => void
  known: readonly Recipient[]
  bad: ReadonlyMap<string, string>
  /** Shown once somebody tried to send. */
  problem: Problem | null
  /** Subject shown from the start, as a new mail wants it. */
  isNew?: boolean
  focus?: Field | null
}

export function MailHead({ head, onChange, known, bad, problem, isNew = false, focus = null }: Props) {
  const t = useT()
  const [opened, setOpened] = useState<ReadonlySet<Field | 'subject'>>(() => new Set(isNew ? ['subject'] : []))
  const open = (what: Field | 'subject') => setOpened((all) => new Set([...all, what]))
  const shown = (field: Field) => field === 'to' || head[field].length > 0 || opened.has(field)
  const fields = (['to', 'cc', 'bcc'] as const).filter(shown)
  return (
    <div className={css.head}>
      {fields.map((field) => (
        <Recipients
          key={field} label={t(`mail.field.${field}`)} value={head[field]} known={known} bad={bad} isInvalid={problem?.field === field}
          onChange={(value) => onChange({ [field]: value })} autoFocus={focus === field || (field !== 'to' && opened.has(field))}
        >
          {field === 'to' && (
            <span className={css.openers}>
              {(['cc', 'bcc'] as const).filter((one) => !shown(one)).map((one) => (
                <Button key={one} kind="plain" onPress={() => open(one)}>{t(`mail.field.${one}`)}</Button>
              ))}
              {!opened.has('subject') && <Button kind="plain" onPress={() => open('subject')}>{t('composer.subject')}</Button>}
            </span>
          )}
        </Recipients>
      ))}
      {opened.has('subject') && (
        <TextField aria-label={t('composer.subject')} className={css.line} value={head.subject} onChange={(subject) => onChange({ subject })} maxLength={500} autoFocus={!isNew} data-field="">
          <span className={css.label} aria-hidden="true">{t('composer.subject')}</span>
          <Input className={css.subject} dir="auto" />
        </TextField>
      )}
      <Warnings head={head} bad={bad} problem={problem} />
    </div>
  )
}

function Warnings({ head, bad, problem }: Pick<Props, 'head' | 'bad' | 'problem'>) {
  const t = useT()
  const unreachable = [...head.to, ...head.cc, ...head.bcc].filter((one) => bad.has(one.address.toLowerCase()))
  return (
    <>
      {problem && (
        <p className={css.problem} role="alert">
          <Icon name="alert" size={14} />
          {problem.code === 'nobody' ? t('composer.nobody') : t('composer.invalid', { address: problem.address })}
        </p>
      )}
      {unreachable.map((one) => (
        <p key={one.address} className={css.warning}>
          <Icon name="alert" size={14} />
          <span>{t('composer.undeliverable', { address: one.address, why: bad.get(one.address.toLowerCase()) ?? '' })}</span>
        </p>
      ))}
    </>
  )
}
