import { useEffect, useRef } from 'react'
import { Blank, describe, href, Icon, useDesk, useT, useWhere } from '../../shared'
import { AgentTable } from './AgentTable'
import { Alerts } from './Alerts'
import { AsOf } from './AsOf'
import { Drilled } from './Drilled'
import { drillOf } from './figures'
import { QueueTable } from './QueueTable'
import { Television } from './Television'
import { Totals } from './Totals'
import { useFloor } from './useFloor'
import css from './Floor.module.css'

/** The supervisor's screen at #/floor; what stands behind a number opens beside it, under #/floor/... */
export function FloorPage() {
  const [where] = useWhere()
  return where === '/floor/tv' ? <Television /> : <Steering path={where} />
}

function Steering({ path }: { path: string }) {
  const t = useT()
  const floor = useFloor()
  const drill = drillOf(path)
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (drillOf(path)) panel.current?.focus()
  }, [path])
  return (
    <div className={css.page} data-drilled={drill !== null}>
      <div className={css.main}>
        <header className={css.head}>
          <h1>{t('nav.floor')}</h1>
          <AsOf />
          <a className={css.tool} href={href('/floor/tv')}>
            <Icon name="desk" /> {t('floor.tv')}
          </a>
        </header>
        {floor.error !== null && <p className="notice bad">{describe(floor.error, t)}</p>}
        <Totals rows={floor.figures} ledger={floor.ledger} />
        <Alerts rows={floor.figures} ledger={floor.ledger} />
        <Queues floor={floor} />
        <AgentTable agents={floor.agents} />
      </div>
      {drill && <Drilled key={path} drill={drill} panel={panel} />}
    </div>
  )
}

function Queues({ floor }: { floor: ReturnType<typeof useFloor> }) {
  const t = useT()
  const loading = useDesk((state) => state.link === 'starting')
  if (floor.figures.length) return <QueueTable rows={floor.figures} />
  return loading ? null : <Blank title={t('floor.no_queues')}>{t('floor.no_queues.what')}</Blank>
}
