import { Button, fileSize, Icon, useT } from '../../shared'
import css from './Composer.module.css'
import { detach } from './files'
import type { Attached } from './files'

export function Attachments({ of, files }: { of: string; files: readonly Attached[] }) {
  const t = useT()
  if (!files.length) return null
  return (
    <ul className={css.files}>
      {files.map((file) => (
        <li key={file.key} className={file.error ? css.bad : undefined}>
          <Icon name={file.error ? 'alert' : 'file'} size={16} />
          <bdi className="ellipsis">{file.name}</bdi>
          {file.size > 0 && <span className="quiet small">{fileSize(file.size)}</span>}
          {!file.id && !file.error && <span className="quiet small">{t('composer.uploading')}</span>}
          {file.error && <span className="small">{t('composer.upload_failed', { why: file.error })}</span>}
          <Button kind="plain" icon="close" aria-label={t('composer.remove', { name: file.name })} onPress={() => detach(of, file.key)} />
        </li>
      ))}
    </ul>
  )
}
