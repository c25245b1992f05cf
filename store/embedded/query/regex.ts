import { BSONRegExp } from 'bson'
import { isArray } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import type { LeafTest } from './predicate.ts'
import { Pattern } from './regex/pattern.ts'

export function isRegex(value: Value): value is BSONRegExp {
  return value instanceof BSONRegExp
}

/** MongoDB's own limit on a pattern. */
const PATTERN_MAX = 16_384

/** As MongoDB's PCRE reads it; `u` changes nothing, every text is UTF-8. */
export function patternOf(source: string, options: string): Pattern {
  if (source.length > PATTERN_MAX)
    refuse(51091, 'Regular expression is invalid: pattern string is longer than the limit set by the application')
  const unknown = /[^imsux]/.exec(options)
  if (unknown) refuse(51108, `invalid flag in regex options: ${unknown[0]}`)
  return new Pattern(source, options)
}

/** Strings that match, and regular expressions stored as values that are the same. */
export function regexTest(regex: BSONRegExp, entersArrays = true): LeafTest {
  const compiled = patternOf(regex.pattern, regex.options)
  const matches = (value: Value) =>
    typeof value === 'string' ? compiled.test(value) : isRegex(value) && equal(value, regex)
  return (found) => found.some((value) => matches(value) || (entersArrays && isArray(value) && value.some(matches)))
}

/** The text that every match begins with, when the pattern is `^` and plain text; null when it is more than that. */
export function literalPrefix(regex: BSONRegExp): string | null {
  const { pattern, options } = regex
  if (options !== '' || !pattern.startsWith('^')) return null
  let text = ''
  for (let i = 1; i < pattern.length; i++) {
    const isEscape = pattern[i] === '\\'
    const letter = pattern[isEscape ? ++i : i] ?? ''
    if (isEscape ? /[a-zA-Z0-9]|^$/.test(letter) : /[.*+?()[\]{}|^$]/.test(letter)) return null
    text += letter
  }
  return text
}
