import { setTimeout as pass } from 'node:timers/promises'
import type { Api } from '../../client/api.ts'
import { type Answer, Line } from '../../bench/realtime/line.ts'
import { Auth } from '../../server/auth/auth.ts'
import { Store } from '../../store/connection.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { createMember } from '../../store/settings/members.ts'
import { type Node, Service } from '../cluster/service.ts'

export interface Wanted {
  takers: number
  rounds: number
  /** The rounds, counted from one, in whose middle a process is killed, as `kill -9` does. */
  kills: readonly number[]
  tell?(line: string): void
}

/** What one round came to. */
export interface Round {
  /** Who was told that they have it. */
  winners: string[]
  /** Whoever has it by all that was answered, and by the conversation itself afterwards. */
  holders: string[]
  isKilled: boolean
  ms: number
}

const patienceMs = 30_000

/** Everybody takes one unassigned conversation at once, again and again, over two real processes. */
export async function accepting({ takers, rounds, kills, tell = () => undefined }: Wanted): Promise<Round[]> {
  const service = await Service.open()
  try {
    const nodes = [await service.start(), await service.start()]
    const contest = await Contest.over(service, nodes, takers)
    const done: Round[] = []
    for (let round = 1; round <= rounds; round++) {
      const isKilled = kills.includes(round)
      const found = await contest.round(isKilled ? nodes[1] : undefined)
      done.push(found)
      tell(`round ${round}: ${JSON.stringify(found)}`)
      if (isKilled && round < rounds) nodes[1] = await service.start()
    }
    return done
  } finally {
    await service.close()
  }
}

interface Person {
  id: string
  token: string
}

async function hired(service: Service, workspaceId: string, count: number): Promise<Person[]> {
  const { MONGODB_URI: uri = '', JWT_SECRET: secret = '' } = service.variables
  const store = await Store.open(uri)
  const auth = new Auth({ store, secret, now: Date.now })
  const hire = async (nth: number) => {
    const account = await createAccount(store, { email: `taker${nth}@test.test`, passwordHash: '' }, Date.now())
    const made = { accountId: account.id, name: `Taker ${nth}`, role: 'staff' as const }
    const { id } = await createMember(store, workspaceId, made, Date.now())
    return { id, token: (await auth.openFor(workspaceId, id)).accessToken }
  }
  const people: Person[] = []
  for (let at = 0; at < count; at += 50)
    people.push(...(await Promise.all(Array.from({ length: Math.min(50, count - at) }, (_, nth) => hire(at + nth)))))
  await store.close()
  return people
}

/** People, each with a sign-in of their own, and a conversation that all of them want. */
export class Contest {
  readonly #api: Api
  readonly #nodes: readonly Node[]
  readonly #people: readonly Person[]
  #rounds = 0

  private constructor(api: Api, nodes: readonly Node[], people: readonly Person[]) {
    this.#api = api
    this.#nodes = nodes
    this.#people = people
  }

  /** `nodes` may change between two rounds. The first one of them is asked how it ended. */
  static async over(service: Service, nodes: readonly Node[], takers: number): Promise<Contest> {
    const api = service.api(nodes[0]!, await service.token(nodes[0]!))
    return new Contest(api, nodes, await hired(service, (await api.me()).workspace.id, takers))
  }

  /** `killed` is, as `kill -9` does it, when the first one has their answer: it may get lost then. */
  async round(killed?: Node): Promise<Round> {
    const { items } = await this.#api.conversations.list({ limit: 1 })
    const conversationId = items[0]!.conversationId
    await this.#api.conversations.assign(conversationId, null)
    const urls = this.#nodes.map(({ url }) => url)
    const takers = this.#people.map((person, nth) => new Taker(person, urls, nth))
    await Promise.all(takers.map((taker) => taker.connect()))

    const begin = performance.now()
    const round = ++this.#rounds
    const takes = takers.map((taker) => taker.take(conversationId, `take-${round}`))
    if (killed) await Promise.race(takes)
    killed?.process.process.kill('SIGKILL')
    const answers = await Promise.all(takes)
    const ms = performance.now() - begin
    for (const taker of takers) taker.leave()
    const { assigneeId } = await this.#api.conversations.get(conversationId)
    const winners = answers.flatMap(({ won, holder }) => (won ? [holder] : []))
    const holders = [...new Set([...answers.map(({ holder }) => holder), assigneeId ?? 'nobody'])]
    return { winners, holders, isKilled: killed !== undefined, ms }
  }
}

/** One who takes until it is known who has it, at whichever process lives, under one command id. */
class Taker {
  readonly person: Person
  readonly #urls: readonly string[]
  #nth: number
  #line: Line | undefined

  constructor(person: Person, urls: readonly string[], nth: number) {
    this.person = person
    this.#urls = urls
    this.#nth = nth
  }

  async connect(): Promise<Line> {
    const until = performance.now() + patienceMs
    for (;;) {
      const line = new Line('ours', this.#urls[this.#nth % this.#urls.length] ?? '', this.person.token)
      try {
        await line.ready
        this.#line = line
        return line
      } catch (error) {
        if (performance.now() > until) throw error
        this.#nth++
        await pass(20)
      }
    }
  }

  async take(conversationId: string, id: string): Promise<{ won: boolean; holder: string }> {
    const until = performance.now() + patienceMs
    while (performance.now() < until) {
      const line = this.#line?.isOpen ? this.#line : await this.connect()
      const answer = await line.ask('command', { id, name: 'conversation.take', input: { conversationId } })
      const holder = holderIn(answer)
      if (holder !== undefined) return { won: answer.ok, holder }
      await pass(answer.error?.retryAfterMs ?? 20)
    }
    throw new Error(`${this.person.id} was never told who has it`)
  }

  leave() {
    this.#line?.drop()
  }
}

/** Who has it; nobody knows yet where the connection ended or the server was busy. */
function holderIn({ ok, result, error }: Answer): string | undefined {
  if (ok) return (result as { assigneeId: string }).assigneeId
  if (error?.code === 'already_taken') return error.holderId ?? '?'
  if (error?.code === 'gone' || error?.retryable) return undefined
  throw new Error(`refused: ${JSON.stringify(error)}`)
}
