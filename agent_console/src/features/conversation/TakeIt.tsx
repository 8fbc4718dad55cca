import { useState } from 'react'
import { ApiError } from '../../desk/api'
import type { Card } from '../../desk/wire'
import { Button, OutOfTurn, useApi, useT } from '../../shared'
import { useAct } from './act'

/** Takes what waits; where something else is next for me, after I have said why. */
export function TakeIt({ card }: { card: Card }) {
  const t = useT()
  const api = useApi()
  const act = useAct()
  const [asked, setAsked] = useState(false)
  const take = (reason = '') => {
    setAsked(false)
    const taken = api.claim(card.id, reason)
    taken.then(() => act(taken), (error: unknown) => {
      if (error instanceof ApiError && error.code === 'out_of_turn') setAsked(true)
      else act(taken)
    })
  }
  return (
    <>
      <Button kind="primary" onPress={() => take()}>{t('inbox.claim')}</Button>
      {asked && <OutOfTurn card={card} onTake={take} onClose={() => setAsked(false)} />}
    </>
  )
}
