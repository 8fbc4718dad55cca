import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { unsent } from '../../desk/outbox'
import type { Detail } from '../../desk/wire'
import { Button, deskPath, href, useDesk, useT } from '../../shared'
import css from './Conversation.module.css'
import { Event } from './Event'
import { lines } from './lines'
import { Message } from './Message'
import { Unsent } from './Unsent'

const NEAR_PX = 80

/** Everything that happened, oldest first. Stays at the end while the reader is there, and nowhere else. */
export function Log({ detail }: { detail: Detail }) {
  const t = useT()
  const all = useMemo(() => lines(detail.touches, t), [detail.touches, t])
  const pending = useDesk((state) => unsent(state, detail.card.id))
  const { box, below, toEnd } = useEnd(detail.card.id, all.length + pending.length)
  return (
    <div className={css.frame}>
      <div ref={box} className={css.log} role="log" aria-label={t('talk.log')} tabIndex={0}>
        {detail.card.parent_id && (
          <p className={css.event}>
            <a href={href(deskPath(detail.card.parent_id))}>{t('talk.parent')}</a>
          </p>
        )}
        <Fields fields={detail.fields} />
        {all.length === 0 && <p className={css.event}>{t('talk.empty')}</p>}
        {all.map((line) => {
          if (line.kind === 'day') return <p key={line.key} className={css.day}><span>{line.text}</span></p>
          if (line.kind === 'event') return <Event key={line.key} touch={line.touch} customer={detail.card.customer_name} />
          return <Message key={line.key} touch={line.touch} customer={detail.card.customer_name} />
        })}
        {pending.map((item, index) => (
          <Unsent key={item.id} item={item} behind={index > 0} />
        ))}
      </div>
      {below && (
        <Button className={css.toEnd} icon="down" onPress={toEnd}>
          {t('talk.new')}
        </Button>
      )}
    </div>
  )
}

function useEnd(id: string, count: number) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [below, setBelow] = useState(false)
  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }
  useEffect(() => {
    const node = box.current
    if (!node) return undefined
    const look = () => {
      atEnd.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX
      if (atEnd.current) setBelow(false)
    }
    node.addEventListener('scroll', look, { passive: true })
    const resized = new ResizeObserver(() => atEnd.current && node.scrollTo({ top: node.scrollHeight }))
    resized.observe(node)
    return () => {
      node.removeEventListener('scroll', look)
      resized.disconnect()
    }
  }, [])
  useLayoutEffect(() => {
    atEnd.current = true
    toEnd()
  }, [id])
  useLayoutEffect(() => {
    if (atEnd.current) toEnd()
    else setBelow(true)
  }, [count])
  return { box, below, toEnd }
}

function Fields({ fields }: { fields: Detail['fields'] }) {
  const t = useT()
  const entries = Object.entries(fields)
  if (!entries.length) return null
  return (
    <section className={css.fields} aria-label={t('talk.fields')}>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
