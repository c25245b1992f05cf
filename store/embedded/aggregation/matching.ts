import { BSONRegExp } from 'bson'
import { fields, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { patternOf } from '../query/regex.ts'
import type { Pattern } from '../query/regex/pattern.ts'
import type { Match } from '../query/regex/run.ts'
import { parameters } from './arrays.ts'
import { isNothing } from './scope.ts'
import type { Operator } from './scope.ts'

/** What one match says: its text, where it begins in characters, and what its groups took. */
function shown(input: string, before: number, from: number, { start, end, groups }: Match): Value {
  return fields({
    match: input.slice(start, end),
    idx: before + [...input.slice(from, start)].length,
    captures: groups.map((group) => (group ? input.slice(...group) : null)),
  })
}

function first(pattern: Pattern, input: string): Value {
  const match = pattern.find(input)
  return match ? shown(input, 0, 0, match) : null
}

/** One after the other; after an empty match the search goes on one character further. */
function all(pattern: Pattern, input: string): Value {
  const found: Value[] = []
  let from = 0
  let counted = { at: 0, points: 0 }
  while (from <= input.length) {
    const match = pattern.find(input, from)
    if (!match) break
    found.push(shown(input, counted.points, counted.at, match))
    counted = { at: match.start, points: counted.points + [...input.slice(counted.at, match.start)].length }
    const isPair = (input.codePointAt(match.end) ?? 0) > 0xffff
    from = match.end > match.start ? match.end : match.end + (isPair ? 2 : 1)
  }
  return found
}

function sourceOf(regex: Value, options: Value, name: string): [source: string, options: string] {
  if (typeof regex !== 'string' && !(regex instanceof BSONRegExp))
    return refuse(51105, `${name} needs 'regex' to be of type string or regex`)
  if (!isNothing(options) && typeof options !== 'string')
    return refuse(51106, `${name} needs 'options' to be of type string`)
  const own = regex instanceof BSONRegExp ? regex.options : ''
  if (own !== '' && !isNothing(options))
    refuse(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`)
  return [regex instanceof BSONRegExp ? regex.pattern : regex, own || (options ?? '')]
}

function searching(none: Value, search: (pattern: Pattern, input: string) => Value): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, ['input', 'regex'], ['options'])
    const [input, regex] = [compile(given['input']), compile(given['regex'])]
    const options = given['options'] === undefined ? () => undefined : compile(given['options'])
    // The pattern is the same for most documents: it is read again only when it is another.
    let known: { key: string; pattern: Pattern } | null = null
    return (scope) => {
      const [value, wanted] = [input(scope), regex(scope)]
      if (!isNothing(value) && typeof value !== 'string')
        return refuse(51104, `${name} needs 'input' to be of type string, found: ${typeName(value)}`)
      if (isNothing(wanted)) return none
      const [source, flags] = sourceOf(wanted, options(scope), name)
      const key = `${flags}/${source}`
      known = known?.key === key ? known : { key, pattern: patternOf(source, flags) }
      return isNothing(value) ? none : search(known.pattern, value)
    }
  }
}

export const MATCHING: Record<string, Operator> = {
  $regexMatch: searching(false, (pattern, input) => pattern.test(input)),
  $regexFind: searching(null, first),
  $regexFindAll: searching([], all),
}
