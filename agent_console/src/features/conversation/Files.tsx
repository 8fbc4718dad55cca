import { useState } from 'react'
import type { FileView } from '../../desk/wire'
import { Button, fileSize, Icon, useApi, useT } from '../../shared'
import css from './Conversation.module.css'

/** Pictures are shown, everything else is named with its kind and size, and only ever downloaded. */
export function Files({ files }: { files: readonly FileView[] }) {
  const t = useT()
  const api = useApi()
  if (!files.length) return null
  return (
    <ul className={css.files} aria-label={t('mail.attachments', { n: files.length })}>
      {files.map((file) => (
        <li key={file.id} className={file.inline ? css.picture : undefined}>
          {file.inline ? (
            <Picture file={file} />
          ) : (
            <a href={api.fileUrl(file.id)} target="_blank" rel="noopener noreferrer" download={file.name}>
              <Icon name="file" />
              <bdi>{file.name}</bdi>
              <span className="quiet small">{kindOf(file)} · {fileSize(file.size)}</span>
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

/** A picture that does not come says so, and is asked for again by a press. */
function Picture({ file }: { file: FileView }) {
  const t = useT()
  const url = useApi().fileUrl(file.id)
  const [failed, setFailed] = useState(false)
  if (failed)
    return (
      <p className="small" role="status">
        <Icon name="alert" size={14} /> {t('files.no_picture')} <bdi>{file.name}</bdi>{' '}
        <Button onPress={() => setFailed(false)}>{t('action.retry')}</Button>
      </p>
    )
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      <img src={url} alt={file.name} loading="lazy" onError={() => setFailed(true)} />
    </a>
  )
}

/** The ending of the name says more to people than a media type does. */
function kindOf({ name, type }: FileView): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1) ?? type).toUpperCase()
}
