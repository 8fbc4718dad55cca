// The company's colour, and a text colour that can be read on it (WCAG 2.2, 1.4.3).

const DEFAULT = '#1a56b0'

/** Only #rgb and #rrggbb: anything else could carry more than a colour into the style sheet. */
export function safeColour(wish: string | null): string {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(wish?.trim() ?? '')?.[1]
  if (hex === undefined) return DEFAULT
  return `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`.toLowerCase()
}

export function readableOn(colour: string): '#ffffff' | '#000000' {
  return contrast(luminance(colour), 1) >= 4.5 ? '#ffffff' : '#000000'
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
