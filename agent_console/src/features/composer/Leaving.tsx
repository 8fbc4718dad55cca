// Mails that the hub still holds back, while their writer looks at something else: a last moment to think better of it.
import { useEffect } from 'react'
import type { TouchView } from '../../desk/wire'
import { Button, Countdown, deskPath, Icon, useCommand, useDesk, useDeskParts, useNow, useT, useTakeBack, useWhere } from '../../shared'
import css from './Mail.module.css'

export function Leaving() {
  const [where] = useWhere()
  const leaving = useDesk((state) => state.leaving)
  const elsewhere = leaving.filter((touch) => !where.startsWith(deskPath(touch.interaction_id)))
  if (!leaving.length) return null
  return <Held leaving={leaving} shown={elsewhere} />
}

function Held({ leaving, shown }: { leaving: readonly TouchView[]; shown: readonly TouchView[] }) {
  const { dispatch } = useDeskParts()
  const now = useNow()
  const over = leaving.find((touch) => Date.parse(touch.mail?.due_at ?? '') <= now)?.message_id
  useEffect(() => {
    if (over) dispatch({ type: 'left', messageId: over })
  }, [dispatch, over])
  const last = shown.at(-1)
  if (!last?.mail?.due_at) return null
  return <Strip key={last.id} touch={last} due={last.mail.due_at} />
}

function Strip({ touch, due }: { touch: TouchView; due: string }) {
  const t = useT()
  const [, go] = useWhere()
  const takeBack = useTakeBack()
  const undo = () => void takeBack(touch).then((done) => done && go(deskPath(touch.interaction_id)))
  useCommand({ id: 'undo', name: t('command.undo'), keys: ['Alt+KeyZ', 'KeyZ'], run: undo })
  const to = touch.mail?.to[0]
  return (
    <section className={css.leaving} aria-label={t('command.undo')}>
      <Icon name="clock" size={16} />
      <span className="ellipsis"><bdi>{t('mail.leaving', { name: (to?.name ?? '') || (to?.address ?? '') })}</bdi></span>
      <Countdown until={due} />
      <Button icon="undo" onPress={undo}>{t('mail.undo')}</Button>
    </section>
  )
}
