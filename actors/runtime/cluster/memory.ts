import {
  type About,
  type Board,
  free,
  type Giver,
  never,
  type Sighting,
  type Sign,
  signOf,
  type Vacant,
} from './board.ts'
import { type Line, type Listening, Unsent } from './post.ts'
import { shardCount } from './shards.ts'

/** The memory twin of Redis, for tests and simulations of a cluster alone: one board and one wire for all members. */
export class MemoryHub {
  /** How long whatever is said to it, or through it, is under way; a rejection is a lost answer, or a lost message. */
  delay: (what: 'asked' | 'answered' | 'published', member: string) => Promise<void> | void = () => undefined
  #generation = 0
  #version = 0
  #numbers = new Map<string, number>()
  #about = new Map<string, About>()
  #signs = new Map<string, string>()
  #owners = new Uint16Array(shardCount)
  readonly #listening = new Map<string, Listening>()

  /** What is not kept on disk is gone, as after a restart; whoever listens still does. */
  forget() {
    this.#generation++
    this.#numbers.clear()
    this.#about.clear()
    this.#signs.clear()
    this.#owners.fill(never)
    this.#changed()
  }

  /** Says nothing and hears nothing any more: as a process that was killed. */
  kill(member: string) {
    this.#listening.delete(member)
  }

  board(): Board {
    return {
      beat: (sign) => this.#said(sign.me, () => this.#beat(sign)),
      take: (me, generation, shards) => this.#said(me, () => this.#take(me, generation, shards)),
      give: (from, heir, shards) => this.#said(from.me, () => this.#give(from, heir, shards)),
      bury: (me, generation, member, sign) => this.#said(me, () => this.#bury(me, generation, member, sign)),
      leave: (me, generation) => this.#said(me, () => this.#leave(me, generation)),
    }
  }

  wire(me: string): Line {
    return {
      line: 1,
      listen: async (on) => void this.#listening.set(me, on),
      publish: async (member, bytes) => {
        const listens = this.#listening.get(member)
        if (!this.#listening.has(me)) throw new Unsent('this member is gone')
        await this.delay('published', member)
        listens?.message(bytes)
        return listens ? 1 : 0
      },
    }
  }

  async #said<Said>(me: string, run: () => Said): Promise<Said> {
    if (!this.#listening.has(me)) throw new Error('this member is gone')
    await this.delay('asked', me)
    const answer = run()
    await this.delay('answered', me)
    return answer
  }

  #beat({ me, about, beat, generation: known, version, held }: Sign): Sighting {
    const generation = `memory:${this.#generation}`
    if (!this.#numbers.has(me)) {
      if (known === generation) return { isMember: false, generation, version: 0, signs: new Map() }
      this.#join(me, about, known === '' ? new Set() : held)
    }
    if (JSON.stringify(this.#about.get(me)) !== JSON.stringify(about)) {
      this.#about.set(me, about)
      this.#changed()
    }
    this.#signs.set(me, signOf(beat))
    const signs = new Map([...this.#signs].map(([id, sign]) => [id, { sign, isListening: this.#listening.has(id) }]))
    const sighting = { isMember: true, generation, version: this.#version, signs }
    if (version === this.#version && known === generation) return sighting
    const table = { numbers: new Map(this.#numbers), about: new Map(this.#about), owners: this.#owners.slice() }
    return { ...sighting, table }
  }

  #join(me: string, about: About, held: ReadonlySet<number>) {
    const taken = new Set(this.#numbers.values())
    let number = 1
    while (taken.has(number)) number++
    this.#numbers.set(me, number)
    this.#about.set(me, about)
    for (const shard of held) if (this.#owners[shard] === never) this.#owners[shard] = number
    this.#changed()
  }

  #isIn(me: string, generation: string) {
    return generation === `memory:${this.#generation}` && this.#numbers.has(me)
  }

  #take(me: string, generation: string, shards: readonly Vacant[]) {
    const number = this.#numbers.get(me)
    if (number === undefined || !this.#isIn(me, generation)) return
    const vacant = shards.filter(({ shard, state }) => this.#owners[shard] === state)
    for (const { shard } of vacant) this.#owners[shard] = number
    if (vacant.length > 0) this.#changed()
  }

  #give({ me, generation, sign }: Giver, heir: string | undefined, shards: readonly number[]) {
    const number = this.#numbers.get(me)
    if (number === undefined || !this.#isIn(me, generation) || this.#signs.get(me) !== sign) return
    const next = (heir !== undefined && this.#numbers.get(heir)) || free
    for (const shard of shards) if (this.#owners[shard] === number) this.#owners[shard] = next
    this.#changed()
  }

  #bury(me: string, generation: string, member: string, sign: string) {
    if (this.#isIn(me, generation) && this.#signs.get(member) === sign) this.#forget(member)
  }

  #leave(me: string, generation: string) {
    if (this.#isIn(me, generation)) this.#forget(me)
  }

  #forget(member: string) {
    const number = this.#numbers.get(member)
    this.#numbers.delete(member)
    this.#about.delete(member)
    this.#signs.delete(member)
    for (let shard = 0; shard < shardCount; shard++) if (this.#owners[shard] === number) this.#owners[shard] = free
    this.#changed()
  }

  #changed() {
    this.#version++
    for (const { notice } of this.#listening.values()) notice()
  }
}
