import { Binary, BSONRegExp, Decimal128, Double, Long } from 'bson'
import { asNumber, bytesOf, Fields, isArray, isFields, isNumeric, rank, RANK, typeName } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { keyText, equal, isComparable } from '../keys.ts'
import { compareBy, equalBy } from './collation.ts'
import type { Collation } from './collation.ts'
import { isOperators } from './predicate.ts'
import type { Compiler, LeafTest } from './predicate.ts'
import { isRegex, patternOf, regexTest } from './regex.ts'

type Test = (value: Value) => boolean
type Operator = (argument: Value, all: Fields, compiler: Compiler) => LeafTest

/** True for a value or for an element of an array: how almost every operator looks at a field. */
function some(test: Test, { entersArrays }: Pick<Compiler, 'entersArrays'>): LeafTest {
  return (found) => {
    for (const value of found) if (test(value) || (entersArrays && isArray(value) && value.some(test))) return true
    return false
  }
}

function not(test: LeafTest): LeafTest {
  return (found) => !test(found)
}

const isNull: Test = (value) => value === null

type Ways = Pick<Compiler, 'entersArrays' | 'collation'>

export function equality(argument: Value, { entersArrays, collation }: Ways): LeafTest {
  if (argument !== null && argument !== undefined)
    return some((value) => value !== undefined && equalBy(collation, value, argument), { entersArrays })
  const isNullOrMissing: Test = (value) => value === null || value === undefined
  return (found) =>
    found.some((value) => isNullOrMissing(value) || (entersArrays && isArray(value) && value.some(isNull)))
}

function range(accepts: (order: number) => boolean, acceptsEqual: boolean): Operator {
  return (argument, _all, compiler) => {
    if (argument === null || argument === undefined) return acceptsEqual ? equality(null, compiler) : () => false
    if (isRegex(argument)) return badValue("Can't have RegEx as arg to predicate over field")
    const atRank = rank(argument)
    if (atRank === RANK.minKey || atRank === RANK.maxKey)
      return some((value) => accepts(compareBy(compiler.collation, value, argument)), compiler)
    const isWithin: Test = (value) =>
      value !== undefined && isComparable(value, argument) && accepts(compareBy(compiler.collation, value, argument))
    return some(isWithin, compiler)
  }
}

const within: Operator = (argument, _all, compiler) => {
  if (!isArray(argument)) return badValue('$in needs an array')
  if (argument.some(isOperators)) return badValue('cannot nest $ under $in')
  const patterns = argument.filter(isRegex).map((pattern) => regexTest(pattern, compiler.entersArrays))
  const values = argument.filter((value) => !isRegex(value))
  const acceptsNull = values.some((value) => value === null) ? equality(null, compiler) : null
  const isListed = some(listed(values, compiler.collation), compiler)
  return (found) => isListed(found) || acceptsNull?.(found) === true || patterns.some((matches) => matches(found))
}

/** A short list is compared one by one, a long one looked up by key. */
function listed(values: Value[], collation: Collation | null): Test {
  if (values.length <= 8 || collation)
    return (value) => value !== undefined && values.some((each) => equalBy(collation, each, value))
  const keys = new Set(values.map(keyText))
  return (value) => value !== undefined && keys.has(keyText(value))
}

