import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { show } from '../update/target.ts'
import { double } from './numbers.ts'

/** Preferred numbers: the next one above a number, and the next one below it, both as doubles. */
export interface Granularity {
  up: (value: number) => Value
  down: (value: number) => Value
}

// ISO 3, and IEC 60063.
const R80 = [
  1, 1.03, 1.06, 1.09, 1.12, 1.15, 1.18, 1.22, 1.25, 1.28, 1.32, 1.36, 1.4, 1.45, 1.5, 1.55, 1.6, 1.65, 1.7, 1.75, 1.8,
  1.85, 1.9, 1.95, 2, 2.06, 2.12, 2.18, 2.24, 2.3, 2.36, 2.43, 2.5, 2.58, 2.65, 2.72, 2.8, 2.9, 3, 3.07, 3.15, 3.25,
  3.35, 3.45, 3.55, 3.65, 3.75, 3.87, 4, 4.12, 4.25, 4.37, 4.5, 4.62, 4.75, 4.87, 5, 5.15, 5.3, 5.45, 5.6, 5.8, 6, 6.15,
  6.3, 6.5, 6.7, 6.9, 7.1, 7.3, 7.5, 7.75, 8, 8.25, 8.5, 8.75, 9, 9.25, 9.5, 9.75,
].map((number) => Math.round(number * 100))
const E24 = [10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91]
/** The one number of its series that is not what the formula gives. */
const E192 = Array.from({ length: 192 }, (_, i) => Math.round(100 * 10 ** (i / 192))).map((number) =>
  number === 919 ? 920 : number,
)

const every = (series: number[], step: number) => series.filter((_, i) => i % step === 0)

const SERIES = new Map<string, number[]>([
  ['R5', every(R80, 16)],
  ['R10', every(R80, 8)],
  ['R20', every(R80, 4)],
  ['R40', every(R80, 2)],
  ['R80', R80],
  ['1-2-5', [10, 20, 50]],
  ['E6', every(E24, 4)],
  ['E12', every(E24, 2)],
  ['E24', E24],
  ['E48', every(E192, 4)],
  ['E96', every(E192, 2)],
  ['E192', E192],
])

const POWERS: Granularity = {
  up: (value) => double(value === 0 ? 0 : 2 ** (Math.floor(Math.log2(value)) + 1)),
  down: (value) => double(value === 0 ? 0 : 2 ** (Math.ceil(Math.log2(value)) - 1)),
}

export function granularityNamed(name: Value): Granularity {
  if (name === 'POWERSOF2') return POWERS
  const series = typeof name === 'string' ? SERIES.get(name) : undefined
  if (!series) return refuse(40257, `Unknown rounding granularity '${show(name)}'`)
  return { up: (value) => double(up(series, value)), down: (value) => double(down(series, value)) }
}

/** The power of ten by which the series reaches the number. */
function scaleOf(series: number[], value: number): number {
  let scale = 1
  while (value >= (series.at(-1) as number) * scale && Number.isFinite(scale)) scale *= 10
  while (value < (series[0] as number) * scale && scale > Number.MIN_VALUE) scale /= 10
  return scale
}

function up(series: number[], value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const scale = scaleOf(series, value)
  const above = series.find((number) => number * scale > value)
  return above === undefined ? (series[0] as number) * scale * 10 : above * scale
}

function down(series: number[], value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const scale = scaleOf(series, value)
  const below = series.findLast((number) => number * scale < value)
  return below === undefined ? ((series.at(-1) as number) * scale) / 10 : below * scale
}
