// Lines of a plot and words of figures, without a screen.
import type { EstimateView } from '../../desk/wire'

export const WIDTH = 600
export const HEIGHT = 140

/** A path through the values, 0 to `most`, at even distances; where there is none, the line breaks. */
export function linePath(values: readonly (number | null)[], most: number): string {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0
  const place = (value: number, at: number) => `${round(at * step)} ${round(HEIGHT - (most > 0 ? (value / most) * HEIGHT : 0))}`
  let path = ''
  values.forEach((value, at) => {
    if (value === null) return
    const isStart = at === 0 || values[at - 1] === null
    path += `${isStart ? 'M' : 'L'}${place(value, at)}`
    if (isStart && (values[at + 1] ?? null) === null) path += 'h0.1' // alone: a dot, by the line's round end
  })
  return path
}

const round = (value: number) => Math.round(value * 10) / 10

/** The least of 1, 2, 5, 10, 20 ... that nothing exceeds. */
export function ceiling(values: readonly (number | null)[]): number {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= most) ?? most
}

export type Kind = 'number' | 'share' | 'seconds' | 'plain'

export const ROWS = [
  ['contacts', 'number'], ['answered', 'number'], ['service_level', 'share'], ['abandonment', 'share'], ['mean_wait', 'seconds'],
  ['median_wait', 'seconds'], ['p95_wait', 'seconds'], ['longest_wait', 'seconds'], ['vip_contacts', 'number'],
  ['vip_service_level', 'share'], ['fairness', 'plain'], ['utilisation', 'share'],
] as const satisfies readonly (readonly [string, Kind])[]

const scale: Record<Kind, readonly [number, number, string]> = { number: [1, 0, ''], share: [100, 1, ' %'], seconds: [1, 1, ' s'], plain: [1, 3, ''] }

/** How far the model is from what happened: what the policy in force does in it, less what was recorded. */
export function off(model: EstimateView | null, recorded: EstimateView | null, kind: Kind): string {
  if (!model || !recorded) return '–'
  const mean = model.mean - recorded.mean
  return figure({ mean, low: mean, high: mean }, kind, true)
}

/** A figure, with half the width of its confidence where it has any; a difference has its sign. */
export function figure(of: EstimateView | null | undefined, kind: Kind, isDifference = false): string {
  if (!of) return '–'
  const [factor, digits, unit] = scale[kind]
  const value = of.mean * factor
  const shown = Math.abs(value).toFixed(digits)
  const sign = value < 0 && Number(shown) !== 0 ? '−' : isDifference && Number(shown) !== 0 ? '+' : ''
  const half = ((of.high - of.low) / 2) * factor
  return `${sign}${shown}${half > 0 ? ` ± ${half.toFixed(Math.max(digits, 1))}` : ''}${unit}`
}
