import { useState } from 'react'
import type { Card } from '../../desk/wire'
import { Age, Button, ChannelGlyph, ClockChip, Countdown, customerPath, href, Icon, Menu, useApi, useCommand, useMe, useQueue, useT } from '../../shared'
import type { MenuEntry } from '../../shared'
import { useAct } from './act'
import css from './Conversation.module.css'
import { EscalateDialog } from './EscalateDialog'
import { GiveDialog } from './GiveDialog'
import { ParkDialog } from './ParkDialog'
import { TakeIt } from './TakeIt'

const WAITS_MINUTES = [60, 240, 1_440] as const

export function Header({ card, onBack, onPanel }: { card: Card; onBack: () => void; onPanel: () => void }) {
  const t = useT()
  const queue = useQueue(card.queue)
  return (
    <header className={css.header}>
      <Button kind="plain" icon="back" className={css.narrow} aria-label={t('talk.list')} onPress={onBack} />
      <div className={css.who}>
        <h1 className="ellipsis">
          <a href={href(customerPath(card.customer_id))} dir="auto">{card.customer_name || t('inbox.unknown')}</a>
          {card.subject && <bdi className={css.about}>{card.subject}</bdi>}
        </h1>
        <p className={css.facts}>
          <ChannelGlyph channel={card.channel} word size={16} />
          <span className={css.queue}>{queue ? t.name(queue.name) : card.queue}</span>
          <span className={css.reference}>{card.reference}</span>
          <ClockChip clock={card.clock} />
          <span className="chip">{t.word('state', card.state)}</span>
          {card.callback && <span className="chip">{t('callback.badge')}</span>}
          <Clock card={card} />
        </p>
      </div>
      <Actions card={card} />
      <Button kind="plain" icon="panel" className={css.panelButton} aria-label={t('talk.panel')} onPress={onPanel} />
    </header>
  )
}

function Clock({ card }: { card: Card }) {
  const due = card.state === 'waiting' || card.state === 'parked'
  return (
    <span className={css.clock}>
      <Icon name="clock" size={14} />
      {due && card.due_at ? <Countdown until={card.due_at} /> : <Age since={card.answered_at ?? card.queued_at} />}
    </span>
  )
}

function Actions({ card }: { card: Card }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const me = useMe()
  const mine = card.agent_id === me.id
  const aside = card.state === 'waiting' || card.state === 'parked'
  const active = mine && card.state === 'active'
  const end = () => act(api.end(card.id))
  useCommand(active ? { id: 'end', name: t('command.end'), keys: ['Alt+KeyE', 'KeyE'], run: end } : null)
  return (
    <div className={css.actions}>
      {card.state === 'queued' && <TakeIt card={card} />}
      {aside && <Button kind="primary" onPress={() => act(api.resume(card.id))}>{t('talk.resume')}</Button>}
      {active && <Button onPress={end} icon="check">{t('talk.end')}</Button>}
      {active && <More card={card} />}
    </div>
  )
}

function More({ card }: { card: Card }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const [dialog, setDialog] = useState<'park' | 'give' | 'escalate' | null>(null)
  const entries: MenuEntry[] = [
    ...WAITS_MINUTES.map((minutes) => ({
      id: String(minutes), icon: 'clock' as const, name: t('talk.wait', { time: hours(minutes, t.language) }),
      onAction: () => act(api.wait(card.id, { minutes })),
    })),
    { id: 'park', icon: 'hold', name: t('talk.park'), onAction: () => setDialog('park') },
    { id: 'give', icon: 'give', name: t('talk.give'), onAction: () => setDialog('give') },
    { id: 'escalate', icon: 'alert', name: t('talk.escalate'), onAction: () => setDialog('escalate') },
  ]
  return (
    <>
      <Menu label={t('talk.more')} trigger={<Button kind="plain" icon="more" aria-label={t('talk.more')} />} entries={entries} />
      {dialog === 'park' && <ParkDialog card={card} onClose={() => setDialog(null)} />}
      {dialog === 'escalate' && <EscalateDialog card={card} onClose={() => setDialog(null)} />}
      {dialog === 'give' && <GiveDialog card={card} onClose={() => setDialog(null)} />}
    </>
  )
}

function hours(minutes: number, language: string): string {
  const unit = minutes >= 1_440 ? 'day' : 'hour'
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(minutes / (unit === 'day' ? 1_440 : 60))
}
