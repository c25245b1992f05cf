import { loadavg } from 'node:os'

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** NaN of nothing. */
export function quantile(values: readonly number[], share: number) {
  const all = sorted(values)
  return all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? NaN
}

/** Three digits are more than such a machine can tell. */
export function short(value: number) {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

/** `median (least..most)` of the rounds. */
export function spread(values: readonly number[]) {
  if (values.length < 2) return short(median(values))
  const all = sorted(values)
  return `${short(median(all))} (${short(all[0] ?? NaN)}..${short(all.at(-1) ?? NaN)})`
}

export const times = (ratio: number) => `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`

/** A table as Markdown shows it, and a terminal too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]) {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

export const print = (text = '') => void process.stdout.write(`${text}\n`)

export const load = () =>
  loadavg()
    .map((one) => one.toFixed(2))
    .join(' ')
