import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { refusal } from '../embedded/harness.ts'
import { Places } from './harness.ts'

const WRITERS = 16
const OUT_OF_DISK_SPACE = 14031

describe('embedded store: a full disk', function () {
  const places = new Places()
  const disk = places.directory('small')
  let isMounted = false

  before(function () {
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      this.skip() // A disk of our own that is full takes the rights of root.
    }
    isMounted = true
  })
  after(async () => {
    await places.removeStores()
    if (isMounted) execFileSync('umount', [disk])
    await places.remove()
  })

  it('refuses every writer that waits, applies nothing by half, and goes on when there is room', async () => {
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(9 * 1024 * 1024))
    const { things, close } = await places.start('small/store')
    await things.createIndexes([{ key: { n: 1 } }])
    const acknowledged = new Set<number>()
    const refused: { n: number; code: unknown }[] = []
    let next = 0
    const pair = (n: number) => ['a', 'b'].map((side) => ({ _id: `${n}${side}`, n, pad: 'x'.repeat(3000) }))
    const writer = async () => {
      while (refused.length < WRITERS * 3) {
        const n = next++
        try {
          await things.insertMany(pair(n))
          acknowledged.add(n)
        } catch (error) {
          refused.push({ n, code: (error as { code?: unknown }).code })
        }
      }
    }
    await Promise.all(Array.from({ length: WRITERS }, writer))
    expect([...new Set(refused.map(({ code }) => code))]).to.deep.equal([OUT_OF_DISK_SPACE])
    const agrees = async (where: any) => {
      const counts = new Map<number, number>()
      for (const { n } of await where.find().hint({ n: 1 }).toArray()) counts.set(n, (counts.get(n) ?? 0) + 1)
      expect(counts).to.deep.equal(new Map([...acknowledged].sort((a, b) => a - b).map((n) => [n, 2])))
    }
    expect(acknowledged.size).to.be.greaterThan(50)
    await agrees(things)
    // Even now it can be closed and opened: all that was acknowledged is there.
    await close()
    const full = await places.start('small/store')
    await agrees(full.things)
    expect((await refusal(full.things.insertMany(pair(next++)))).code).to.equal(OUT_OF_DISK_SPACE)
    rmSync(ballast)
    for (let i = 0; i < 5; i++) {
      const n = next++
      await full.things.insertMany(pair(n))
      acknowledged.add(n)
    }
    await agrees(full.things)
    expect((await full.store.validate()).flatMap(({ errors }) => errors)).to.deep.equal([])
    await full.close()
    const again = await places.start('small/store')
    await agrees(again.things)
  })
})
