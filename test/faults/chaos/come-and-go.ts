import { expect } from 'chai'
import type { Fleet } from './fleet.ts'
import type { Member } from './member.ts'
import { ownedTwice, type Reign } from './ownership.ts'

const everyMs = 1_000
const settledMs = 10_000
const lookMs = 20
const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))
/** Members are chosen by a hash: their shares differ a little. */
const tolerance = 1.2

/**
 * Once a second another member joins, or leaves in good order. Fails when more moves than one share, or when two would
 * have answered for one shard.
 */
export async function comeAndGo(fleet: Fleet, changes: number) {
  const gone: Reign[] = []
  const seen = () => Promise.all(fleet.running.map((member) => member.reigns()))
  await seen()
  let guest: Member | undefined
  for (let change = 0; change < changes; change++) {
    const next = performance.now() + everyMs
    const before = await ownersOf(fleet)
    const least = fleet.running.length
    if (guest) {
      const leaver = guest
      guest = undefined
      await leaver.leave(async () => gone.push(...(await leaver.reigns())))
      fleet.history.did(`${leaver.name} has left`)
    } else {
      guest = await fleet.add(`guest${fleet.members.length}`)
      await guest.reigns()
      fleet.history.did(`${guest.name} has joined`)
    }
    const after = await ownersOf(fleet)
    const moved = after.filter((owner, shard) => owner !== before[shard])
    const all = Math.max(least, fleet.running.length)
    expect(moved.length, `shards that moved among ${all}`).to.be.at.most((before.length / all) * tolerance)
    await pause(Math.max(0, next - performance.now()))
  }
  expect(ownedTwice([...gone, ...(await seen()).flat()]), 'owned by two').to.deep.equal([])
}

/** Whose each shard is, once everybody who runs has its share, and everybody knows it. */
async function ownersOf(fleet: Fleet): Promise<string[]> {
  const until = performance.now() + settledMs
  for (; performance.now() < until; await pause(lookMs)) {
    const all = await Promise.all(fleet.running.map((member) => member.placement()))
    if (all.every(({ settled }) => settled?.length === fleet.running.length)) return all[0]?.owners ?? []
  }
  return expect.fail('shards went on moving')
}
