import { useState } from 'react'
import { ApiError } from '../../desk/api'
import { newId } from '../../desk/ids'
import { describe, deskPath, useApi, useDeskParts, useT, useTell, useWhere } from '../../shared'
import { detachAll, useAttached } from './files'
import { doubtOf, flawOf, toSend } from './newMail'
import type { Doubt, Fresh } from './newMail'
import { NEW_MAIL, wireSheet } from './sheets'

/** Files of the one new mail. */
export const FILES = 'new mail'

/** Sends once, whatever the network does: every attempt carries the same id until what is sent has changed. */
export function useSendNew(onDone: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const { dispatch } = useDeskParts()
  const files = useAttached(FILES)
  const [attempt, setAttempt] = useState({ id: newId(), of: '' })
  const [state, setState] = useState<{ busy: boolean; flaw: boolean; doubt: Doubt | null; error: string | null }>({ busy: false, flaw: false, doubt: null, error: null })

  const send = (fresh: Fresh, mailbox: string) => {
    if (flawOf(fresh, files.length)) { setState({ busy: false, flaw: true, doubt: null, error: null }); return; }
    const doubt = doubtOf(fresh, files.length)
    if (doubt && doubt !== state.doubt) { setState({ busy: false, flaw: false, doubt, error: null }); return; }
    const of = JSON.stringify([fresh, mailbox])
    const id = attempt.of === '' || attempt.of === of ? attempt.id : newId()
    setAttempt({ id, of })
    setState({ busy: true, flaw: false, doubt: null, error: null })
    api.newMail(toSend(id, fresh, mailbox, files.flatMap((file) => file.id ?? []), wireSheet(NEW_MAIL))).then(
      (touch) => {
        if (touch.mail?.due_at) dispatch({ type: 'leaving', touch })
        detachAll(FILES)
        onDone()
        tell(t('new_mail.sent', { reference: touch.reference }))
        go(deskPath(touch.interaction_id))
      },
      (error: unknown) => setState({ busy: false, flaw: false, doubt: null, error: saidOf(error, t) }),
    )
  }
  return { send, ...state }
}

function saidOf(error: unknown, t: ReturnType<typeof useT>): string {
  const field = error instanceof ApiError ? Object.values(error.fields)[0] : undefined
  return field ? t.word('flaw', field) : describe(error, t)
}
