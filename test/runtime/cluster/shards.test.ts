import { expect } from 'chai'
import { desiredOwners, shardCount, shardOf } from '../../../actors/runtime/cluster/shards.ts'

const people = Array.from({ length: 100_000 }, (_, n) => ({
  workspaceId: 'ws_1',
  kind: 'conversation',
  id: `c_usr_${n}`,
}))
const members = (count: number) => Array.from({ length: count }, (_, n) => `web.${n * 7_919}`)

describe('shards', () => {
  it('are the same for ever: a newer process and an older one must agree where an actor lives', () => {
    const found = people.slice(0, 4).map(shardOf)
    expect(found).to.deep.equal([514, 722, 791, 964])
  })

  it('tell workspace, kind and id apart, wherever their borders are', () => {
    const one = shardOf({ workspaceId: 'ab', kind: 'c', id: 'd' })
    expect(shardOf({ workspaceId: 'a', kind: 'bc', id: 'd' })).not.to.equal(one)
    expect(shardOf({ workspaceId: 'ab', kind: 'cd', id: '' })).not.to.equal(one)
  })

  it('take about as many actors each', () => {
    const counts = new Array<number>(shardCount).fill(0)
    for (const one of people) counts[shardOf(one)]!++
    const mean = people.length / shardCount
    // Chi-square of 1,023 degrees of freedom: 1,023 ± 45; a bad hash has many times that.
    const chi = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
    expect(chi).to.be.within(800, 1_250)
  })

  it('are shared out evenly, the same by everybody, in whatever order they know the members', () => {
    for (const count of [1, 2, 3, 8, 32]) {
      const all = members(count)
      const owners = desiredOwners(all)
      expect(desiredOwners(all.toReversed())).to.deep.equal(owners)
      for (const id of all) {
        const share = owners.filter((owner) => owner === id).length
        expect(share, `${count} members`).to.be.within((0.6 * shardCount) / count, (1.5 * shardCount) / count)
      }
    }
    expect(desiredOwners([])).to.deep.equal([])
  })

  it('move only to who comes, and only from who goes', () => {
    for (const count of [1, 2, 5, 16]) {
      const before = desiredOwners(members(count))
      const after = desiredOwners([...members(count), 'new.1'])
      const moved = before.flatMap((owner, shard) => (owner === after[shard] ? [] : [after[shard]]))
      expect(new Set(moved)).to.deep.equal(new Set(['new.1']))
      expect(moved.length).to.be.below((1.4 * shardCount) / (count + 1))
    }
  })
})
