// The agent's page: list, conversation, customer. Three columns where there is room, one at a time where there is not.
import { useState } from 'react'
import type { Card, Detail } from '../desk/wire'
import { Callback } from '../features/callback/Callback'
import { Composer } from '../features/composer/Composer'
import { Conversation } from '../features/conversation/Conversation'
import { CustomerPanel } from '../features/customers/CustomerPanel'
import { Inbox } from '../features/inbox/Inbox'
import { extensionsLeft } from '../features/wrapup/extensions'
import { WrapUp } from '../features/wrapup/WrapUp'
import { Button, deskPath, isMac, keyLabel, names, useDesk, useMe, useT, useWhere } from '../shared'
import { Boundary } from './Boundary'
import css from './DeskPage.module.css'

export function DeskPage({ id, panel = false }: { id?: string; panel?: boolean }) {
  const t = useT()
  const [, go] = useWhere()
  return (
    <div className={names(css.desk, id && css.opened, panel && css.paneled)}>
      {!id && <h1 className="unseen">{t('nav.desk')}</h1>}
      <div className={css.list}>
        <Boundary>
          <Inbox open={id} />
        </Boundary>
      </div>
      <div className={css.talk}>
        {id ? (
          <Boundary key={id}>
            <Conversation
              id={id} onBack={() => go('/desk')} onPanel={() => go(panel ? deskPath(id) : `${deskPath(id)}/customer`)}
              foot={(detail, card) => <Foot detail={detail} card={card} />}
            />
          </Boundary>
        ) : (
          <Nobody />
        )}
      </div>
      {id && (
        <aside className={css.panel} aria-label={t('talk.panel')}>
          <Side key={id} id={id} />
        </aside>
      )}
    </div>
  )
}

/** Nothing is opened: a word on how to go on, and no more. */
function Nobody() {
  const t = useT()
  const some = useDesk((state) => Object.keys(state.cards).length > 0)
  return (
    <div className={css.nobody}>
      {some && <strong>{t('inbox.choose')}</strong>}
      {t('inbox.choose.what', { keys: keyLabel('Mod+KeyK', isMac()) })}
    </div>
  )
}

function Side({ id }: { id: string }) {
  const t = useT()
  const [, go] = useWhere()
  const customer = useDesk((state) => state.details[id]?.customer)
  return (
    <>
      <Button kind="plain" icon="back" className={css.back} onPress={() => go(deskPath(id))}>
        {t('action.back')}
      </Button>
      {customer && (
        <Boundary>
          <CustomerPanel customer={customer} interactionId={id} />
        </Boundary>
      )}
    </>
  )
}

/** Below the conversation: writing, or the wrap-up, with a word where somebody else or nobody holds it. */
function Foot({ detail, card }: { detail: Detail; card: Card }) {
  const [, go] = useWhere()
  const me = useMe().id
  const [writing, setWriting] = useState(false)
  const wrapping = card.state === 'wrapping' && card.agent_id === me
  return (
    <>
      <Standing card={card} mine={card.agent_id === me} />
      {(card.callback || detail.callback) && <Callback key={`back ${card.id}`} card={card} mine={card.agent_id === me} />}
      {(!wrapping || writing) && <Composer key={card.id} detail={detail} card={card} />}
      {wrapping && <WrapUp key={card.id} card={card} more={extensionsLeft(detail)} onDone={() => go('/desk')} onReply={() => setWriting((on) => !on)} />}
    </>
  )
}

function Standing({ card, mine }: { card: Card; mine: boolean }) {
  const t = useT()
  const text = {
    queued: t('talk.queued'),
    offered: t('talk.offered'),
    waiting: t('talk.aside'),
    parked: t('talk.aside'),
    done: t('talk.done'),
    active: mine ? '' : t('talk.held_by', { name: card.agent_name ?? '' }),
    wrapping: mine ? '' : t('talk.held_by', { name: card.agent_name ?? '' }),
  }[card.state]
  return text ? <p className={css.standing}>{text}</p> : null
}
