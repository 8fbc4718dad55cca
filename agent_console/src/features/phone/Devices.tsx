// Which microphone and loudspeaker calls use, and whether the microphone hears anything.
import { useCallback, useEffect, useState } from 'react'
import { Button, preferences, Select, usePreferences, useT } from '../../shared'
import css from './Devices.module.css'
import { usePhoneState } from './usePhone'

const SYSTEM = 'system'

export function Devices() {
  const t = useT()
  const { standing } = usePhoneState()
  const { microphone, loudspeaker } = usePreferences()
  const [found, look] = useFound()
  if (standing === 'none') return null
  const choices = (kind: MediaDeviceKind) => [
    { id: SYSTEM, name: t('phone.default') },
    ...found.filter((one) => one.kind === kind && one.deviceId && one.label && one.deviceId !== 'default').map((one) => ({ id: one.deviceId, name: one.label })),
  ]
  return (
    <section className={css.devices} aria-label={t('phone.settings')}>
      <Select
        label={t('phone.input')} value={microphone || SYSTEM} choices={choices('audioinput')}
        onChange={(id) => preferences.setState({ microphone: id === SYSTEM ? '' : id })}
      />
      <Select
        label={t('phone.output')} value={loudspeaker || SYSTEM} choices={choices('audiooutput')}
        onChange={(id) => preferences.setState({ loudspeaker: id === SYSTEM ? '' : id })}
      />
      <Check key={microphone} microphone={microphone} onAllowed={look} />
    </section>
  )
}

/** Devices have names only once the page may use the microphone; plugging one in changes the list. */
function useFound(): [readonly MediaDeviceInfo[], () => void] {
  const [found, setFound] = useState<readonly MediaDeviceInfo[]>([])
  const look = useCallback(() => {
    const devices = navigator.mediaDevices as MediaDevices | undefined // none at an insecure address
    void devices?.enumerateDevices().then(setFound, () => undefined)
  }, [])
  useEffect(() => {
    look()
    const devices = navigator.mediaDevices as MediaDevices | undefined
    devices?.addEventListener('devicechange', look)
    return () => devices?.removeEventListener('devicechange', look)
  }, [look])
  return [found, look]
}

type Trouble = 'refused' | 'missing'

function Check({ microphone, onAllowed }: { microphone: string; onAllowed: () => void }) {
  const t = useT()
  const [stream, setStream] = useState<MediaStream | null>(null)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  useEffect(() => () => stream?.getTracks().forEach((track) => track.stop()), [stream])
  const begin = async () => {
    setTrouble(null)
    try {
      setStream(await navigator.mediaDevices.getUserMedia({ audio: microphone ? { deviceId: { exact: microphone } } : true }))
      onAllowed()
    } catch (error) {
      setTrouble(error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'missing')
    }
  }
  return (
    <>
      <div>
        <Button icon="microphone" onPress={() => (stream ? setStream(null) : void begin())}>{t(stream ? 'phone.check.stop' : 'phone.check')}</Button>
      </div>
      {stream && <Level stream={stream} />}
      {trouble && <p className="notice bad" role="alert">{t(`phone.check.${trouble}`)}</p>}
    </>
  )
}

const LOUD = 0.4 // of full scale: a voice close to the microphone

function Level({ stream }: { stream: MediaStream }) {
  const t = useT()
  const [level, setLevel] = useState(0)
  useEffect(() => {
    const audio = new AudioContext()
    const ear = audio.createAnalyser()
    const samples = new Float32Array(ear.fftSize)
    audio.createMediaStreamSource(stream).connect(ear)
    const timer = setInterval(() => {
      ear.getFloatTimeDomainData(samples)
      setLevel(Math.min(1, Math.max(...samples.map(Math.abs)) / LOUD))
    }, 100)
    return () => {
      clearInterval(timer)
      void audio.close()
    }
  }, [stream])
  return (
    <>
      <p className="quiet small">{t('phone.check.speak')}</p>
      <meter className={css.meter} min={0} max={1} value={level} aria-label={t('phone.check.level')} />
    </>
  )
}
