import { BSONRegExp } from 'bson'
import { isArray } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import type { LeafTest } from './predicate.ts'

export function isRegex(value: Value): value is BSONRegExp {
  return value instanceof BSONRegExp
}

/** MongoDB's own limit on a pattern. */
const PATTERN_MAX = 16_384

/** JavaScript's engine stands in for PCRE: what it cannot read is refused, option x (free spacing) too. */
export function regExpOf(pattern: string, options: string): RegExp {
  if (pattern.length > PATTERN_MAX)
    refuse(51091, 'Regular expression is invalid: pattern string is longer than the limit set by the application')
  const unknown = /[^imsux]/.exec(options)
  if (unknown) refuse(51108, `invalid flag in regex options: ${unknown[0]}`)
  if (options.includes('x')) badValue('regex option x is not supported by the embedded store')
  if (mayExplode(pattern))
    refuse(
      51091,
      'Regular expression is invalid: the embedded store refuses a repeated group that itself repeats or chooses, because it may take exponential time',
    )
  const flags = [...new Set(options)].filter((flag) => 'ims'.includes(flag)).join('')
  try {
    return new RegExp(pattern, flags)
  } catch (error) {
    return refuse(51091, `Regular expression is invalid: ${(error as Error).message}`)
  }
}

// Escapes, classes and whole openings of groups as one each, so that nothing inside them is taken for a repetition.
const TOKENS = /\\.|\[(?:\\.|[^\]\\])*\]?|\((?:\?(?:<[^>]*>|<?[=!]|:))?|\)|\||[*+?]|\{\d+(?:,\d*)?\}/gs

/**
 * Whether a repeated group holds a repetition or a choice, as `(a+)+` and `(a|a)*` do: every way to share the text
 * between the two is tried, and thirty letters take minutes. What is left is polynomial in the length of the text.
 */
function mayExplode(pattern: string): boolean {
  // For each open group, whether a repetition or a choice is in it, however deep.
  const groups = [false]
  let closedAt = -1
  for (const { 0: token, index } of pattern.matchAll(TOKENS)) {
    const isNext = index === closedAt
    const last = groups.length - 1
    if (token[0] === '(') groups.push(false)
    else if (token === ')' && last > 0) {
      const isRisky = groups.pop() === true
      if (isRisky) {
        groups[last - 1] = true
        closedAt = index + 1
      }
    } else if (/^[*+?{|]/.test(token)) {
      if (isNext && token !== '?' && token !== '|') return true
      groups[last] = true
    }
  }
  return false
}

/** Strings that match, and regular expressions stored as values that are the same. */
export function regexTest(regex: BSONRegExp, entersArrays = true): LeafTest {
  const compiled = regExpOf(regex.pattern, regex.options)
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
