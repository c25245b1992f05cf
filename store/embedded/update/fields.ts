import { Long, Timestamp } from 'bson'
import { calculate } from '../bson/decimal.ts'
import { isFields, isInt32, isNumeric, typeName } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compareBy } from '../query/collation.ts'
import type { Collation } from '../query/collation.ts'
import { integer } from '../query/operators.ts'
import { show } from './target.ts'
import type { Target } from './target.ts'

/** What every modifier is given beside its place and its argument. */
export interface Change {
  id: Value
  path: string
  now: Date
  collation: Collation | null
}

export type Modifier = (target: Target, argument: Value, change: Change) => void

export const set: Modifier = (target, argument) => target.set(argument)

export const unset: Modifier = (target) => target.remove()

function arithmetic(name: '$inc' | '$mul'): Modifier {
  const verb = name === '$inc' ? 'increment' : 'multiply'
  return (target, argument, { id, path }) => {
    if (!isNumeric(argument)) refuse(14, `Cannot ${verb} with non-numeric argument: {${path}: ${show(argument)}}`)
    const { value } = target
    if (value === undefined) return target.set(name === '$inc' ? argument : zeroLike(argument))
    if (!isNumeric(value))
      refuse(
        14,
        `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(id)}} has the field '${target.name}' of non-numeric type ${typeName(value)}`,
      )
    const result = calculate(name === '$inc' ? 'add' : 'multiply', value, argument)
    if (result === null)
      badValue(
        `Failed to apply ${name} operations to current value ((NumberLong)${value.toString()}) for document {_id: ${show(id)}}`,
      )
    target.set(result)
  }
}

export const inc = arithmetic('$inc')
export const mul = arithmetic('$mul')

function zeroLike(argument: Numeric): Numeric {
  return calculate('multiply', argument, 0) ?? 0
}

export const min: Modifier = (target, argument, { collation }) => {
  if (target.value === undefined || compareBy(collation, argument, target.value) < 0) target.set(argument)
}

export const max: Modifier = (target, argument, { collation }) => {
  if (target.value === undefined || compareBy(collation, argument, target.value) > 0) target.set(argument)
}

export const currentDate: Modifier = (target, argument, { now }) => {
  const type = isFields(argument) ? argument['$type'] : undefined
  if (type === 'timestamp') target.set(new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }))
  else if (typeof argument === 'boolean' || type === 'date') target.set(new Date(now))
  else if (isFields(argument))
    badValue(
      `The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}`,
    )
  else
    badValue(
      `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    )
}

const BITS = new Map<string, (a: bigint, b: bigint) => bigint>([
  ['and', (a, b) => a & b],
  ['or', (a, b) => a | b],
  ['xor', (a, b) => a ^ b],
])

/** Int32 with int32 stays int32; a long on either side makes a long. */
export const bit: Modifier = (target, argument, { path }) => {
  if (!isFields(argument))
    badValue(
      `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    )
  const names = Object.keys(argument)
  if (names.length === 0)
    badValue(`You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`)
  for (const name of names) {
    const operate = BITS.get(name)
    if (!operate)
      return badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: …}`,
      )
    const operand = bitOperand(
      argument[name],
      `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(argument[name])}' is not supported here: {${path}: …}`,
    )
    const current = target.value === undefined ? 0 : target.value
    const before = bitOperand(
      current,
      `Cannot apply $bit to a value of non-integral type.The field '${path}' has the type ${typeName(current)}`,
    )
    const result = operate(integer(before) ?? 0n, integer(operand) ?? 0n)
    const isLong = before instanceof Long || operand instanceof Long
    target.set(isLong ? Long.fromBigInt(result) : Number(result))
  }
}

function bitOperand(value: Value, complaint: string): number | Long {
  if (value instanceof Long) return value
  return typeof value === 'number' && isInt32(value) ? value : badValue(complaint)
}
