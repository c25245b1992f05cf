import type { Activation } from './activation.ts'
import type { Pace } from './pace.ts'
import { late, unbegun } from './refusals.ts'
import type { Slices } from './slices.ts'

/** Tells those whose time is over that they need not wait; what of it has not begun, never does. `now`: monotonic ms. */
export function refuseOverdue(slow: ReadonlySet<Activation>, slices: Slices, pace: Pace, now: number) {
  // An error is dear, and in a rush thousands are told the same.
  const [isLate, isUnbegun] = [late(), unbegun()]
  for (const activation of slow) for (const waiting of activation.takeOverdue(now)) waiting.reject(isLate)
  for (const those of [slow, slices.waiting()])
    for (const activation of those)
      for (const waiting of activation.takeLate(now + pace.leadMs)) waiting.reject(isUnbegun)
}
