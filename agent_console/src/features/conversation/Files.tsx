import type { FileView } from '../../desk/wire'
import { fileSize, Icon, useApi, useT } from '../../shared'
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
          <a href={api.fileUrl(file.id)} target="_blank" rel="noopener noreferrer" download={file.inline ? undefined : file.name}>
            {file.inline ? (
              <img src={api.fileUrl(file.id)} alt={file.name} loading="lazy" />
            ) : (
              <>
                <Icon name="file" />
                <bdi>{file.name}</bdi>
                <span className="quiet small">{kindOf(file)} · {fileSize(file.size)}</span>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  )
}

/** The ending of the name says more to people than a media type does. */
function kindOf({ name, type }: FileView): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1) ?? type).toUpperCase()
}
