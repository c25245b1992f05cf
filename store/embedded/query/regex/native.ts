import { union } from './charset.ts'
import type { CharSet } from './charset.ts'
import { isAnchored } from './program.ts'
import type { Node, Place, Repeat } from './syntax.ts'

/*
 * JavaScript's engine is the quick one, but it backtracks without a bound. So it is given a pattern only for texts so
 * short that even the worst of its ways is short; what that is follows from the pattern alone.
 */

const WAYS_MAX = 1_000_000
/** A pattern that is this good for any length is linear. */
const WAYS_PER_CHARACTER = 64
/** No text of a document is longer. */
const LENGTH_MAX = 1 << 25

export interface Native {
  expression: RegExp
  /** Longer texts are not for it. */
  lengthMax: number
}

/** Null when no text at all is short enough. */
export function nativeOf(root: Node): Native | null {
  const starts = (length: number) => (isAnchored(root) ? 1 : length + 1)
  const isQuick = (length: number) =>
    length + starts(length) * costOf(root, length).work <= Math.max(WAYS_MAX, length * WAYS_PER_CHARACTER)
  if (!isQuick(16)) return null
  let lengthMax = 16
  while (lengthMax < LENGTH_MAX && isQuick(lengthMax * 2)) lengthMax *= 2
  return { expression: new RegExp(sourceOf(root), 'u'), lengthMax }
}

/** In how many ways a node may match at one place of a text, and what trying all of them takes. */
interface Cost {
  ways: number
  work: number
}

const ONE: Cost = { ways: 1, work: 1 }
const NEVER: Cost = { ways: Infinity, work: Infinity }

function costOf(node: Node, length: number): Cost {
  switch (node.kind) {
    case 'sequence':
      return node.nodes.reduce<Cost>((cost, each) => then(cost, costOf(each, length)), ONE)
    case 'choice':
      return node.nodes
        .map((each) => costOf(each, length))
        .reduce((a, b) => ({ ways: a.ways + b.ways, work: a.work + b.work }))
    case 'repeat':
      return repeated(node, length)
    case 'group':
      return costOf(node.node, length)
    case 'place':
      return node.place === 'notWord' ? NEVER : ONE
    case 'look':
    case 'back':
    case 'atomic':
      // None of them is the same in JavaScript, which also looks for them in the middle of a pair of surrogates.
      return NEVER
    case 'set':
      return ONE
  }
}

function then(a: Cost, b: Cost): Cost {
  return { ways: a.ways * b.ways, work: a.work + a.ways * b.work }
}

function repeated({ node, min, max }: Repeat, length: number): Cost {
  if (node.kind === 'set') {
    const most = Math.min(max, length)
    return { ways: Math.max(1, most - min + 1), work: most + 1 }
  }
  if (max > 16) return NEVER
  const once = costOf(node, length)
  let cost = ONE
  for (let i = 0; i < max; i++) cost = then(cost, { ways: once.ways + (i < min ? 0 : 1), work: once.work })
  return cost
}

const PLACES: Record<Place, string> = {
  start: '^',
  end: '$',
  endOrLastLine: '(?=\\n?$)',
  lineStart: '(?:^|(?<=\\n)(?=[^]))',
  lineEnd: '(?=\\n|$)',
  word: '\\b',
  notWord: '\\B',
}

function sourceOf(node: Node): string {
  switch (node.kind) {
    case 'set':
      return setOf(node.set)
    case 'sequence':
      return node.nodes.map(sourceOf).join('')
    case 'choice':
      return `(?:${node.nodes.map(sourceOf).join('|')})`
    case 'repeat':
      return `(?:${sourceOf(node.node)})${bounds(node)}`
    case 'group':
    case 'atomic':
      return `(?:${sourceOf(node.node)})`
    case 'place':
      return PLACES[node.place]
    case 'look':
    case 'back':
      throw new TypeError(`JavaScript is not given a ${node.kind}.`)
  }
}

function bounds({ min, max, isGreedy }: Repeat): string {
  return `{${min},${max === Infinity ? '' : max}}${isGreedy ? '' : '?'}`
}

const escaped = (point: number) => `\\u{${point.toString(16)}}`

function setOf(set: CharSet): string {
  const [only] = set
  if (set.length === 1 && only?.[0] === only?.[1] && only) return escaped(only[0])
  const members = union(set).map(([low, high]) => (low === high ? escaped(low) : `${escaped(low)}-${escaped(high)}`))
  return `[${members.join('')}]`
}
