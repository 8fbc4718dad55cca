// WhatsApp lets us write freely for a day after the customer's last word; afterwards only what was agreed beforehand.
import { useState } from 'react'
import type { TemplateUse, TemplateView, TextingView } from '../../desk/wire'
import { Button, Select, TextField, useDeskParts, useT } from '../../shared'
import css from './Composer.module.css'

export function Templates({ id, texting }: { id: string; texting: TextingView }) {
  const t = useT()
  const { outbox } = useDeskParts()
  const [chosen, setChosen] = useState<string | null>(null)
  const [first] = texting.templates
  const template = texting.templates.find((one) => one.id === chosen) ?? first
  if (!template) return <p className={css.obstacle}>{t('texts.no_templates')}</p>
  const choices = texting.templates.map((one) => ({ id: one.id, name: t.name(one.name) }))
  return (
    <div className={css.agreed}>
      <Select label={t('texts.template')} choices={choices} value={template.id} onChange={setChosen} />
      <Filling key={template.id} template={template} onSend={(text, use) => outbox.send(id, 'reply', text, [], { template: use })} />
    </div>
  )
}

/** A template with what was filled in. */
export type Filled = Required<TemplateUse>

/** What is filled in, and what comes of it. */
export function Filling({ template, busy = false, onSend }: { template: TemplateView; busy?: boolean; onSend: (text: string, use: Filled) => void }) {
  const t = useT()
  const [given, setGiven] = useState<Record<string, string>>({})
  const variables = Object.fromEntries(template.places.map((place) => [place, (given[place] ?? '').trim()]))
  const ready = Object.values(variables).every((value) => value !== '')
  const submit = () => {
    onSend(filled(template.text, variables), { id: template.id, variables })
    setGiven({})
  }
  return (
    <>
      {template.places.map((place) => (
        <TextField key={place} label={t('texts.place', { name: place })} value={given[place] ?? ''} maxLength={500}
          onChange={(value) => setGiven({ ...given, [place]: value })} />
      ))}
      <figure>
        <figcaption className="quiet small">{t('texts.preview')}</figcaption>
        <blockquote dir="auto">{filled(template.text, variables)}</blockquote>
      </figure>
      <Button kind="primary" icon="send" onPress={submit} isDisabled={!ready || busy}>{t('texts.send')}</Button>
    </>
  )
}

/** As the hub fills it in; a place that nothing stands in yet shows its name. */
export function filled(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w{1,40})\}\}/g, (whole, place: string) => variables[place] || whole)
}
