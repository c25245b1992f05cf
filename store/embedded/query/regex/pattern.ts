import { nativeOf } from './native.ts'
import type { Native } from './native.ts'
import { parse } from './parse.ts'
import { programOf } from './program.ts'
import type { Program } from './program.ts'
import { search } from './run.ts'
import type { Match } from './run.ts'

/** A regular expression in PCRE's sense, which never takes long: past a bound of steps it is refused (51156). */
export class Pattern {
  readonly groups: number
  private readonly program: Program
  private readonly native: Native | null

  /** `options`: of `imsx`. */
  constructor(source: string, options: string) {
    const parsed = parse(source, {
      isCaseless: options.includes('i'),
      isMultiline: options.includes('m'),
      isDotAll: options.includes('s'),
      isSpaced: options.includes('x'),
    })
    this.groups = parsed.groups
    this.program = programOf(parsed)
    this.native = nativeOf(parsed.root)
  }

  test(text: string): boolean {
    const { native } = this
    if (native && text.length <= native.lengthMax) return native.expression.test(text)
    return search(this.program, text, 0) !== null
  }

  /** The first match from a position on. */
  find(text: string, from = 0): Match | null {
    return search(this.program, text, from)
  }
}
