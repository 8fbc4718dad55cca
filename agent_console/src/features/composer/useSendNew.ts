import { useState } from 'react'
import { ApiError } from '../../desk/api'
import { describe, deskPath, useApi, useAttempt, useDeskParts, useT, useTell, useWhere } from '../../shared'
import { detachAll, useAttached } from './files'
import { doubtOf, flawOf, toSend } from './newMail'
import type { Doubt, Fresh } from './newMail'
import { NEW_MAIL, wireSheet } from './sheets'

/** Files of the one new mail. */
export const FILES = 'new mail'

/** Sends one mail, however often it is tried. */
export function useSendNew(onDone: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const { dispatch } = useDeskParts()
  const files = useAttached(FILES)
  const idOf = useAttempt()
  const [state, setState] = useState<{ busy: boolean; flaw: boolean; doubt: Doubt | null; error: string | null }>({ busy: false, flaw: false, doubt: null, error: null })

  const send = (fresh: Fresh, mailbox: string) => {
    if (flawOf(fresh, files.length)) { setState({ busy: false, flaw: true, doubt: null, error: null }); return; }
    const doubt = doubtOf(fresh, files.length)
    if (doubt && doubt !== state.doubt) { setState({ busy: false, flaw: false, doubt, error: null }); return; }
    setState({ busy: true, flaw: false, doubt: null, error: null })
    api.newMail(toSend(idOf([fresh, mailbox]), fresh, mailbox, files.flatMap((file) => file.id ?? []), wireSheet(NEW_MAIL))).then(
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
