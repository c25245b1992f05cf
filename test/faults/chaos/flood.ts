import { isAddition } from './actors.ts'
import type { Fleet } from './fleet.ts'
import { Refused } from './member.ts'

const patientMs = 30_000
const lookMs = 50
const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))
let floods = 0

/** What became of more additions at once than a mailbox takes. */
export interface Flooded {
  done: number
  /** When the first was done, ms. */
  firstMs: number
  /** How long each took that was refused since too much waits, ms. */
  refused: number[]
  /** What else was refused. By way of others a command may come so late that nobody can tell whether it was done. */
  others: string[]
}

/** Asks one actor for so many additions at once, and notes how many wait for it. Resolves when each was answered. */
export async function flood(fleet: Fleet, actor: string, many: number): Promise<Flooded> {
  const began = performance.now()
  const taken = () => performance.now() - began
  const result: Flooded = { done: 0, firstMs: Infinity, refused: [], others: [] }
  const prefix = `f${++floods}.`
  let left = many
  const add = async (n: number) => {
    try {
      await fleet.asks.add(actor, { tag: prefix + n, timeoutMs: patientMs })
      result.done++
      result.firstMs = Math.min(result.firstMs, taken())
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (error.code === 'mailbox_full') result.refused.push(taken())
      else result.others.push(error.code)
    } finally {
      left--
    }
  }
  const all = Array.from({ length: many }, (_, n) => add(n))
  for (; left > 0; await pause(lookMs)) await lookAtCrowds(fleet)
  await Promise.all(all)
  return result
}

async function lookAtCrowds(fleet: Fleet) {
  for (const { actors } of await Promise.all(fleet.running.map((member) => member.inspect())))
    for (const { id, waiting } of actors) fleet.history.waited(id, waiting)
}

/** Every commit of additions takes so long, ms, until the fleet is healed. */
export function slowCommits(fleet: Fleet, ms: number) {
  for (const { mongo } of fleet.members) mongo.mishap = (sent) => (isAddition(sent) ? pause(ms) : undefined)
}
