// Everything that happened with one customer, on every channel, newest first. Notes are marked as internal.
import { useState } from 'react'
import type { CustomerView, TouchView } from '../../desk/wire'
import { Blank, Button, ChannelGlyph, clockTime, day, describe, deskPath, href, Icon, names, Player, Select, sendErrorText, Switch, useApi, useDesk, useT, whyText } from '../../shared'
import { byDay, didOf, facts, late, recordingOf } from './timeline'
import type { Pages } from './timeline'
import { useTimeline } from './useTimeline'
import css from './Customers.module.css'

const channels = ['webchat', 'form', 'email', 'voice', 'voicemail', 'sms', 'whatsapp', 'manual'] as const

interface Props {
  customer: Pick<CustomerView, 'id' | 'name'>
  /** Changes whenever something has happened with this customer. */
  changed: string
  /** Touches of this interaction stand beside the timeline already. */
  interactionId?: string
  /** On a page of its own its title is one level higher. */
  isPage?: boolean
}

export function Timeline({ customer, changed, interactionId, isPage = false }: Props) {
  const t = useT()
  const [channel, setChannel] = useState<string | null>(null)
  const [everything, setEverything] = useState(false)
  const Title = isPage ? 'h2' : 'h3'
  const { pages, error, older } = useTimeline(customer.id, { channel, everything }, changed)
  const choices = [{ id: 'all', name: t('timeline.every_channel') }, ...channels.map((id) => ({ id, name: t.word('channel', id) }))]
  return (
    <section className={css.timeline} aria-label={t('customer.timeline')}>
      <div className={css.filters}>
        <Title className={css.title}>{t('customer.timeline')}</Title>
        <Select bare label={t('timeline.channel')} choices={choices} value={channel ?? 'all'} onChange={(id) => setChannel(id === 'all' ? null : id)} />
        <Switch value={everything} onChange={setEverything}>{t('timeline.everything')}</Switch>
      </div>
      {error !== null && <p className="notice bad">{describe(error, t)}</p>}
      {pages && <Days pages={pages} interactionId={interactionId} name={customer.name} level={isPage ? 'h3' : 'h4'} />}
      {pages?.next && <Button onPress={older}>{t('timeline.older')}</Button>}
    </section>
  )
}

interface DaysProps {
  pages: Pages
  interactionId: string | undefined
  name: string
  level: 'h3' | 'h4'
}

function Days({ pages, interactionId, name, level: Level }: DaysProps) {
  const t = useT()
  if (!pages.touches.length) return <Blank title={t('timeline.empty')} />
  return (
    <>
      {byDay(pages.touches).map((one) => (
        <section key={one.at} className={css.day}>
          <Level className={css.date}>{day(one.at, t.language)}</Level>
          <ol>
            {one.touches.map((touch) => <Touch key={touch.id} touch={touch} here={touch.interaction_id === interactionId} name={name} />)}
          </ol>
        </section>
      ))}
      {!pages.next && <p className={names('quiet small', css.end)}>{t('timeline.end')}</p>}
    </>
  )
}

function Touch({ touch, here, name }: { touch: TouchView; here: boolean; name: string }) {
  const t = useT()
  const words = useWords()
  const about = facts(touch, words)
  const recording = recordingOf(touch)
  const quiet = touch.text === null && !recording
  return (
    <li className={css.touch} data-note={touch.note} data-quiet={quiet}>
      <time dateTime={touch.at} className={css.time}>{clockTime(touch.at, t.language)}</time>
      <ChannelGlyph channel={touch.channel} size={16} />
      <div className={css.what}>
        <p className={css.line}>
          {touch.note && <span className={css.label}><Icon name="note" size={14} /> {t('timeline.note')}</span>}
          <Actor touch={touch} name={name} />{' '}
          <span className="quiet">{t.word('did', didOf(touch))}</span>
          {about.map((fact) => <span key={fact}> · <bdi>{fact}</bdi></span>)}
          {late(touch) && <span className="quiet"> · {t('timeline.late', { when: `${day(touch.recorded_at, t.language)} ${clockTime(touch.recorded_at, t.language)}` })}</span>}
        </p>
        {touch.text !== null && !recording && <Text text={touch.text} />}
        {recording && <Player id={recording} stamp={touch.version} />}
        <Files touch={touch} />
        {!here && !quiet && <a className={css.reference} href={href(deskPath(touch.interaction_id))}>{touch.reference}</a>}
      </div>
    </li>
  )
}

function Actor({ touch, name }: { touch: TouchView; name: string }) {
  const t = useT()
  const other = touch.actor === 'customer' ? name || t('timeline.customer') : t('timeline.system')
  return <bdi className={css.actor}>{touch.actor_name || other}</bdi>
}

const LONG = 240

function Text({ text }: { text: string }) {
  const t = useT()
  const [whole, setWhole] = useState(false)
  const long = text.length > LONG || text.split('\n').length > 5
  return (
    <>
      <p className={css.text} dir="auto">{long && !whole ? `${text.split('\n').slice(0, 5).join('\n').slice(0, LONG)}…` : text}</p>
      {long && <button type="button" className={css.more} onClick={() => setWhole(!whole)} aria-expanded={whole}>{t(whole ? 'timeline.less' : 'timeline.whole')}</button>}
    </>
  )
}

function Files({ touch }: { touch: TouchView }) {
  const api = useApi()
  if (!touch.files.length) return null
  return (
    <ul className={css.files}>
      {touch.files.map((file) => (
        <li key={file.id}><a href={api.fileUrl(file.id)} download={file.name}><Icon name="clip" size={14} /> <bdi>{file.name}</bdi></a></li>
      ))}
    </ul>
  )
}

function useWords() {
  const t = useT()
  const { queues, agents } = useDesk((state) => ({ queues: state.queues, agents: state.agents }))
  return {
    agent: (id: string) => agents[id]?.name ?? id,
    queue: (id: string) => {
      const queue = queues.find((one) => one.id === id)
      return queue ? t.name(queue.name) : id
    },
    why: (reason: string, kind: string) => whyText(reason, kind, t),
    trouble: (error: string) => sendErrorText(error, t).word || error,
    way: (kind: string, direction: string) => `${t.word('channel', kind)}, ${t.word('log', direction)}`,
    disposition: (id: string) => {
      const found = queues.flatMap((queue) => queue.dispositions).find((one) => one.id === id)
      return found ? t.name(found.name) : t.word('disposition', id)
    },
  }
}
