import { asNumber, fields, isArray, isFields, isNumeric } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import { encodeKey } from '../keys.ts'
import { compileFilter } from '../query/match.ts'
import { areRelated, fixedPart, keyRows, keysOf, pathOf } from '../query/path.ts'
import type { Keys, Path } from '../query/path.ts'
import type { Predicate } from '../query/predicate.ts'

/** One index: what it is made of, and the keys that it gives a document. */
export class Index {
  readonly spec: Fields
  readonly table: string
  readonly name: string
  readonly names: string[]
  readonly paths: Path[]
  readonly directions: number[]
  readonly isUnique: boolean
  readonly isSparse: boolean
  readonly partial: Fields | null
  /** The fields that decide this index's keys. */
  private readonly depends: Path[]
  /** As far as they say the same of every document. */
  readonly fixedPaths: readonly Path[]
  /** Which columns have met an array; the planner may not trust the order of those. */
  multikey: boolean[]
  private readonly isMember: Predicate | null

  constructor(spec: Fields, table: string, multikey?: boolean[]) {
    const key = spec['key'] as Fields
    this.spec = spec
    this.table = table
    this.name = spec['name'] as string
    this.names = Object.keys(key)
    this.paths = this.names.map(pathOf)
    this.directions = this.names.map((name) => (asNumber(key[name] as number) < 0 ? -1 : 1))
    this.isUnique = spec['unique'] === true
    this.isSparse = spec['sparse'] === true
    this.partial = (spec['partialFilterExpression'] as Fields | undefined) ?? null
    this.isMember = this.partial ? compileFilter(this.partial) : null
    this.multikey = multikey ?? this.names.map(() => false)
    this.depends = [...this.paths]
    if (this.partial) collectPaths(this.partial, this.depends)
    this.fixedPaths = this.depends.map(fixedPart)
  }

  get key(): Fields {
    return this.spec['key'] as Fields
  }

  get isMultikey(): boolean {
    return this.multikey.includes(true)
  }

  /** Null for an index that never expires anything. */
  get expireAfterSeconds(): number | null {
    const seconds = this.spec['expireAfterSeconds']
    return isNumeric(seconds) ? asNumber(seconds) : null
  }

  /** `touches`: as far as they say the same of every document. */
  dependsOn(touches: readonly Path[]): boolean {
    for (const path of this.fixedPaths) for (const touched of touches) if (areRelated(path, touched)) return true
    return false
  }

  /** Marks what its keys are made of. */
  want(wanted: Wanted): void {
    for (const path of this.depends) wanted.whole(path)
  }

  keysOf(document: Fields): Keys {
    if (this.isMember && !this.isMember(document)) return NO_KEYS
    const keys = keysOf(document, this.paths, this.directions)
    return this.isSparse && keys.isMissing ? NO_KEYS : keys
  }

  /** The values behind one key of a document, for the text of an error. */
  valuesOf(document: Fields, key: Buffer): Fields {
    const row = keyRows(document, this.paths).find((values) => encodeKey(values, this.directions).equals(key)) ?? []
    return fields(Object.fromEntries(this.names.map((name, i) => [name, row[i] ?? null])))
  }
}

const NO_KEYS: Keys = { keys: [], multikey: null, isMissing: true }

function collectPaths(filter: Fields, paths: Path[]): void {
  for (const name of Object.keys(filter)) {
    const condition: Value = filter[name]
    if (!name.startsWith('$')) paths.push(pathOf(name))
    else if (isArray(condition)) for (const branch of condition) if (isFields(branch)) collectPaths(branch, paths)
  }
}

/** The index that every collection has; its keys stand in the collection's own table. */
export function idIndex(table: string): Index {
  return new Index(fields({ v: 2, key: fields({ _id: 1 }), name: '_id_' }), table)
}
