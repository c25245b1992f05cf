import type { About } from '../../../actors/runtime/cluster/board.ts'
import { Leases } from '../../../actors/runtime/cluster/leases.ts'
import { MemoryHub } from '../../../actors/runtime/cluster/memory.ts'
import { shardCount } from '../../../actors/runtime/cluster/shards.ts'
import { timing } from '../../../actors/runtime/cluster/timing.ts'
import { VirtualTime } from '../../harness/virtual-time.ts'

const about: About = { name: 'web', role: 'all', version: '1', startedAt: 0, takesActors: true, isLeaving: false }

/** Members on one board under one virtual time; each with a clock of its own. */
export class Town {
  readonly time = new VirtualTime()
  readonly hub = new MemoryHub()
  readonly all = new Map<string, ReturnType<Town['member']>>()
  moves = 0
  /** What somebody set the wall clocks to. */
  wallMs = 1_000_000
  #owners: (string | undefined)[] = []

  member(me: string, { takesActors = true } = {}) {
    const pulse = this.time.pulse()
    const wire = this.hub.wire(me)
    const lost: number[] = []
    const releasing: number[][] = []
    const faults: unknown[] = []
    let died = 0
    let release = async () => undefined as void
    const leases = new Leases({
      board: this.hub.board(),
      me,
      about: () => ({ ...about, takesActors }),
      timing,
      pulse,
      wall: () => this.time.now + this.wallMs,
      line: () => wire.line,
      lost: (shards) => lost.push(...shards),
      prepare: async () => undefined,
      release: (shards) => {
        releasing.push([...shards])
        return release()
      },
      given: () => undefined,
      died: () => void died++,
      changed: () => undefined,
      onError: (error) => faults.push(error),
    })
    return {
      leases,
      pulse,
      wire,
      lost,
      releasing,
      /** How often it heard of a death. */
      died: () => died,
      faults,
      set release(wait: () => Promise<void>) {
        release = wait
      },
    }
  }

  async join(me: string, options?: { takesActors: boolean }) {
    const member = this.member(me, options)
    this.all.set(me, member)
    await member.wire.listen({ message() {}, notice: () => member.leases.look(), again() {}, failed() {} })
    await member.leases.join()
    return member
  }

  /** As SIGKILL does: neither its timers nor its connections are there any more. */
  kill(me: string) {
    const member = this.all.get(me)
    if (member) member.pulse.isStopped = true
    this.hub.kill(me)
    this.all.delete(me)
  }

  pass(ms: number) {
    return this.time.advance(ms, () => this.#check())
  }

  get shares() {
    return [...this.all.values()].map(({ leases }) => leases.owned)
  }

  get unserved() {
    return this.#serving().filter((server) => server === undefined).length
  }

  /** Who serves each shard. Throws where two do. */
  #serving() {
    const servers: (string | undefined)[] = new Array(shardCount).fill(undefined)
    for (const [me, { leases }] of this.all) {
      if (!leases.isServing()) continue
      for (let shard = 0; shard < shardCount; shard++) {
        if (!leases.owns(shard)) continue
        if (servers[shard] !== undefined) throw new Error(`shard ${shard} is served by ${servers[shard]} and ${me}`)
        servers[shard] = me
      }
    }
    return servers
  }

  #check() {
    for (const [shard, server] of this.#serving().entries()) {
      if (server === undefined || server === this.#owners[shard]) continue
      if (this.#owners[shard] !== undefined) this.moves++
      this.#owners[shard] = server
    }
  }
}
