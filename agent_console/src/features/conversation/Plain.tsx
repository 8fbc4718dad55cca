import { useMemo } from 'react'
import { pieces } from './mails'

/** Text as text. Web addresses in it can be followed; they open elsewhere and learn nothing of this page. */
export function Plain({ text, className }: { text: string; className: string | undefined }) {
  const parts = useMemo(() => pieces(text), [text])
  return (
    <p className={className} dir="auto">
      {parts.map(({ text: part, href }, index) =>
        href ? (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">{part}</a>
        ) : (
          part
        ),
      )}
    </p>
  )
}
