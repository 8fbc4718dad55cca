// What counts for the whole policy, and the skills that there are.
import { useState } from 'react'
import { Button, TextField, useT } from '../../shared'
import { put } from './document'
import { NumberAt, Part, RemoveButton, TextAt, WrongAt } from './Fields'
import { skillsOf, useDocument, useDraft } from './parts'
import css from './Policy.module.css'

export function General() {
  const t = useT()
  return (
    <section className={css.editor} aria-label={t('policy.tab.general')}>
      <Part title={t('policy.general.order')} what={t('policy.general.order.what')}>
        <div className={css.pair}>
          <NumberAt path="priority_minutes" label={t('policy.field.priority_minutes')} unit={t('policy.unit.minutes')} what={t('policy.priority_minutes.what')} fallback="5" />
          <NumberAt path="hold_back_minutes" label={t('policy.field.hold_back_minutes')} unit={t('policy.unit.minutes')} what={t('policy.hold_back.what')} fallback="10" />
          <NumberAt path="offers_per_agent" label={t('policy.field.offers_per_agent')} what={t('policy.offers_per_agent.what')} fallback="1" />
          <NumberAt path="longest_overtake_minutes" label={t('policy.field.longest_overtake_minutes')} unit={t('policy.unit.minutes')} what={t('policy.longest_overtake.what')} fallback="480" />
        </div>
        <TextAt path="zone" label={t('policy.field.zone')} what={t('policy.zone.facts')} placeholder="UTC" />
      </Part>
      <Skills />
    </section>
  )
}

function Skills() {
  const t = useT()
  const draft = useDraft()
  const document = useDocument()
  const [name, setName] = useState('')
  const all = skillsOf(document)
  const wanted = name.trim()
  const taken = all.includes(wanted)
  return (
    <Part title={t('policy.field.skills')} what={t('policy.skills.what')}>
      {all.length === 0 && <p className="quiet">{t('policy.skills.none')}</p>}
      <ul className={css.skills}>
        {all.map((skill, place) => (
          <li key={skill} className={css.skill}>
            <bdi>{skill}</bdi>
            <RemoveButton label={t('policy.remove_of', { name: skill })} onPress={() => draft.change(put(document, `skills[${place}]`, undefined))} />
            <WrongAt path={`skills[${place}]`} />
          </li>
        ))}
      </ul>
      <WrongAt path="skills" />
      <form className={css.tools} onSubmit={(event) => {
        event.preventDefault()
        if (!wanted || taken) return
        draft.change(put(document, 'skills', [...all, wanted].sort((a, b) => a.localeCompare(b))))
        setName('')
      }}>
        <TextField label={t('policy.skills.new')} value={name} onChange={setName} error={taken ? t('policy.skills.taken') : null} />
        <Button icon="plus" type="submit" isDisabled={!wanted || taken}>{t('policy.skills.add')}</Button>
      </form>
    </Part>
  )
}
