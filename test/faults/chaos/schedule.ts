import { AssertionError } from 'chai'
import type { Mishap } from '../../harness/mongo-proxy.ts'
import { Random } from '../../store/proof/random.ts'
import { isAddition } from './actors.ts'
import { Clients, usual } from './clients.ts'
import { comeAndGo } from './come-and-go.ts'
import type { Fleet } from './fleet.ts'
import { flood, slowCommits } from './flood.ts'
import { type Member, Refused } from './member.ts'
import type { Protection } from './wire.ts'

export interface Plan {
  seed: number
  /** At least one round is done. */
  seconds: number
  /** The numbers of the faults that are made; all of them where this is left out. */
  only?: readonly number[]
  without?: readonly Protection[]
  lengths?: Lengths
  /** How long a client rests between two things that it asks, ms at most: a run beside others leaves them the machine. */
  restMs?: number
  /** Hears of each round when it is over. */
  heard?(round: Round): void
}
export interface Round {
  /** With this seed and no other, the round is done again. */
  seed: number
  operations: number
  retried: number
  /** After each fault, until everything had answered again, ms. */
  servedMs: number[]
  deeds: string[]
  violations: string[]
}

/** How long the faults last that have a length, ms. */
export interface Lengths {
  redisAwayMs: number
  storeSilentMs: number
  commitMs: number
  comeAndGoMs: number
}
/** So that a round has several of them. */
export const brief: Lengths = { redisAwayMs: 2_500, storeSilentMs: 1_500, commitMs: 300, comeAndGoMs: 2_000 }
/** As the list of faults has them; the store is silent for longer than it takes to be noticed. */
export const full: Lengths = { redisAwayMs: 30_000, storeSilentMs: 12_000, commitMs: 1_000, comeAndGoMs: 20_000 }

interface World {
  fleet: Fleet
  random: Random
  lengths: Lengths
  /** Somebody who runs. */
  somebody(): Member
  pause(least: number, most: number): Promise<void>
}
interface Nemesis {
  numbers: readonly number[]
  name: string
  strikes(world: World): Promise<void>
}

const roundMs = 8_000
const members = 3
const actors = 12
/** Everything answers again within this, on a machine that does other things as well, ms. */
const budgetMs = 30_000

const nemeses: readonly Nemesis[] = [
  {
    numbers: [1, 2, 3],
    name: 'kill -9',
    async strikes({ somebody, pause }) {
      const member = somebody()
      await member.kill()
      await pause(100, 2_000)
      await member.start()
    },
  },
  {
    numbers: [2, 4, 11],
    name: 'kill -9 in the middle of a bulk',
    async strikes({ somebody, pause }) {
      const member = somebody()
      let killed: Promise<void> | undefined
      member.mongo.mishap = (sent) => {
        if (killed || !isAddition(sent)) return undefined
        killed = member.kill()
        return 'half'
      }
      await pause(300, 800)
      member.mongo.heal()
      await killed
      if (killed) await member.start()
    },
  },
  {
    numbers: [5, 6, 14],
    name: 'SIGSTOP for longer than the lease, and the heirs are killed',
    async strikes({ fleet, random, somebody, pause }) {
      const zombie = somebody()
      zombie.pause()
      await pause(1_700, 2_600)
      zombie.resume()
      if (random.chance(0.5)) return
      await pause(80, 80)
      const heirs = fleet.others(zombie)
      await Promise.all(heirs.map((heir) => heir.kill()))
      await Promise.all(heirs.map((heir) => heir.start()))
    },
  },
  {
    numbers: [7],
    name: 'SIGSTOP for less than the lease',
    async strikes({ somebody, pause }) {
      const member = somebody()
      member.pause()
      await pause(50, 600)
      member.resume()
    },
  },
  { numbers: [8], name: 'Redis comes back empty', strikes: async ({ fleet }) => fleet.redis?.restart() },
  {
    numbers: [9],
    name: 'Redis stands still',
    async strikes({ fleet, pause }) {
      fleet.redis?.pause()
      await pause(200, 2_500)
      fleet.redis?.resume()
    },
  },
  {
    numbers: [9],
    name: 'Redis is unreachable',
    async strikes({ fleet, lengths, pause }) {
      for (const { redis } of fleet.members) redis?.refuse()
      await pause(lengths.redisAwayMs, lengths.redisAwayMs)
      for (const { redis } of fleet.members) redis?.heal()
    },
  },
  {
    numbers: [9, 16],
    name: 'one member and Redis do not hear one another',
    async strikes({ random, somebody, pause }) {
      const { redis } = somebody()
      redis?.hold(random.pick([{ requests: true }, { answers: true }, { requests: true, answers: true }]))
      await pause(200, 2_500)
      redis?.heal()
    },
  },
  {
    numbers: [16],
    name: 'what members say is late, and their connections are cut',
    async strikes({ fleet, random, pause }) {
      for (const { redis } of fleet.running) if (redis) redis.delayMs = random.between(5, 80)
      await pause(100, 400)
      for (const { redis } of fleet.running) redis?.heal()
      for (const { redis } of fleet.running) if (random.chance(0.5)) redis?.cut()
    },
  },
  {
    numbers: [10, 11],
    name: 'writes of unknown outcome',
    async strikes({ fleet, random, pause }) {
      const kinds: Mishap[] = ['before', 'after', 'half', 'stepDown', 'unsure']
      for (const { mongo } of fleet.running) mongo.mishap = () => (random.chance(0.15) ? random.pick(kinds) : undefined)
      await pause(300, 800)
      for (const { mongo } of fleet.running) mongo.heal()
    },
  },
  {
    numbers: [10],
    name: 'one member hears nothing of the store any more',
    async strikes({ random, somebody, lengths, pause }) {
      const { mongo } = somebody()
      mongo.proxy.hold(random.pick([{ answers: true }, { requests: true, answers: true }]))
      await pause(lengths.storeSilentMs, lengths.storeSilentMs)
      mongo.heal()
    },
  },
  {
    numbers: [12, 20],
    name: 'each commit takes long, and one actor is asked too much',
    async strikes({ fleet, random, lengths }) {
      slowCommits(fleet, lengths.commitMs)
      await flood(fleet, fleet.counter(random.below(actors)), 700)
      for (const { mongo } of fleet.members) mongo.heal()
    },
  },
  {
    numbers: [12],
    name: 'a slow store',
    async strikes({ fleet, random, pause }) {
      for (const { mongo } of fleet.running) mongo.proxy.delayMs = random.between(20, 300)
      await pause(300, 1_000)
      for (const { mongo } of fleet.running) mongo.heal()
    },
  },
  {
    numbers: [13],
    name: 'a wall clock goes back by an hour, and is set right again',
    async strikes({ somebody, pause }) {
      const member = somebody()
      await member.order({ do: 'jump', skewMs: -3_600_000 })
      await pause(200, 1_000)
      await member.order({ do: 'jump', skewMs: 0 })
    },
  },
  {
    numbers: [17],
    name: 'messages whose handler throws',
    async strikes({ fleet, random }) {
      for (let n = 0; n < 5; n++)
        await refused(fleet.asks.ask('counter', fleet.counter(random.below(actors)), 'fail', { timeoutMs: 2_000 }))
    },
  },
  {
    numbers: [19],
    name: 'a message that kills its process',
    async strikes({ fleet, random, pause }) {
      await refused(fleet.asks.ask('counter', fleet.counter(random.below(actors)), 'crash', { timeoutMs: 1_000 }))
      await pause(100, 500)
      for (const member of fleet.members) if (!member.isUp) await member.start()
    },
  },
  {
    numbers: [21],
    name: 'a member joins or leaves every second',
    strikes: ({ fleet, lengths }) => comeAndGo(fleet, lengths.comeAndGoMs / 1_000),
  },
  {
    numbers: [21, 25],
    name: 'a member leaves in good order, and joins again',
    async strikes({ somebody, pause }) {
      const member = somebody()
      await member.leave()
      await pause(100, 600)
      await member.start()
    },
  },
]

