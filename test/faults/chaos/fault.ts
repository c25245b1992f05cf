import { AssertionError, expect } from 'chai'
import { type Invariant, promises } from './check.ts'
import { Fleet, type Setting } from './fleet.ts'
import { Refused } from './member.ts'
import type { Protection } from './wire.ts'

export interface Fault {
  /** Its numbers in the list of faults that Careline survives. */
  number: string
  name: string
  setting?: Setting
  /** It measures: no other fault is made meanwhile. */
  isAlone?: boolean
  /** Does it, and looks at what is special to it. The invariants are checked afterwards. */
  happens(fleet: Fleet): Promise<void>
  /** With this protection taken away, the same fault must break one of these. */
  without?: Partial<Record<Protection, readonly Invariant[]>>
}

/** What is broken need not come to rest. */
const brokenMs = 2_000
/** Most of a fault is waiting, for leases and for what is tried again: so many are made at once. */
const atOnce = 3

/** What the store, the events and the ledgers say agrees with what was answered, after each of these. */
export function survives(title: string, faults: readonly Fault[]) {
  describe(`faults: ${title}`, () => {
    const cases = faults.flatMap(casesOf)
    const ahead = new Ahead(cases)
    after(() => ahead.close())
    for (const [index, { title }] of cases.entries()) it(title, () => ahead.result(index))
  })
}

interface Case {
  title: string
  isAlone: boolean
  run(fleet: Fleet): Promise<void>
}

function casesOf(fault: Fault): Case[] {
  const { number, name, setting, isAlone = false } = fault
  const holds = async (fleet: Fleet) => {
    await fleet.begin(setting)
    await fault.happens(fleet)
    const violations = await fleet.verdict()
    expect(violations, story(fleet)).to.deep.equal([])
  }
  const proofs = Object.entries(fault.without ?? {}).map(([protection, broken]): Case => {
    const promised = broken.map((invariant) => promises[invariant]).join(', or ')
    return {
      title: `${number}. shows without ${protection} that ${promised}`,
      isAlone,
      async run(fleet) {
        await fleet.begin({ ...setting, without: [protection as Protection] })
        await regardless(() => fault.happens(fleet))
        const violations = await fleet.verdict(brokenMs)
        const isNamed = violations.some((one) => broken.some((invariant) => one.startsWith(invariant)))
        expect(isNamed, `${violations.join('\n')}${story(fleet)}`).to.equal(true)
      },
    }
  })
  return [{ title: `${number}. ${name}`, isAlone, run: holds }, ...proofs]
}

/** Runs cases a little ahead of whoever waits for their results, each on a fleet that no other uses meanwhile. */
class Ahead {
  readonly #cases: readonly Case[]
  readonly #running = new Map<number, Promise<void>>()
  readonly #fleets: Fleet[] = []
  readonly #free: Fleet[] = []

  constructor(cases: readonly Case[]) {
    this.#cases = cases
  }

  async result(index: number) {
    this.#begin(index)
    if (this.#cases[index]?.isAlone !== true)
      for (let next = index + 1; next < index + atOnce && this.#cases[next]?.isAlone === false; next++)
        this.#begin(next)
    await this.#running.get(index)
  }

  async close() {
    await Promise.allSettled(this.#running.values())
    await Promise.all(this.#fleets.map((fleet) => fleet.close()))
  }

  #begin(index: number) {
    if (this.#running.has(index)) return
    const running = this.#run(index)
    running.catch(() => undefined) // It is looked at when its turn has come.
    this.#running.set(index, running)
  }

  async #run(index: number) {
    const fleet = this.#free.pop() ?? (await Fleet.open())
    if (!this.#fleets.includes(fleet)) this.#fleets.push(fleet)
    try {
      await this.#cases[index]?.run(fleet)
    } finally {
      this.#free.push(fleet)
    }
  }
}

/** What is special to a fault may go wrong without the protection: what must be named is the invariant. */
async function regardless(happens: () => Promise<void>) {
  try {
    await happens()
  } catch (error) {
    if (!(error instanceof AssertionError || error instanceof Refused)) throw error
  }
}

function story({ history: { deeds, faults } }: Fleet) {
  return `\nWhat was done:\n${deeds.join('\n')}\nWhat went wrong in passing:\n${faults.slice(0, 10).join('\n')}`
}

export const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))

/** What somebody is told who is not answered as they wish. Fails when they are. */
export async function refusalOf(asked: Promise<unknown>): Promise<Refused> {
  const answer = await asked.catch((error: unknown) => error)
  if (answer instanceof Refused) return answer
  if (answer instanceof Error) throw answer
  return expect.fail(`it was answered: ${JSON.stringify(answer)}`)
}
