// Every channel has a shape and a word; the colour says nothing more.
import { useT } from '../i18n'

const shapes: Record<string, string> = {
  webchat: 'M3 4.5h14v9H9l-3.5 3.5v-3.5H3z',
  form: 'M4.5 3h11v14h-11zM7.5 7h5M7.5 10h5M7.5 13h3',
  email: 'M2.5 5h15v10.5h-15zM2.5 5.5 10 11l7.5-5.5',
  voice: 'M5 3.5h3l1.5 4-2 1.5a9 9 0 0 0 3.5 3.5l1.5-2 4 1.5v3c0 1-.7 1.5-1.5 1.5C8.5 16 4 11.5 3.5 5c0-.8.5-1.5 1.5-1.5Z',
  voicemail: 'M6 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM14 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6 13h8',
  sms: 'M6 2.5h8v15H6zM9 15h2',
  whatsapp: 'M3 17l1-3.5a7 7 0 1 1 2.5 2.5ZM7.5 8.5c.5 2 2 3.5 4 4',
  manual: 'M4 16.5 5 13l8.5-8.5 2.5 2.5L7.5 15.5ZM12 6l2.5 2.5',
  call: 'M5 3.5h3l1.5 4-2 1.5a9 9 0 0 0 3.5 3.5l1.5-2 4 1.5v3c0 1-.7 1.5-1.5 1.5C8.5 16 4 11.5 3.5 5c0-.8.5-1.5 1.5-1.5Z',
  fax: 'M6 7V3h8v4M4 7h12v7H4zM6 12h8v5H6z',
  letter: 'M2.5 5h15v10.5h-15zM13 8h2v2h-2zM5 12h5',
  visit: 'M3.5 17V8L10 3l6.5 5v9M8 17v-5h4v5',
}
const unknown = 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z'

/** The word is always there for screen readers; `word` shows it too. */
export function ChannelGlyph({ channel, word = false, size = 18 }: { channel: string; word?: boolean; size?: number }) {
  const t = useT()
  const name = t.word('channel', channel)
  return (
    <span className="channel" title={name}>
      <svg
        width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.6}
        strokeLinejoin="round" strokeLinecap="round" aria-hidden="true" focusable="false"
      >
        <path d={shapes[channel] ?? unknown} />
      </svg>
      <span className={word ? undefined : 'unseen'}>{name}</span>
    </span>
  )
}
