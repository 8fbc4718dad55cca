// Files by drop or by choice. Each is put up at once; the contact carries their ids.
import { useEffect, useState } from 'react'
import { DropZone, FileTrigger } from 'react-aria-components'
import { Button, Icon, useApi, useT, useTell } from '../../shared'
import type { Entry } from './entry'
import css from './Contact.module.css'

type Files_ = Entry['files']

interface Props {
  files: Files_
  onChange: (change: (files: Files_) => Files_) => void
  /** How many are on their way. */
  onBusy: (n: number) => void
}

export function Files({ files, onChange, onBusy }: Props) {
  const t = useT()
  const { busy, put } = usePut(onChange, onBusy)
  return (
    <div className="field">
      <span className="label">{t('log.files')}</span>
      <DropZone
        className={css.drop}
        onDrop={(event) => {
          for (const item of event.items) if (item.kind === 'file') void item.getFile().then(put)
        }}
      >
        <Icon name="clip" />
        <span>{t('log.files.drop')}</span>
        <FileTrigger allowsMultiple onSelect={(list) => [...(list ?? [])].forEach(put)}>
          <Button>{t('log.files.choose')}</Button>
        </FileTrigger>
      </DropZone>
      <ul className={css.files}>
        {files.map((file) => (
          <li key={file.id}>
            <bdi className="ellipsis">{file.name}</bdi>
            <Button kind="plain" icon="close" aria-label={t('log.files.remove', { name: file.name })} onPress={() => onChange((all) => all.filter((one) => one.id !== file.id))} />
          </li>
        ))}
        {busy.map((name, n) => <li key={`${n} ${name}`} className="quiet" role="status">{t('log.files.busy', { name })}</li>)}
      </ul>
    </div>
  )
}

function usePut(onChange: Props['onChange'], onBusy: Props['onBusy']) {
  const api = useApi()
  const tell = useTell()
  const [busy, setBusy] = useState<readonly string[]>([])
  useEffect(() => onBusy(busy.length), [busy.length, onBusy])
  const put = (file: File) => {
    setBusy((all) => [...all, file.name])
    api
      .upload(file)
      .then((kept) => onChange((files) => [...files, { id: kept.id, name: kept.name }]), tell.failure)
      .finally(() => setBusy((all) => all.toSpliced(all.indexOf(file.name), 1)))
  }
  return { busy, put }
}