const TYPE_NUMBERS = new Map<number, string>([
  [-1, 'minKey'],
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [6, 'undefined'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [127, 'maxKey'],
])
const TYPE_NAMES = new Set(TYPE_NUMBERS.values())

function typeNames(argument: Value): string[] {
  if (isNumeric(argument)) {
    const name = TYPE_NUMBERS.get(asNumber(argument))
    return name ? [name] : badValue(`Invalid numerical type code: ${String(asNumber(argument))}`)
  }
  if (typeof argument !== 'string') return refuse(14, 'type must be represented as a number or a string')
  if (argument === 'number') return ['int', 'long', 'double', 'decimal']
  return TYPE_NAMES.has(argument) ? [argument] : badValue(`Unknown type name alias: ${argument}`)
}

const typed: Operator = (argument, _all, compiler) => {
  const names = new Set((isArray(argument) ? argument : [argument]).flatMap(typeNames))
  return some((value) => value !== undefined && names.has(typeName(value)), compiler)
}

function exists(argument: Value): LeafTest {
  const wanted = isTruthy(argument)
  return (found) => found.some((value) => value !== undefined) === wanted
}

export function isTruthy(value: Value): boolean {
  if (isNumeric(value)) return asNumber(value) !== 0
  return value !== false && value !== null && value !== undefined
}

const matching: Operator = (argument, all, { entersArrays }) => {
  const options = all['$options'] ?? (isRegex(argument) ? argument.options : '')
  if (typeof options !== 'string') return badValue('$options has to be a string')
  if (isRegex(argument)) return regexTest(new BSONRegExp(argument.pattern, sorted(options)), entersArrays)
  if (typeof argument !== 'string') return badValue('$regex has to be a string')
  patternOf(argument, options)
  return regexTest(new BSONRegExp(argument, sorted(options)), entersArrays)
}

const sorted = (options: string) => [...options].sort().join('')

function whole(argument: Value | undefined, name: string): number {
  if (!isNumeric(argument)) return refuse(2, `Failed to parse ${name}. Expected a number`)
  const number = asNumber(argument)
  return Number.isFinite(number) ? Math.trunc(number) : refuse(2, `malformed mod, ${name} value is invalid`)
}

const modulo: Operator = (argument, _all, compiler) => {
  if (!isArray(argument)) return badValue('malformed mod, needs to be an array')
  if (argument.length < 2) return badValue('malformed mod, not enough elements')
  if (argument.length > 2) return badValue('malformed mod, too many elements')
  const divisor = whole(argument[0], 'divisor')
  const remainder = whole(argument[1], 'remainder')
  if (divisor === 0) return badValue('divisor cannot be 0')
  return some((value) => {
    if (!isNumeric(value)) return false
    if (value instanceof Long) return value.toBigInt() % BigInt(divisor) === BigInt(remainder)
    return Math.trunc(asNumber(value)) % divisor === remainder
  }, compiler)
}

function size(argument: Value): LeafTest {
  if (!isNumeric(argument)) return badValue('Failed to parse $size. Expected a number')
  const length = asNumber(argument)
  if (!Number.isInteger(length)) return badValue('Failed to parse $size. Expected an integer')
  if (length < 0) return badValue('Failed to parse $size. Expected a non-negative number')
  return (found) => found.some((value) => isArray(value) && value.length === length)
}

function all(argument: Value, _all: Fields, compiler: Compiler): LeafTest {
  if (!isArray(argument)) return badValue('$all needs an array')
  if (argument.length === 0) return () => false
  const tests = argument.map((value) => {
    if (!isOperators(value)) return isRegex(value) ? regexTest(value, compiler.entersArrays) : equality(value, compiler)
    if (value['$elemMatch'] === undefined) return badValue('no $ expressions in $all')
    return elementMatch(value['$elemMatch'], value, compiler)
  })
  return (found) => tests.every((test) => test(found))
}

const LOGICAL = new Set(['$and', '$or', '$nor', '$expr', '$where'])

/** Whether one element fulfils an `$elemMatch`: by operators on itself, or as a document. */
function elementTest(argument: Value, compiler: Compiler): Test {
  if (!isFields(argument)) return badValue('$elemMatch needs an Object')
  const [first = ''] = Object.keys(argument)
  if (isOperators(argument) && !LOGICAL.has(first)) {
    const test = compiler.element(argument)
    return (element) => test([element])
  }
  const matches = compiler.filter(argument)
  // An array inside the array counts as a document with the fields 0, 1, …
  return (element) => (isFields(element) ? matches(element) : isArray(element) && matches(indexed(element)))
}

function indexed(array: Value[]): Fields {
  return Object.assign(new Fields(), array)
}

function elementMatch(argument: Value, _all: Fields, compiler: Compiler): LeafTest {
  const test = elementTest(argument, compiler)
  return (found) => found.some((value) => isArray(value) && value.some(test))
}

function negation(argument: Value, _all: Fields, compiler: Compiler): LeafTest {
  if (isRegex(argument)) return not(regexTest(argument, compiler.entersArrays))
  if (!isFields(argument)) return badValue('$not needs a regex or a document')
  if (!isOperators(argument))
    return badValue(
      Object.keys(argument).length ? `unknown operator: ${Object.keys(argument)[0]}` : '$not cannot be empty',
    )
  return not(compiler.condition(argument))
}

function maskOf(argument: Value, name: string): bigint {
  if (isArray(argument))
    return argument.reduce<bigint>((mask, position) => {
      const bit = isNumeric(position) ? asNumber(position) : -1
      if (!Number.isInteger(bit) || bit < 0)
        return badValue(`bit positions must be an integer >= 0 but got: ${typeName(position)}`)
      return mask | (1n << BigInt(bit))
    }, 0n)
  if (argument instanceof Binary)
    return [...bytesOf(argument)].reduceRight((mask, byte) => (mask << 8n) | BigInt(byte), 0n)
  const mask = isNumeric(argument) ? integer(argument) : null
  return mask === null || mask < 0n
    ? badValue(`${name} takes an Array, a number, or a BinData but received: ${typeName(argument)}`)
    : mask
}

export function integer(value: Numeric): bigint | null {
  if (value instanceof Long) return value.toBigInt()
  if (value instanceof Decimal128 || value instanceof Double || !Number.isInteger(value)) {
    const number = asNumber(value)
    return Number.isInteger(number) ? BigInt(number) : null
  }
  return BigInt(value)
}

function bits(name: string, accepts: (set: bigint, mask: bigint) => boolean): Operator {
  return (argument, _all, compiler) => {
    const mask = maskOf(argument, name)
    return some((value) => {
      const number = isNumeric(value) ? integer(value) : null
      return number !== null && accepts(number & mask, mask)
    }, compiler)
  }
}

const OPERATORS = new Map<string, Operator>([
  [
    '$eq',
    (argument, _all, compiler) =>
      isRegex(argument)
        ? some((value) => isRegex(value) && equal(value, argument), compiler)
        : equality(argument, compiler),
  ],
  [
    '$ne',
    (argument, _all, compiler) =>
      isRegex(argument) ? badValue("Can't have regex as arg to $ne.") : not(equality(argument, compiler)),
  ],
  ['$gt', range((order) => order > 0, false)],
  ['$gte', range((order) => order >= 0, true)],
  ['$lt', range((order) => order < 0, false)],
  ['$lte', range((order) => order <= 0, true)],
  ['$in', within],
  [
    '$nin',
    (argument, all, compiler) =>
      isArray(argument) ? not(within(argument, all, compiler)) : badValue('$nin needs an array'),
  ],
  ['$exists', exists],
  ['$type', typed],
  ['$regex', matching],
  ['$options', (_argument, all) => (all['$regex'] === undefined ? badValue('$options needs a $regex') : () => true)],
  ['$mod', modulo],
  ['$size', size],
  ['$all', all],
  ['$elemMatch', elementMatch],
  ['$not', negation],
  ['$comment', () => () => true],
  ['$bitsAllSet', bits('$bitsAllSet', (set, mask) => set === mask)],
  ['$bitsAnySet', bits('$bitsAnySet', (set) => set !== 0n)],
  ['$bitsAllClear', bits('$bitsAllClear', (set) => set === 0n)],
  ['$bitsAnyClear', bits('$bitsAnyClear', (set, mask) => set !== mask)],
  [
    '$near',
    () => refuse(291, 'error processing query: planner returned error: unable to find index for $geoNear query'),
  ],
  [
    '$nearSphere',
    () => refuse(291, 'error processing query: planner returned error: unable to find index for $geoNear query'),
  ],
])

export function operatorTest(name: string, argument: Value, all: Fields, compiler: Compiler): LeafTest {
  const operator = OPERATORS.get(name)
  return operator ? operator(argument, all, compiler) : badValue(`unknown operator: ${name}`)
}
