/** What was measured of `processes` members that did `rate` messages a second together. */
export interface Measured {
  readonly processes: number
  readonly rate: number
  /** Of all messages, those to an actor of another process. */
  readonly remote: number
  /** Redis commands and bytes, both ways: of nothing but being there, per second; and of one message. */
  readonly idleCommands: number
  readonly idleBytes: number
  readonly commands: number
  readonly bytes: number
  readonly redisCpuUs: number
  /** Of one message: write requests to the store, documents in them, CPU of all members, µs. */
  readonly requests: number
  readonly cpuUs: number
}

const beatsPerSecond = 4
const shards = 1_024
/** Of the two schedules, every 5 and every 10 s, each a query per kind. */
const sweptKinds = 4
const sweepsPerSecond = sweptKinds * (1 / 5 + 1 / 10)
/** Of one message from a person: as `npm run bench -- messages` counts them, and as long as `message.created` is. */
const events = 1.6
const eventBytes = 600

/** An actor is as likely on one process as on any other, and whoever asks does not choose. */
export const apart = (n: number) => 1 - 1 / n

/** The straight line that is nearest to these, never below 0. */
function line(points: readonly (readonly [x: number, y: number])[]) {
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length
  const [midX, midY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const spread = points.reduce((sum, [x]) => sum + (x - midX) ** 2, 0)
  const slope = points.reduce((sum, [x, y]) => sum + (x - midX) * (y - midY), 0) / spread
  return (x: number) => Math.max(0, midY + slope * (x - midX))
}

/** From what some sizes of it cost, what n processes do. What is for others grows with `apart`. */
export function modelOf(at: readonly Measured[]) {
  const among = (of: (one: Measured) => number) => {
    const along = line(at.map((one) => [apart(one.processes), of(one)]))
    return (n: number) => along(apart(n))
  }
  // Each sign of life is answered with a line of each member: n of them of n lines.
  const ofBeat = line(at.map(({ processes, idleBytes, idleCommands }) => [processes, idleBytes / idleCommands]))
  return {
    remote: apart,
    idleCommands: (n: number) => n * beatsPerSecond,
    idleBytes: (n: number) => n * beatsPerSecond * ofBeat(n),
    commands: among(({ commands }) => commands),
    bytes: among(({ bytes }) => bytes),
    redisCpuUs: among(({ redisCpuUs }) => redisCpuUs),
    cpuUs: among(({ cpuUs }) => cpuUs),
    /** To Redis once, and from there to every process, wherever the sockets are. */
    eventBytes: (n: number) => (n === 1 ? 0 : events * eventBytes * (1 + n)),
    sweeps: () => sweepsPerSecond,
    /** The share of the shards that one process of n has, and its actors with them. */
    share: (n: number, actors: number) => ({ shards: shards / n, actors: actors / n }),
  }
}
export type Model = ReturnType<typeof modelOf>

const secondUs = 1_000_000

/** How many messages a second each thing allows, were it alone; the least of them breaks first. */
export function limitsOf(model: Model, n: number, have: { written: number; idleUs: number }) {
  const idleShare = Math.min(1, (model.idleCommands(n) * have.idleUs) / secondUs)
  const redisUs = model.redisCpuUs(n)
  return {
    'a core per process': (n * secondUs) / model.cpuUs(n),
    'one core of Redis': redisUs > 0 ? ((1 - idleShare) * secondUs) / redisUs : Infinity,
    'what this store writes': have.written,
  }
}
