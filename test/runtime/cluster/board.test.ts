import { expect } from 'chai'
import type { Redis } from 'ioredis'
import {
  type About,
  type Board,
  free,
  namesUnder,
  never,
  RedisBoard,
  type Sighting,
} from '../../../actors/runtime/cluster/board.ts'
import { MemoryHub } from '../../../actors/runtime/cluster/memory.ts'
import { openRedis } from '../../../kernel/redis.ts'
import { PrivateRedis } from '../../harness/redis.ts'

const about: About = { name: 'web', role: 'all', version: '1', startedAt: 0, takesActors: true, isLeaving: false }
const none: ReadonlySet<number> = new Set()

interface Ground {
  board(): Promise<Board>
  /** All that is not on disk is gone. */
  forget(): Promise<void>
  close(): Promise<void>
}
const grounds: Record<string, () => Promise<Ground>> = {
  memory: async () => {
    const hub = new MemoryHub()
    return {
      async board() {
        for (const id of ['a', 'b', 'c'])
          await hub.wire(id).listen({ message() {}, notice() {}, again() {}, failed() {} })
        return hub.board()
      },
      forget: async () => hub.forget(),
      close: async () => undefined,
    }
  },
  Redis: async () => {
    const redis = await PrivateRedis.start()
    const opened: Redis[] = []
    return {
      async board() {
        const connection = await openRedis(redis.url, { name: 'test', onError() {} })
        opened.push(connection)
        return new RedisBoard(connection, namesUnder('test'))
      },
      async forget() {
        const back = opened.map((one) => new Promise((ready) => one.once('ready', ready)))
        await redis.restart()
        await Promise.all(back)
      },
      async close() {
        for (const one of opened) one.disconnect()
        await redis.stop()
      },
    }
  },
}

for (const [name, open] of Object.entries(grounds))
  describe(`the board over ${name}`, () => {
    let ground: Ground
    let board: Board
    let beats = 0
    beforeEach(async () => {
      ground = await open()
      board = await ground.board()
    })
    afterEach(() => ground.close())

    const beat = (me: string, known?: Sighting, held = none, change: Partial<About> = {}) =>
      board.beat({
        me,
        about: { ...about, ...change },
        beat: { n: ++beats, line: 1 },
        generation: known?.generation ?? '',
        version: known?.version ?? -1,
        held,
      })
    const owned = (sighting: Sighting, id: string) => {
      const number = sighting.table?.numbers.get(id) ?? NaN
      return [...(sighting.table?.owners.entries() ?? [])]
        .filter(([, owner]) => owner === number)
        .map(([shard]) => shard)
    }

    it('shows everybody who is there, and tells what is new only to those who do not know it', async () => {
      const first = await beat('a')
      expect(first).to.include({ isMember: true })
      expect([...(first.table?.about.values() ?? [])]).to.deep.equal([about])
      expect((await beat('a', first)).table).to.equal(undefined)
      await beat('b', undefined, none, { role: 'jobs', takesActors: false })
      const second = await beat('a', first)
      expect(second.version).to.be.greaterThan(first.version)
      expect([...(second.table?.numbers.keys() ?? [])].toSorted()).to.deep.equal(['a', 'b'])
      expect(second.table?.about.get('b')).to.include({ role: 'jobs', takesActors: false })
    })

    it('gives a shard to one member only', async () => {
      const { generation } = await beat('a')
      await beat('b')
      const wanted = [0, 5, 1_023].map((shard) => ({ shard, state: never }) as const)
      await board.take('a', generation, wanted)
      await board.take('b', generation, [...wanted, { shard: 6, state: never }])
      const sighting = await beat('a')
      expect(owned(sighting, 'a')).to.deep.equal([0, 5, 1_023])
      expect(owned(sighting, 'b')).to.deep.equal([6])
    })

    it('hands over what the giver has, to a member or to nobody', async () => {
      const { generation } = await beat('a')
      await beat('b')
      await board.take(
        'a',
        generation,
        [1, 2, 3].map((shard) => ({ shard, state: never })),
      )
      const signs = (await beat('a')).signs
      const from = (me: string) => ({ me, generation, sign: signs.get(me)?.sign ?? '' })
      await board.give(from('b'), 'b', [1])
      await board.give(from('a'), 'b', [2])
      await board.give(from('a'), 'nobody', [3])
      await beat('a')
      await board.give(from('a'), 'b', [1]) // It was long on its way: meanwhile the giver heard that it has it.
      const sighting = await beat('a')
      expect(owned(sighting, 'a')).to.deep.equal([1])
      expect(owned(sighting, 'b')).to.deep.equal([2])
      expect(sighting.table?.owners[3]).to.equal(free)
    })

    it('buries who is still silent, frees what it had, and tells it so when it comes back', async () => {
      const a = await beat('a')
      const b = await beat('b')
      await board.take('b', b.generation, [{ shard: 9, state: never }])
      const last = (await beat('a', a)).signs.get('b')?.sign ?? ''
      await beat('b', b)
      await board.bury('a', a.generation, 'b', last)
      expect((await beat('a')).signs.has('b'), 'it has given another sign').to.equal(true)
      const now = (await beat('a', a)).signs.get('b')?.sign ?? ''
      await board.bury('a', a.generation, 'b', now)
      const without = await beat('a', a)
      expect(without.signs.has('b')).to.equal(false)
      expect(without.table?.owners[9]).to.equal(free)
      expect(await beat('b', b, new Set([9]))).to.include({ isMember: false })
      const anew = await beat('b')
      expect(anew).to.include({ isMember: true })
      expect(owned(anew, 'b')).to.deep.equal([])
    })

    it('frees all of a member that leaves', async () => {
      const { generation } = await beat('a')
      await beat('b')
      await board.take('a', generation, [{ shard: 4, state: never }])
      await board.leave('a', generation)
      const sighting = await beat('b')
      expect([...(sighting.table?.numbers.keys() ?? [])]).to.deep.equal(['b'])
      expect(sighting.table?.owners[4]).to.equal(free)
    })

    it('begins another generation when it forgot: the old one can change nothing, and holders say what they hold', async () => {
      const before = await beat('a')
      const b = await beat('b')
      await board.take('a', before.generation, [{ shard: 1, state: never }])
      await board.take('b', b.generation, [{ shard: 2, state: never }])
      await ground.forget()
      const after = await beat('a', before, new Set([1, 2]))
      expect(after.isMember).to.equal(true)
      expect(after.generation).not.to.equal(before.generation)
      expect(owned(after, 'a')).to.deep.equal([1, 2])
      await board.take('b', before.generation, [{ shard: 7, state: never }])
      const late = await beat('b', b, new Set([2, 3]))
      expect(owned(late, 'b'), 'who comes later gets what nobody else has said').to.deep.equal([3])
      expect(late.table?.owners[7]).to.equal(never)
    })
  })