/** The numbers of all faults that a schedule can make. */
export const numbers = [...new Set(nemeses.flatMap((nemesis) => nemesis.numbers))].toSorted((a, b) => a - b)

/** Rounds of everything that can go wrong, one after another, as the seed says. The first that shows a violation is the last. */
export async function run(
  fleet: Fleet,
  { seed, seconds, only, without = [], lengths = brief, restMs = usual.restMs, heard }: Plan,
): Promise<Round[]> {
  const chosen = nemeses.filter((nemesis) => !only || nemesis.numbers.some((number) => only.includes(number)))
  if (chosen.length === 0) throw new Error(`a schedule can make these: ${numbers.join(', ')}`)
  const until = performance.now() + seconds * 1_000
  const rounds: Round[] = []
  do {
    const round = await play(fleet, seed + rounds.length, { chosen, without, lengths, restMs })
    rounds.push(round)
    heard?.(round)
    if (round.violations.length > 0) break
  } while (performance.now() < until)
  return rounds
}

interface Making {
  chosen: readonly Nemesis[]
  without: readonly Protection[]
  lengths: Lengths
  restMs: number
}

async function play(fleet: Fleet, seed: number, { chosen, without, lengths, restMs }: Making) {
  await fleet.begin({ members, without })
  const random = new Random(seed)
  const world: World = {
    fleet,
    random,
    lengths,
    somebody: () => random.pick(fleet.running),
    pause: (least, most) => new Promise((later) => setTimeout(later, random.between(least, most))),
  }
  // Clients draw from a chance of their own: what they do must not change what is done to them.
  const clients = new Clients(fleet, new Random(~seed), {
    ...usual,
    restMs,
    sleepers: 24,
    actors: fleet.counters(actors),
  })
  const servedMs: number[] = []
  const unlike: string[] = []
  const until = performance.now() + roundMs
  await world.pause(300, 300)
  while (performance.now() < until) {
    const nemesis = random.pick(chosen)
    fleet.history.did(nemesis.name)
    await nemesis.strikes(world).catch((error: unknown) => {
      if (!(error instanceof AssertionError)) throw error
      unlike.push(`${nemesis.name}: ${error.message}`)
    })
    servedMs.push(await served(fleet))
    await world.pause(50, 400)
  }
  await clients.end()
  const violations = [...unlike, ...(await fleet.verdict())]
  for (const ms of servedMs)
    if (ms > budgetMs) violations.push(`I9 it took ${Math.round(ms)} ms until everything was served again`)
  const { operations, deeds } = fleet.history
  const retried = operations.filter(({ attempts }) => attempts > 1).length
  return { seed, operations: operations.length, retried, servedMs, deeds, violations }
}

/** How long it takes until every counter answers, ms. */
async function served(fleet: Fleet) {
  const began = performance.now()
  const all = Array.from({ length: actors }, (_, n) => fleet.asks.insistOnViewing(fleet.counter(n), { timeoutMs: 600 }))
  await Promise.all(all)
  return performance.now() - began
}

async function refused(asked: Promise<unknown>) {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
}
