import type { FilterField } from '../../client/lists.ts'
import type { Filter } from '../../client/tools.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './people.module.css'
import { operatorWords, plainOf, takesList, takesNothing } from './words.ts'

export interface Row {
  field: string
  is: string
  value: string
}
export interface Drawn {
  joins: 'all' | 'any'
  rows: Row[]
}

/** A filter of one level, as rows; undefined where it holds groups within groups, which rows cannot show. */
export function drawn(filter: Filter): Drawn | undefined {
  if ('field' in filter) return { joins: 'all', rows: [rowOf(filter)] }
  if ('not' in filter) return undefined
  const parts = 'all' in filter ? filter.all : filter.any
  const rows = parts.flatMap((part) => ('field' in part ? [rowOf(part)] : []))
  return rows.length === parts.length ? { joins: 'all' in filter ? 'all' : 'any', rows } : undefined
}

const rowOf = ({ field, is, value }: Extract<Filter, { field: string }>): Row => ({
  field,
  is,
  value: plainOf(value),
})

/** What the rows say. */
export function filterOf({ joins, rows }: Drawn, fields: readonly FilterField[]): Filter {
  const parts = rows.map(({ field, is, value }): Filter => {
    if (takesNothing(is)) return { field, is }
    const type = fields.find((one) => one.field === field)?.type
    return { field, is, value: valueOf(type, is, value.trim()) }
  })
  return joins === 'all' ? { all: parts } : { any: parts }
}

function valueOf(type: FilterField['type'] | undefined, is: string, text: string) {
  if (takesList(is)) {
    const words = text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
    return type === 'number' ? words.map(Number) : words
  }
  if (type === 'number' || is === 'in_month') return Number(text)
  return type === 'yes_no' ? text === 'true' : text
}

interface Props {
  drawn: Drawn
  fields: readonly FilterField[]
  change(drawn: Drawn): void
}

/** Conditions, one under the other, joined by one word. */
export const FilterEditor = ({ drawn: { joins, rows }, fields, change }: Props) => {
  const set = (index: number, row: Row) => change({ joins, rows: rows.map((one, n) => (n === index ? row : one)) })
  const add = () => {
    const [first] = fields
    if (first) change({ joins, rows: [...rows, { field: first.field, is: first.operators[0] ?? 'is', value: '' }] })
  }
  return (
    <fieldset className={style.filter}>
      <legend>Of whom this is so</legend>
      {rows.length > 1 && (
        <label className={style.joins}>
          <select
            value={joins}
            onChange={({ target }) => change({ joins: target.value === 'any' ? 'any' : 'all', rows })}
          >
            <option value="all">All of it</option>
            <option value="any">Any of it</option>
          </select>
          <span className="unseen">must be so</span>
        </label>
      )}
      {rows.length === 0 && <p className={page.none}>Everybody, until you say of whom.</p>}
      {rows.map((row, index) => (
        <Condition
          // Rows have no names; what is typed stays with its place.
          key={index}
          row={row}
          n={index + 1}
          fields={fields}
          change={(after) => set(index, after)}
          remove={() => change({ joins, rows: rows.filter((_, n) => n !== index) })}
        />
      ))}
      <Button onClick={add}>Add a condition</Button>
    </fieldset>
  )
}

interface ConditionProps {
  row: Row
  n: number
  fields: readonly FilterField[]
  change(row: Row): void
  remove(): void
}

const Condition = ({ row, n, fields, change, remove }: ConditionProps) => {
  const field = fields.find((one) => one.field === row.field)
  const choose = (name: string) => {
    const next = fields.find((one) => one.field === name)
    change({ field: name, is: next?.operators[0] ?? 'is', value: next?.type === 'yes_no' ? 'true' : '' })
  }
  return (
    <div className={style.condition}>
      <select
        aria-label={`Field of condition ${String(n)}`}
        value={row.field}
        onChange={({ target }) => choose(target.value)}
      >
        {fields
          .filter((one) => !one.isArchived || one.field === row.field)
          .map((one) => (
            <option key={one.field} value={one.field}>
              {one.isArchived ? `${one.words} (put away)` : one.words}
            </option>
          ))}
      </select>
      <select
        aria-label={`How condition ${String(n)} is asked`}
        value={row.is}
        onChange={({ target }) => change({ ...row, is: target.value })}
      >
        {field?.operators.map((one) => (
          <option key={one} value={one}>
            {operatorWords[one] ?? one}
          </option>
        ))}
      </select>
      {field && !takesNothing(row.is) && <Value row={row} n={n} field={field} change={change} />}
      <Button tone="quiet" aria-label={`Take condition ${String(n)} away`} onClick={remove}>
        Remove
      </Button>
    </div>
  )
}

const yesNo: Record<string, string> = { true: 'yes', false: 'no' }

function choicesOf(type: FilterField['type'], is: string, options: readonly string[] | null) {
  if (type === 'yes_no') return Object.keys(yesNo)
  return takesList(is) ? null : options
}

type ValueProps = Pick<ConditionProps, 'row' | 'n' | 'change'> & { field: FilterField }

const Value = ({ row, n, field: { type, options }, change }: ValueProps) => {
  const says = `Value of condition ${String(n)}`
  const put = (value: string) => change({ ...row, value })
  const choices = choicesOf(type, row.is, options)
  if (choices)
    return (
      <select aria-label={says} required value={row.value} onChange={({ target }) => put(target.value)}>
        <option value="" disabled>
          Choose
        </option>
        {choices.map((one) => (
          <option key={one} value={one}>
            {(type === 'yes_no' && yesNo[one]) || one.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    )
  return (
    <input
      aria-label={says}
      required
      dir="auto"
      maxLength={200}
      placeholder={hintOf(type, row.is, options)}
      value={row.value}
      onChange={({ target }) => put(target.value)}
    />
  )
}

function hintOf(type: FilterField['type'], is: string, options: readonly string[] | null): string {
  if (takesList(is)) return options?.slice(0, 3).join(', ') ?? 'one, another'
  if (is.startsWith('within') || is === 'longer_ago_than') return type === 'birthday' ? '7d' : '30m, 4h or 7d'
  if (is === 'in_month') return '1 to 12'
  if (type === 'birthday') return '03-14'
  return type === 'date' ? '2026-11-22' : ''
}
