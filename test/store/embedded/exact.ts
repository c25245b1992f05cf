import { Decimal128, Double, Int32, Long, refusal, type Opened } from './harness.ts'

/** A value with the types of its numbers: `type:value`. */
export function shown(value: any): any {
  if (value instanceof Int32) return `int:${value.value}`
  if (value instanceof Double) return `double:${Object.is(value.value, -0) ? '-0' : value.value}`
  if (value instanceof Long) return `long:${value.toString()}`
  if (value instanceof Decimal128) return `decimal:${value.toString()}`
  if (Array.isArray(value)) return value.map(shown)
  if (value === null || typeof value !== 'object' || value._bsontype || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]))
}

/** Pipelines over documents of their own, with the types of everything that comes out. */
export function exactly(opened: Opened) {
  async function run(documents: any[], ...pipeline: any[]): Promise<any[]> {
    const things = await opened.fresh()
    if (documents.length) await things.insertMany(documents)
    return shown(await things.aggregate(pipeline, { promoteValues: false }).toArray())
  }
  /** One expression over one document. */
  async function computed(expression: any, document: any = {}) {
    const [result] = await run([{ _id: 1, ...document }], { $project: { _id: 0, x: expression } })
    return result.x
  }
  return { run, computed }
}

/** The code of the error that something ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<number> {
  return Number((await refusal(promise)).code)
}
