import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { CallView, Card } from '../../desk/wire'
import { chime, useApi, useDesk, useDeskParts, useMe, usePreferences, useTell } from '../../shared'
import { emulatorPort } from './emulator'
import { createOwner } from './owner'
import { Phone } from './phone'
import type { PhoneState } from './phone'
import { twilioPort } from './twilio'

const Context = createContext<Phone | null>(null)

export const PhoneProvider = Context

const LOOK_MS = 5_000

export function usePhone(): Phone {
  const phone = useContext(Context)
  if (!phone) throw new Error('no telephone above this view')
  return phone
}

export const usePhoneState = (): PhoneState => useStore(usePhone().store)

/** The telephone of whoever is logged in, for as long as the page is open. */
export function useOwnPhone(): Phone {
  const api = useApi()
  const me = useMe().id
  const phone = useMemo(
    () =>
      new Phone({
        tickets: api.softphone,
        port: ({ emulator }) => (emulator ? emulatorPort(emulator) : twilioPort()),
        owner: createOwner(`softphone ${me}`, navigator.locks as LockManager | undefined),
        later: (job, ms) => {
          const timer = setTimeout(job, ms)
          return () => clearTimeout(timer)
        },
      }),
    [api, me],
  )
  useEffect(() => {
    phone.start()
    return () => phone.stop()
  }, [phone])
  useEffect(
    () =>
      phone.store.subscribe((now, before) => {
        if (now.asks && !before.asks) chime('offer')
      }),
    [phone],
  )
  const { microphone, loudspeaker } = usePreferences()
  useEffect(() => phone.useDevices(microphone, loudspeaker), [phone, microphone, loudspeaker])
  return phone
}

/** The telephone contact that I hold: there is one at most. */
export function useHeldCard(): Card | undefined {
  const me = useMe().id
  return useDesk((state) => Object.values(state.cards).find((card) => card.channel === 'voice' && card.state === 'active' && card.agent_id === me))
}

/** How its call stands: asked for again whenever the hub says that it moved, and now and then. */
export function useCall(card: Card) {
  const api = useApi()
  const { onCall } = useDeskParts()
  const tell = useTell()
  const [view, setView] = useState<CallView | null>(null)
  const [busy, setBusy] = useState(false)
  const { id, version } = card
  const look = useCallback(() => void api.call(id).then(setView, () => undefined), [api, id])
  useEffect(() => {
    look()
    const timer = setInterval(look, LOOK_MS)
    const stop = onCall((moved) => {
      if (moved === id) look()
    })
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [id, look, onCall])
  useEffect(look, [look, version])
  const take = (work: Promise<CallView>) => work.then(setView, (error: unknown) => {
    tell.failure(error)
    look()
  })
  const act = (work: Promise<CallView>) => {
    setBusy(true)
    void take(work).finally(() => setBusy(false))
  }
  return { view, act, take, busy }
}

/** A contact that I hold, and how its call stands. */
export interface OfCall {
  card: Card
  standing: ReturnType<typeof useCall>
}
