/** What a spreadsheet would take for a formula, at the beginning of a cell; also as the wide forms of other scripts. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/

type Cell = string | number | boolean | null | undefined

/**
 * One line of a CSV file (RFC 4180), its end included. A text that a spreadsheet would run gets an apostrophe before it:
 * whoever chose the text must not choose what happens on the machine of whoever opens the file.
 */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(cellOf).join(',')}\r\n`

function cellOf(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const safe = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
