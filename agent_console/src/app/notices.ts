// A promise at risk or broken, and work taken from me: said once, the moment it happens.
import { useEffect, useRef } from 'react'
import type { TouchView } from '../desk/wire'
import { useT } from '../i18n'
import { chime, notify, useDesk, useTell } from '../shared'

export function useNotices(): void {
  const t = useT()
  const tell = useTell()
  const notices = useDesk((state) => state.notices)
  const said = useRef(new Set<string>())
  useEffect(() => {
    for (const touch of notices) {
      if (said.current.has(touch.id)) continue
      said.current.add(touch.id)
      const words = wordsOf(touch, touch.customer || touch.reference, t)
      tell(words)
      if (touch.kind === 'accepted') continue // nothing to do for me any more
      chime('message')
      notify(words, '')
    }
  }, [notices, t, tell])
}

function wordsOf({ kind, data, actor_name }: TouchView, name: string, t: ReturnType<typeof useT>): string {
  if (kind === 'accepted') return t('notice.first', { name, agent: actor_name })
  const reason = t.word('system_reason', typeof data.reason === 'string' ? data.reason : '')
  if (kind === 'requeued') return t('notice.taken', { name, reason })
  if (kind === 'escalated') return t('notice.escalated', { name, reason })
  const clock = t.word('clock', String(data.clock))
  if (kind === 'sla_breached') return t('notice.breached', { name, clock })
  return kind === 'sla_warned' ? t('notice.warned', { name, clock }) : t('notice.cleared', { name, clock })
}
