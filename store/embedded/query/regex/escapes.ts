import { refuse } from '../../errors.ts'
import {
  complement,
  DIGIT,
  HORIZONTAL,
  ignoringCase,
  POSIX,
  property,
  SPACE,
  union,
  VERTICAL,
  WORD,
} from './charset.ts'
import type { CharSet } from './charset.ts'
import type { Node, Place } from './syntax.ts'

export interface Flags {
  isCaseless: boolean
  isMultiline: boolean
  isDotAll: boolean
  isSpaced: boolean
}

export function badPattern(reason: string, at: number): never {
  return refuse(51091, `Regular expression is invalid: ${reason} (at offset ${at})`)
}

const SETS = new Map<string, CharSet>([
  ['d', DIGIT],
  ['w', WORD],
  ['s', SPACE],
  ['h', HORIZONTAL],
  ['v', VERTICAL],
  ['N', complement([[10, 10]])],
])

const CONTROLS = new Map([
  ['a', 7],
  ['e', 27],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
])

const PLACES = new Map<string, Place>([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'endOrLastLine'],
  ['b', 'word'],
  ['B', 'notWord'],
])

const point = (letter: number): CharSet => [[letter, letter]]

/** Any end of a line: a pair that is not taken apart, or one character. */
const NEWLINES: Node = {
  kind: 'atomic',
  node: {
    kind: 'choice',
    nodes: [
      {
        kind: 'sequence',
        nodes: [
          { kind: 'set', set: point(13) },
          { kind: 'set', set: point(10) },
        ],
      },
      { kind: 'set', set: VERTICAL },
    ],
  },
}

/** `\Q…\E` as single escapes, so that a repetition after it is of its last character only. */
function unquoted(pattern: string): string {
  return pattern.replace(/\\Q([^]*?)(?:\\E|$)|\\E|\\[^]/g, (found: string, quoted?: string) => {
    if (quoted !== undefined) return quoted.replace(/[^\w]/gu, '\\$&')
    return found === '\\E' ? '' : found
  })
}

/** The part of the reader that knows single characters and what a backslash makes of them. */
export class Escapes {
  protected readonly pattern: string
  protected flags: Flags
  protected at = 0
  protected groups = 0
  protected readonly names = new Map<string, number>()

  constructor(pattern: string, flags: Flags) {
    this.pattern = unquoted(pattern)
    this.flags = flags
  }

  /** What the sticky expression finds here, and past it. */
  protected take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at
    const found = expression.exec(this.pattern)
    if (found) this.at += found[0].length
    return found
  }

  /** The character here, and past it. */
  protected point(): number {
    const found = this.pattern.codePointAt(this.at) as number
    this.at += found > 0xffff ? 2 : 1
    return found
  }

  protected literal(letter: number): Node {
    return { kind: 'set', set: this.flags.isCaseless ? ignoringCase(point(letter)) : point(letter) }
  }

  protected escape(): Node {
    const back = this.reference()
    if (back) return back
    const placed = this.take(/\\([AzZbB])/y)
    if (placed) return { kind: 'place', place: PLACES.get(placed[1] as string) as Place }
    if (this.take(/\\R/y)) return NEWLINES
    const value = this.classPoint()
    return typeof value === 'number' ? this.literal(value) : { kind: 'set', set: value }
  }

  /** `\1`, `\g{1}`, `\k<name>` and their like. */
  private reference(): Node | null {
    const named = this.take(/\\k(?:<(\w+)>|'(\w+)'|\{(\w+)\})|\(\?P=(\w+)\)|\\g\{([A-Za-z_]\w*)\}/y)
    const group = named ? named.slice(1).find((each) => each !== undefined) : this.numbered()
    return group === undefined || group === null ? null : { kind: 'back', group, isCaseless: this.flags.isCaseless }
  }

  /** Digits that no group is known for are an octal number. */
  private numbered(): number | null {
    const relative = this.take(/\\g(?:\{-(\d+)\}|-(\d+))/y)
    if (relative) {
      const group = this.groups + 1 - Number(relative[1] ?? relative[2])
      return group >= 1 ? group : badPattern('reference to non-existent subpattern', this.at)
    }
    const absolute = this.take(/\\g(?:\{(\d+)\}|(\d+))/y)
    if (absolute) return Number(absolute[1] ?? absolute[2])
    const start = this.at
    const group = Number(this.take(/\\([1-9]\d*)/y)?.[1] ?? 0)
    if (group > 0 && (group < 10 || /^[89]/.test(String(group)) || group <= this.groups)) return group
    this.at = start
    return null
  }

  /** A character, or the set that an escape names; in a class, `\b` is a backspace. */
  protected classPoint(): number | CharSet {
    if (this.pattern[this.at] !== '\\') return this.point()
    const set = this.take(/\\([dwshvDWSHVN])/y)
    if (set) return this.named(set[1] as string)
    const unicode = this.take(/\\([pP])(?:\{(\^?)([\w&]+)\}|(\w))/y)
    if (unicode) return this.property(unicode)
    return this.number() ?? this.control()
  }

  private named(letter: string): CharSet {
    const set = SETS.get(letter)
    return set ?? complement(SETS.get(letter.toLowerCase()) as CharSet)
  }

  private property([, letter, negation, long, short]: RegExpExecArray): CharSet {
    const found = property((long ?? short) as string)
    if (!found) return badPattern('unknown property name after \\P or \\p', this.at)
    return (letter === 'P') !== (negation === '^') ? complement(found) : found
  }

  /** By its number: hexadecimal, octal, or with Ctrl. */
  private number(): number | null {
    const control = this.take(/\\c([ -~])/y)
    if (control) return (control[1] as string).toUpperCase().charCodeAt(0) ^ 64
    const hex = this.take(/\\x(?:\{([\da-fA-F]+)\}|([\da-fA-F]{0,2}))/y)
    if (hex) return this.checked(parseInt(hex[1] ?? (hex[2] || '0'), 16))
    const octal = this.take(/\\(?:o\{([0-7]+)\}|(0[0-7]{0,2}|[0-7]{1,3}))/y)
    return octal ? this.checked(parseInt((octal[1] ?? octal[2]) as string, 8)) : null
  }

  private checked(value: number): number {
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
      badPattern('character code point value in \\x{} or \\o{} is too large', this.at)
    return value
  }

  private control(): number {
    this.at++
    if (this.at >= this.pattern.length) badPattern('\\ at end of pattern', this.at)
    const letter = this.pattern[this.at] as string
    const control = CONTROLS.get(letter) ?? (letter === 'b' ? 8 : null)
    if (control !== null) {
      this.at++
      return control
    }
    if (/[A-Za-z0-9]/.test(letter)) badPattern(`\\${letter} is not supported by the embedded store`, this.at)
    return this.point()
  }

  protected isPosix(): boolean {
    return /^\[:\^?[a-z]+:\]/.test(this.pattern.slice(this.at, this.at + 20))
  }

  /** `[:alpha:]` inside a class. */
  protected posix(): CharSet | null {
    const found = this.isPosix() ? this.take(/\[:(\^?)([a-z]+):\]/y) : null
    if (!found) return null
    const set = POSIX.get(found[2] as string)
    if (!set) return badPattern('unknown POSIX class name', this.at)
    return found[1] ? complement(set) : union(set)
  }
}
