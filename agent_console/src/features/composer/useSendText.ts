import { useState } from 'react'
import { ApiError } from '../../desk/api'
import { deskPath, useApi, useAttempt, useT, useTell, useWhere } from '../../shared'
import { detachAll } from './files'
import type { Attached } from './files'
import type { FreshText } from './newText'
import { NEW_TEXT, wireSheet } from './sheets'
import type { Filled } from './Templates'

/** Sends one new text, however often it is tried. */
export function useSendText(onDone: () => void) {
  const t = useT()
  const api = useApi()
  const tell = useTell()
  const [, go] = useWhere()
  const idOf = useAttempt()
  const [state, setState] = useState<{ busy: boolean; error: ApiError | null }>({ busy: false, error: null })
  const send = ({ sender, customerId, number, text }: FreshText & { sender: string }, files: readonly Attached[], template: Filled | null = null) => {
    if (state.busy) return
    const wanted = { sender, customer_id: customerId, number, text, template, files: files.flatMap((file) => file.id ?? []) }
    setState({ busy: true, error: null })
    api.newText({ id: idOf(wanted), ...wanted, sheet: wireSheet(NEW_TEXT) }).then(
      (touch) => {
        detachAll(NEW_TEXT)
        onDone()
        tell(t('new_text.sent', { reference: touch.reference }))
        go(deskPath(touch.interaction_id))
      },
      (error: unknown) => setState({ busy: false, error: error instanceof ApiError ? error : new ApiError(0, {}) }),
    )
  }
  return { send, ...state }
}
