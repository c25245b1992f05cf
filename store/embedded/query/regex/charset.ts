/*
 * Sets of code points as sorted ranges. PCRE, as MongoDB builds it, knows texts as UTF-8 but takes \d, \w and \s for
 * ASCII; case is ignored by Unicode's simple folding.
 */

export type Range = readonly [low: number, high: number]
export type CharSet = readonly Range[]

const LAST = 0x10ffff

export const ALL: CharSet = [[0, LAST]]
export const DIGIT: CharSet = [[48, 57]]
export const WORD: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
export const SPACE: CharSet = [
  [9, 13],
  [32, 32],
]
export const VERTICAL: CharSet = [
  [10, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
]
export const HORIZONTAL: CharSet = [
  [9, 9],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]

const LETTERS: Range[] = [
  [65, 90],
  [97, 122],
]

export const POSIX = new Map<string, CharSet>([
  ['alpha', LETTERS],
  ['digit', DIGIT],
  ['alnum', [[48, 57], ...LETTERS]],
  ['upper', [[65, 90]]],
  ['lower', [[97, 122]]],
  ['space', SPACE],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  ['word', WORD],
  [
    'xdigit',
    [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  ],
  [
    'punct',
    [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
  ],
  [
    'cntrl',
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ['print', [[32, 126]]],
  ['graph', [[33, 126]]],
  ['ascii', [[0, 127]]],
])

export function union(...sets: CharSet[]): CharSet {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0])
  const result: [number, number][] = []
  for (const [low, high] of sorted) {
    const last = result.at(-1)
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else result.push([low, high])
  }
  return result
}

export function complement(set: CharSet): CharSet {
  const result: Range[] = []
  let next = 0
  for (const [low, high] of union(set)) {
    if (low > next) result.push([next, low - 1])
    next = high + 1
  }
  if (next <= LAST) result.push([next, LAST])
  return result
}

export function includes(set: CharSet, point: number): boolean {
  let low = 0
  let high = set.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [from, to] = set[middle] as Range
    if (point < from) high = middle - 1
    else if (point > to) low = middle + 1
    else return true
  }
  return false
}

/** Dotless and dotted i fold to themselves, whatever JavaScript makes of them. */
const UNFOLDED = new Set([0x130, 0x131])

/** The same for two code points that differ in case only. */
export function folded(point: number): number {
  if (point < 128) return point >= 65 && point <= 90 ? point + 32 : point
  if (UNFOLDED.has(point)) return point
  const upper = single(String.fromCodePoint(point).toUpperCase()) ?? point
  return single(String.fromCodePoint(upper).toLowerCase()) ?? upper
}

function single(text: string): number | null {
  const point = text.codePointAt(0) as number
  return text.length === (point > 0xffff ? 2 : 1) ? point : null
}

/** Beyond these planes no letter has a case. */
const CASED_END = 0x20000
const EXTRA_FOLDS = /\p{Cased}/u

let folds: Map<number, number[]> | null = null

/** Which code points fold to the same one: read off once, and only for patterns that ignore case. */
function orbits(): Map<number, number[]> {
  if (folds) return folds
  const found = new Map<number, number[]>()
  for (let point = 0; point < CASED_END; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const text = String.fromCodePoint(point)
    if (!EXTRA_FOLDS.test(text) && text.toUpperCase() === text && text.toLowerCase() === text) continue
    const key = folded(point)
    found.set(key, [...(found.get(key) ?? []), point])
  }
  folds = found
  return found
}

/** The set with every other case of its members. */
export function ignoringCase(set: CharSet): CharSet {
  const more: Range[] = []
  for (const points of orbits().values())
    if (points.length > 1 && points.some((point) => includes(set, point)))
      for (const point of points) more.push([point, point])
  return union(set, more)
}

/** Every code point is asked once for each property; there are some hundreds of them. */
const properties = new Map<string, CharSet>()

/** A Unicode property by its general category or script; null when there is none of the name. */
export function property(name: string): CharSet | null {
  const known = properties.get(name)
  if (known) return known
  const found = scanned(name)
  if (found) properties.set(name, found)
  return found
}

function scanned(name: string): CharSet | null {
  const pattern = propertyPattern(name)
  if (!pattern) return null
  const ranges: [number, number][] = []
  for (let point = 0; point <= LAST; point++) {
    if (!pattern.test(String.fromCodePoint(point))) continue
    const last = ranges.at(-1)
    if (last?.[1] === point - 1) last[1] = point
    else ranges.push([point, point])
  }
  return ranges
}

function propertyPattern(name: string): RegExp | null {
  if (!/^[A-Za-z_&]{1,40}$/.test(name)) return null
  if (name === 'Any') return /[^]/u
  if (name === 'L&') return /[\p{Lu}\p{Ll}\p{Lt}]/u
  for (const body of [`\\p{General_Category=${name}}`, `\\p{Script=${name}}`]) {
    const pattern = compiled(body)
    if (pattern) return pattern
  }
  return null
}

function compiled(body: string): RegExp | null {
  try {
    return new RegExp(body, 'u')
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
