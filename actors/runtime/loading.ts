import { memorySchema } from '../../kernel/codec.ts'
import type { Problem } from '../../kernel/problem.ts'
import type { Activation } from './activation.ts'
import type { Actor } from './change.ts'
import type { Published } from './contract.ts'
import { damaged, type Found, newer, type Persistence } from './persistence.ts'

/** More claims at once would wait for one another in the driver, which gives up after a while. */
export const loadsMax = 64

/** The document as this release understands it, upgraded where an earlier one wrote it. @throws Unusable */
function usable(actor: Actor, found: Found): Found {
  const { kind } = actor.contract
  const known = actor.version ?? 1
  if (found.version > known) throw newer(kind, found.version, known)
  const before = found.document.state
  let state = before
  try {
    for (let to = found.version + 1; to <= known; to++) state = actor.migrations?.[to]?.(state as never) ?? state
    memorySchema(actor.state).parse(state)
  } catch (error) {
    throw damaged(kind, error)
  }
  if (found.version === known) return found
  return { ...found, document: { ...found.document, state }, upgradedFrom: before }
}

/** Makes an activation the only one that can write, unless that is refused. Where its document cannot be used, it is given back as it was. */
async function claimed(
  persistence: Persistence,
  activation: Activation,
  refusal: Problem | undefined,
): Promise<Found | undefined> {
  if (refusal) throw refusal
  const { address, owner, actor } = activation
  const found = await persistence.claim(address, owner)
  if (!found || found.rev === 0) return found
  try {
    return usable(actor, found)
  } catch (error) {
    await persistence.unclaim(address, owner, found.formerOwner)
    throw error
  }
}

/** Claims it, and says again what a crash may have left unsaid. `now`: monotonic ms, when all of it is known. */
export async function loaded(
  { persistence, publish }: { persistence: Persistence; publish(event: Published): void },
  activation: Activation,
  refusal: Problem | undefined,
  now: () => number,
): Promise<Found | undefined> {
  const found = await claimed(persistence, activation, refusal)
  if (!found || found.rev === 0) return found
  for (const event of await persistence.redo(activation.address, found.records)) publish(event)
  activation.load(found, now())
  return found
}
