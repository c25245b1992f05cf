import type { WebhookRow } from './ledger.ts'

/** What waits for one person: the first must be taken before the next may go. */
export interface Lane {
  rows: WebhookRow[]
  isBusy: boolean
}

/** Of one number, in the order in which they go. */
export interface Bundle {
  lanes: Lane[]
  rows: WebhookRow[]
}

// Meta, "Webhooks": notifications are aggregated, up to 1,000 updates in one, and weigh up to 3 MB.
export const updatesMax = 1_000
export const bytesMax = 3_000_000

const opening = '{"object":"whatsapp_business_account","entry":['
const closing = ']}'

/** By itself each, the first of every person. */
export const oneByOne = (due: readonly Lane[]): Bundle[] =>
  due.flatMap((lane) => (lane.rows[0] ? [{ lanes: [lane], rows: [lane.rows[0]] }] : []))

/** All of a number together that is due, each person's in their order. */
export function bundlesOf(due: readonly Lane[], now: number): Bundle[] {
  const bundles: Bundle[] = []
  const open = new Map<string, Bundle & { bytes: number }>()
  for (const lane of due)
    for (const row of lane.rows) {
      if (row.dueAt > now) break
      const bytes = Buffer.byteLength(row.body)
      let bundle = open.get(row.phoneNumberId)
      if (!bundle || bundle.rows.length >= updatesMax || bundle.bytes + bytes > bytesMax) {
        // The rest of this person's would be on its way beside what comes before it.
        if (bundle?.lanes.at(-1) === lane) break
        bundle = { lanes: [], rows: [], bytes: 0 }
        open.set(row.phoneNumberId, bundle)
        bundles.push(bundle)
      }
      if (bundle.lanes.at(-1) !== lane) bundle.lanes.push(lane)
      bundle.rows.push(row)
      bundle.bytes += bytes
    }
  return bundles
}

/** One body of several, entry after entry. They are put together as they are written, so nothing is parsed. */
export function together(bodies: readonly string[]): string {
  const [only = ''] = bodies
  if (bodies.length === 1) return only
  return opening + bodies.map((body) => body.slice(opening.length, -closing.length)).join(',') + closing
}
