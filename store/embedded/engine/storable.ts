import { Fields, isArray, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { isRegex } from '../query/regex.ts'

/** What a document must be to be kept. */
export const DOCUMENT_BYTES_MAX = 16_777_216

export function withId(document: Fields, newId: () => Value): Fields {
  const ordered = new Fields()
  ordered['_id'] = document['_id'] === undefined ? newId() : document['_id']
  for (const name of namesOf(document)) if (name !== '_id') setField(ordered, name, document[name])
  return ordered
}

export function checkSize(raw: Buffer): void {
  if (raw.length > DOCUMENT_BYTES_MAX)
    refuse(
      10334,
      `BSONObj size: ${raw.length} (0x${raw.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    )
}

export function checkId(id: Value): void {
  if (isArray(id)) refuse(53, "The '_id' value cannot be of type array")
  if (isRegex(id)) refuse(53, "The '_id' value cannot be of type regex")
  if (!isFields(id)) return
  const odd = Object.keys(id).find(
    (name) => name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db',
  )
  if (odd !== undefined) refuse(52, `_id fields may not contain '$'-prefixed fields: ${odd} is not valid for storage.`)
}
