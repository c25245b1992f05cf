/** From when to when a member would have answered for a shard, ms of the machine's monotonic clock. */
export type Reign = [shard: number, from: number, to: number]

const everyMs = 5
const now = () => Number(process.hrtime.bigint()) / 1e6

/** Looks again and again whether a member may answer for each shard, and keeps for how long it was so. */
export class Ownership {
  readonly #over: Reign[] = []
  readonly #present = new Map<number, { from: number; to: number }>()

  constructor(shards: number, isServing: () => boolean, owns: (shard: number) => boolean) {
    setInterval(() => {
      const [at, serves] = [now(), isServing()]
      for (let shard = 0; shard < shards; shard++) this.#saw(shard, serves && owns(shard), at)
    }, everyMs).unref()
  }

  get reigns(): Reign[] {
    return [...this.#over, ...[...this.#present].map(([shard, { from, to }]): Reign => [shard, from, to])]
  }

  #saw(shard: number, isOurs: boolean, at: number) {
    const reign = this.#present.get(shard)
    if (isOurs && reign) reign.to = at
    else if (isOurs) this.#present.set(shard, { from: at, to: at })
    else if (reign) {
      this.#over.push([shard, reign.from, reign.to])
      this.#present.delete(shard)
    }
  }
}

/** Shards for which two members would have answered at one moment. */
export function ownedTwice(reigns: readonly Reign[]): string[] {
  const sorted = reigns.toSorted(([a, from], [b, other]) => a - b || from - other)
  return sorted.flatMap(([shard, from, to], index) => {
    const before = sorted[index - 1]
    if (before?.[0] !== shard || before[2] < from) return []
    return [`${shard}: until ${before[2].toFixed(1)}, and from ${from.toFixed(1)} to ${to.toFixed(1)}`]
  })
}
