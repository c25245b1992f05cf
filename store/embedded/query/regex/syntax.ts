import type { CharSet } from './charset.ts'

/** What stands at a place without taking a character. */
export type Place = 'start' | 'end' | 'endOrLastLine' | 'lineStart' | 'lineEnd' | 'word' | 'notWord'

export interface Repeat {
  kind: 'repeat'
  node: Node
  min: number
  max: number
  isGreedy: boolean
}

/** A pattern, read; case, lines and spaces are settled in it. */
export type Node =
  | { kind: 'set'; set: CharSet }
  | { kind: 'sequence'; nodes: Node[] }
  | { kind: 'choice'; nodes: Node[] }
  | Repeat
  | { kind: 'group'; node: Node; index: number }
  | { kind: 'atomic'; node: Node }
  | { kind: 'look'; node: Node; isAhead: boolean; isNegative: boolean }
  | { kind: 'place'; place: Place }
  | { kind: 'back'; group: number | string; isCaseless: boolean }

/** The least and the most code points that a node takes; a reference may take any number. */
export function widthOf(node: Node): [least: number, most: number] {
  switch (node.kind) {
    case 'set':
      return [1, 1]
    case 'sequence':
      return node.nodes.map(widthOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
    case 'choice': {
      const widths = node.nodes.map(widthOf)
      return [Math.min(...widths.map(([least]) => least)), Math.max(...widths.map(([, most]) => most))]
    }
    case 'repeat': {
      const [least, most] = widthOf(node.node)
      return [least * node.min, most === 0 ? 0 : most * node.max]
    }
    case 'group':
    case 'atomic':
      return widthOf(node.node)
    case 'look':
    case 'place':
      return [0, 0]
    case 'back':
      return [0, Infinity]
  }
}
