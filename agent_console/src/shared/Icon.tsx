// Icons as strokes on a 20 x 20 grid. Always beside a word or on a button with a label, so hidden from screen readers.
const paths = {
  desk: 'M3 4h14v9H3zM7 17h6M10 13v4',
  floor: 'M3 16V9M8 16V4M13 16v-5M17 16V7',
  people: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5M13 4a3 3 0 0 1 0 5.5M15 12.5c1.7.7 2.7 2 3 4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17',
  ledger: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2',
  settings: 'M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4',
  down: 'm5 8 5 5 5-5',
  back: 'm12 4-6 6 6 6',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4 10.5 4 4 8-9',
  clip: 'M13.5 6.5 7.8 12.2a1.4 1.4 0 0 0 2 2l5.9-5.9a3 3 0 0 0-4.3-4.3L5.2 10.2a4.6 4.6 0 0 0 6.5 6.5l4.8-4.8',
  send: 'M3 10 17 4l-4 13-3-5.5ZM10 11.5 17 4',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.5l3 1.5',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  alert: 'M10 3 2.5 16.5h15ZM10 8v4M10 14.5v.01',
  bell: 'M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13ZM8.5 17.5h3',
  file: 'M5 3h7l3 3v11H5zM12 3v3h3',
  user: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17c.7-3.5 3-5 6.5-5s5.8 1.5 6.5 5',
  plus: 'M10 4v12M4 10h12',
  retry: 'M16 10a6 6 0 1 1-2-4.5M16 3v4h-4',
  edit: 'M4 16.5 5 13l8.5-8.5 2.5 2.5L7.5 15.5ZM12 6l2.5 2.5',
  note: 'M4 3h12v9l-4 5H4zM12 17v-5h4',
  panel: 'M3 4h14v12H3zM12 4v12',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7',
  play: 'M6 4l10 6-10 6Z',
  back10: 'M4 10a6 6 0 1 0 2-4.5M4 3v4h4',
  forward10: 'M16 10a6 6 0 1 1-2-4.5M16 3v4h-4',
  record: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  recordPause: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM8 7.5v5M12 7.5v5',
  recordStop: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.5 7.5h5v5h-5z',
  hold: 'M7 4v12M13 4v12',
  give: 'M3 10h11M10 5l5 5-5 5M17 4v12',
  reply: 'M8 5 3.5 9.5 8 14M3.5 9.5h8c3 0 5 2 5 5.5',
  replyAll: 'M10 5 5.5 9.5 10 14M6.5 5 2 9.5 6.5 14M6 9.5h6c3 0 5 2 5 5.5',
  forward: 'm12 5 4.5 4.5L12 14M16.5 9.5h-8c-3 0-5 2-5 5.5',
  undo: 'M7 4 3 8l4 4M3 8h8.5a4.5 4.5 0 0 1 0 9H7',
  mail: 'M2.5 5h15v10.5h-15zM2.5 5.5 10 11l7.5-5.5',
  message: 'M3 4h14v9.5H9L5.5 17v-3.5H3zM6.5 7.5h7M6.5 10h4',
  phone: 'M6.5 3H4.2C3.5 3 3 3.6 3 4.3A13 13 0 0 0 15.7 17c.7 0 1.3-.5 1.3-1.2v-2.3l-3.8-1.4-1.7 1.7a10 10 0 0 1-5.3-5.3l1.7-1.7Z',
  hangup: 'M2.5 12.5c4.5-4.5 10.5-4.5 15 0l-2 2.2-3-1.2v-2.2a8 8 0 0 0-5 0v2.2l-3 1.2Z',
  microphone: 'M10 12.5a2.5 2.5 0 0 0 2.5-2.5V5a2.5 2.5 0 0 0-5 0v5a2.5 2.5 0 0 0 2.5 2.5ZM5 9.5a5 5 0 0 0 10 0M10 14.5V17',
  muted: 'M12.5 8V5a2.5 2.5 0 0 0-4.9-.7M7.5 7.5V10a2.5 2.5 0 0 0 3.8 2.1M5 9.5a5 5 0 0 0 8 4M15 9.5a5 5 0 0 1-.4 2M10 14.5V17M3 3l14 14',
  keypad: 'M5 5h.01M10 5h.01M15 5h.01M5 10h.01M10 10h.01M15 10h.01M5 15h.01M10 15h.01M15 15h.01',
  link: 'M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1',
  up: 'm5 12 5-5 5 5',
  route: 'M5 4.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3ZM15 12.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3ZM5 7.5v3a3.5 3.5 0 0 0 3.5 3.5h5M10 4.5h5l-2-2M15 4.5l-2 2',
  out: 'M8 3H4v14h4M8 10h9M13.5 6.5 17 10l-3.5 3.5',
  block: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM5 5l10 10',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon-svg" width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor"
      strokeWidth={name === 'more' || name === 'keypad' ? 2.4 : 1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"
      focusable="false" style={{ flex: 'none' }}
    >
      <path d={paths[name]} />
    </svg>
  )
}
