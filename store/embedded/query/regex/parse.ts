import { badPattern, Escapes } from './escapes.ts'
import type { Flags } from './escapes.ts'
import { ALL, complement, ignoringCase } from './charset.ts'
import type { CharSet } from './charset.ts'
import type { Node, Place } from './syntax.ts'
import { widthOf } from './syntax.ts'

/** PCRE's own bounds. */
const GROUPS_DEEP_MAX = 250
const REPEAT_MAX = 65_535

export interface Parsed {
  root: Node
  groups: number
}

const [DOT_SIGN, CARET, DOLLAR] = [46, 94, 36]
const NEWLINE: CharSet = [[10, 10]]
const DOT = complement(NEWLINE)

/** Reads a pattern in PCRE's syntax; what it has and this store does not (recursion, conditions, verbs) is refused. */
export function parse(pattern: string, flags: Flags): Parsed {
  return new Parser(pattern, flags).parse()
}

class Parser extends Escapes {
  private depth = 0

  parse(): Parsed {
    while (this.take(/\(\*UTF8?\)/y));
    const root = this.choice()
    if (this.at < this.pattern.length) badPattern('unmatched closing parenthesis', this.at)
    this.resolve(root)
    return { root, groups: this.groups }
  }

  private choice(): Node {
    const nodes = [this.sequence()]
    while (this.take(/\|/y)) nodes.push(this.sequence())
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'choice', nodes }
  }

  private sequence(): Node {
    const nodes: Node[] = []
    for (;;) {
      this.skipSpace()
      const next = this.pattern[this.at]
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', nodes }
      const node = this.item()
      if (node) nodes.push(this.repeated(node))
    }
  }

  private skipSpace(): void {
    while (this.take(/\(\?#[^)]*\)/y) || (this.flags.isSpaced && this.take(/[ \t-\r]+|#[^\n]*(\n|$)/y)));
  }

  /** Null for what sets an option and is nothing itself. */
  private item(): Node | null {
    if (this.take(/(?=[*+?]|\{\d+(?:,\d*)?\})/y)) badPattern('quantifier does not follow a repeatable item', this.at)
    switch (this.pattern[this.at]) {
      case '(':
        return this.parenthesis()
      case '[':
        return { kind: 'set', set: this.charClass() }
      case '\\':
        return this.escape()
      default:
        return this.plain()
    }
  }

  private plain(): Node {
    const { isDotAll, isMultiline } = this.flags
    const letter = this.point()
    if (letter === DOT_SIGN) return { kind: 'set', set: isDotAll ? ALL : DOT }
    if (letter === CARET) return place(isMultiline ? 'lineStart' : 'start')
    return letter === DOLLAR ? place(isMultiline ? 'lineEnd' : 'endOrLastLine') : this.literal(letter)
  }

  private repeated(node: Node): Node {
    this.skipSpace()
    const given = this.take(/[*+?]|\{(\d+)(,(\d*))?\}/y)
    if (!given) return node
    if (node.kind === 'place') badPattern('quantifier does not follow a repeatable item', this.at)
    const [min, max] = boundsOf(given)
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Infinity))
      badPattern('number too big in {} quantifier', this.at)
    if (max < min) badPattern('numbers out of order in {} quantifier', this.at)
    const isPossessive = this.take(/\+/y) !== null
    const isGreedy = isPossessive || this.take(/\?/y) === null
    const repeat: Node = { kind: 'repeat', node, min, max, isGreedy }
    return this.repeated(isPossessive ? { kind: 'atomic', node: repeat } : repeat)
  }

  private parenthesis(): Node | null {
    if (this.pattern.startsWith('(?P=', this.at)) return this.escape()
    const options = this.take(/\(\?(\^?[imsx]*(?:-[imsx]*)?)\)/y)
    if (options) {
      this.flags = this.changed(options[1] as string)
      return null
    }
    if (++this.depth > GROUPS_DEEP_MAX) badPattern('parentheses are too deeply nested', this.at)
    const before = this.flags
    const node = this.group()
    if (!this.take(/\)/y)) badPattern('missing closing parenthesis', this.at)
    this.flags = before
    this.depth--
    return node
  }

  private group(): Node {
    const opening =
      this.take(/\((\?(?:[:>|]|<?[=!]|P?<\w+>|'\w+'|\^?[imsx]*(?:-[imsx]*)?:))?/y) ?? badPattern('no group', this.at)
    const kind = opening[1] ?? ''
    refuseGroup(kind, this.pattern[this.at] ?? '', this.at)
    const name = /[<'](\w+)/.exec(kind)?.[1]
    if (kind === '' || name !== undefined) return this.capturing(name)
    if (kind === '?>') return { kind: 'atomic', node: this.choice() }
    if (/[=!]$/.test(kind)) return this.look(!kind.includes('<'), kind.endsWith('!'))
    this.flags = this.changed(kind.slice(1, -1))
    return this.choice()
  }

  private capturing(name: string | undefined): Node {
    const index = ++this.groups
    if (name !== undefined) {
      if (this.names.has(name)) badPattern('two named subpatterns have the same name', this.at)
      this.names.set(name, index)
    }
    return { kind: 'group', node: this.choice(), index }
  }

  private look(isAhead: boolean, isNegative: boolean): Node {
    const node = this.choice()
    const branches = node.kind === 'choice' ? node.nodes : [node]
    const isFixed = (branch: Node) => {
      const [least, most] = widthOf(branch)
      return least === most
    }
    if (!isAhead && !branches.every(isFixed)) badPattern('lookbehind assertion is not fixed length', this.at)
    return { kind: 'look', node, isAhead, isNegative }
  }

  private changed(letters: string): Flags {
    const [on = '', off = ''] = letters.split('-')
    const none = { isCaseless: false, isMultiline: false, isDotAll: false, isSpaced: false }
    const start = on.startsWith('^') ? none : this.flags
    const setting = (letter: string, now: boolean) => !off.includes(letter) && (on.includes(letter) || now)
    return {
      isCaseless: setting('i', start.isCaseless),
      isMultiline: setting('m', start.isMultiline),
      isDotAll: setting('s', start.isDotAll),
      isSpaced: setting('x', start.isSpaced),
    }
  }

  /** A class in brackets: a closing one that comes first is a member. */
  private charClass(): CharSet {
    const opening = this.take(/\[(\^?)/y)
    const sets: CharSet[] = []
    while (sets.length === 0 || this.pattern[this.at] !== ']') {
      if (this.at >= this.pattern.length) badPattern('missing terminating ] for character class', this.at)
      sets.push(this.member())
    }
    this.at++
    const all = this.flags.isCaseless ? ignoringCase(sets.flat()) : sets.flat()
    return opening?.[1] ? complement(all) : [...all].sort((a, b) => a[0] - b[0])
  }

  private member(): CharSet {
    const posix = this.posix()
    if (posix) return posix
    const first = this.classPoint()
    if (typeof first !== 'number' || !/-[^\]]/y.test(this.pattern.slice(this.at, this.at + 2)))
      return typeof first === 'number' ? [[first, first]] : first
    const back = this.at++
    const last = this.pattern[this.at] === '[' && this.isPosix() ? [] : this.classPoint()
    if (typeof last !== 'number') {
      // What is no character cannot end a range: the hyphen stands for itself.
      this.at = back
      return [[first, first]]
    }
    if (last < first) badPattern('range out of order in character class', this.at)
    return [[first, last]]
  }

  /** References by name, and to groups that are not there. */
  private resolve(node: Node): void {
    if (node.kind === 'back') {
      const index = typeof node.group === 'string' ? this.names.get(node.group) : node.group
      if (index === undefined || index > this.groups) return badPattern('reference to non-existent subpattern', this.at)
      node.group = index
    } else if ('nodes' in node) node.nodes.forEach((each) => this.resolve(each))
    else if ('node' in node) this.resolve(node.node)
  }
}

function refuseGroup(kind: string, next: string, at: number): void {
  if (kind === '' && /[?*]/.test(next)) badPattern('this kind of group is not supported by the embedded store', at)
  if (kind === '?|') badPattern('a branch reset is not supported by the embedded store', at)
}

function place(which: Place): Node {
  return { kind: 'place', place: which }
}

function boundsOf([text, least = '', isRange, most = '']: RegExpExecArray): [min: number, max: number] {
  if (text === '*') return [0, Infinity]
  if (text === '+') return [1, Infinity]
  if (text === '?') return [0, 1]
  if (isRange === undefined) return [Number(least), Number(least)]
  return [Number(least), most === '' ? Infinity : Number(most)]
}
