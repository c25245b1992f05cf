import type { Document } from 'bson'
import { ActorDocuments, type RestingEvent } from '../../../store/documents.ts'
import { Store } from '../../../store/connection.ts'
import { Rest } from '../../../store/rest.ts'
import { Vault } from '../../../store/vault.ts'
import { Installation } from '../../cli/command.ts'
import { freshElsewhere } from '../../harness/database.ts'
import { PrivateRedis } from '../../harness/redis.ts'
import { chaosActors, counterNamed, initial, masterKey, roundOf, workspaceId } from './actors.ts'
import { Asks } from './asks.ts'
import { check } from './check.ts'
import { History, type Remains } from './history.ts'
import { Member } from './member.ts'
import type { NodeOptions, Protection } from './wire.ts'

export interface Setting {
  members?: number
  without?: readonly Protection[]
  bounds?: NodeOptions['bounds']
  release?: number
}

const names = ['ada', 'bob', 'cyd', 'dee', 'eve', 'fay']
const newestRelease = 2
const drainMs = 90_000
const sweepMs = 100
const placedMs = 60_000
const pause = (ms: number) => new Promise((later) => setTimeout(later, ms))

/** A store, a Redis, and some members, each behind links of its own; all of them real processes. */
export class Fleet {
  members: Member[] = []
  readonly redis: PrivateRedis | undefined
  readonly asks = new Asks(this)
  history = new History()
  readonly #store: Store
  readonly #documents: ActorDocuments
  readonly #uri: string
  readonly #close: () => Promise<void>
  #round = 0

  private constructor(
    { uri, store, documents }: { uri: string; store: Store; documents: ActorDocuments },
    redis: PrivateRedis | undefined,
    close: () => Promise<void>,
  ) {
    this.#uri = uri
    this.#store = store
    this.#documents = documents
    this.redis = redis
    this.#close = close
  }

  /** Without Redis every member believes that it owns every actor: then fencing alone keeps what is written true. */
  static async open({ hasRedis = true } = {}): Promise<Fleet> {
    const house = await Installation.on({ MONGODB_URI: '', DURABILITY: 'full', LOG_LEVEL: 'error' })
    const elsewhere = freshElsewhere()
    const redis = hasRedis ? await PrivateRedis.start() : undefined
    const uri = elsewhere?.uri ?? (await storeOf(house))
    const store = await Store.open(uri)
    const rest = new Rest(new Vault(store, masterKey))
    // Made once, by nobody whose history is looked at.
    await rest.ready(workspaceId)
    return new Fleet(
      { uri, store, documents: new ActorDocuments(rest, chaosActors(newestRelease)) },
      redis,
      async () => {
        await store.close()
        await redis?.stop()
        await elsewhere?.close()
        await house.remove()
      },
    )
  }

  /** A new history of new actors over the same store, by new processes. */
  async begin({ members = 3, without = [], bounds = {} }: Setting = {}) {
    await this.#end()
    await this.redis?.restart()
    this.#round++
    this.history = new History()
    await Promise.all(names.slice(0, members).map((name) => this.add(name, { without, bounds })))
    this.members.sort((a, b) => (a.name < b.name ? -1 : 1))
    await this.placed()
  }

  /** Resolves when every shard has an owner, and every member that runs its share, more or less. */
  async placed() {
    if (!this.redis) return
    const isPlaced = async (member: Member) => {
      const { unowned, shares } = await member.inspect()
      const fair = shares.reduce((sum, share) => sum + share, 0) / shares.length
      const isFair = shares.every((share) => Math.abs(share - fair) < fair / 4)
      return unowned === 0 && shares.length === this.running.length && isFair
    }
    const until = performance.now() + placedMs
    while (!(await Promise.all(this.running.map(isPlaced))).every(Boolean)) {
      if (performance.now() > until) throw new Error('the shards were not placed in time')
      await pause(20)
    }
  }

  /** Who has this actor in memory. */
  async ownerOf(actor: string): Promise<Member> {
    for (const member of this.running) if ((await member.inspect()).actors.some(({ id }) => id === actor)) return member
    throw new Error(`nobody has ${actor} in memory`)
  }

  /** What somebody else did to the document of a counter, while nobody has it in memory. */
  async tamper(actor: string, update: Document) {
    await this.#store.collection('users').updateOne({ _id: actor }, update)
  }

  async document(actor: string): Promise<Document | null> {
    return this.#store.collection('users').findOne({ _id: actor })
  }

  /** What rests with the dead letters. */
  async letters() {
    const found = await this.#mine('dead_letters', '', 'to.id')
    return found.map(({ command, error }) => ({ message: String(command.message), error: String(error.message) }))
  }

  others(member: Member): Member[] {
    return this.members.filter((one) => one !== member)
  }

  /** `isCalled`: what the member says that its name is. */
  async add(
    name: string,
    { isCalled = name, without = [], bounds = {}, release = 1 }: Setting & { isCalled?: string } = {},
  ) {
    const where = { name, store: this.#uri, redis: this.redis?.url }
    const options = { without: [...without], bounds, release }
    const { history } = this
    // What an earlier round left is swept up in this one.
    const isMine = (id: string) => roundOf(id) === this.#round
    const member = await Member.before(where, options, {
      event: (from, event) => void (isMine(event.stream) && history.events.push({ member: from, event })),
      fault: (from, message) => void history.faults.push(`${from}: ${message}`),
      effect: (from, { effect, key, tag }) => {
        if (effect === 'run' && isMine(key)) history.charges.push({ member: from, key, tag })
        return { key }
      },
    })
    member.mongo.applied = (write) => void (isMine(write.id) && history.applied.push(write))
    this.members.push(member)
    await member.start(isCalled)
    return member
  }

  /** The id of the nth counter of this round. */
  counter(n: number) {
    return counterNamed(this.#round, n)
  }

  counters(n: number) {
    return Array.from({ length: n }, (_, index) => this.counter(index))
  }

  member(name: string): Member {
    const found = this.members.find((one) => one.name === name)
    if (!found) throw new Error(`there is no member ${name}`)
    return found
  }

  get running() {
    return this.members.filter(({ isUp }) => isUp)
  }

  /** Links and clocks are well again, and who was stopped goes on. */
  heal() {
    this.redis?.resume()
    for (const member of this.members) {
      member.mongo.heal()
      member.redis?.heal()
      if (member.isStopped) member.resume()
    }
  }

  /** What the schedules of every member would do now and then. */
  async sweep() {
    const swept = this.running.map((member) => member.order({ do: 'sweep' }, 2_000))
    await Promise.allSettled(swept) // Who is dead or deaf at the moment sweeps later.
  }

  /** Lets everything come to rest, kills everybody, and says what does not agree. */
  async verdict(withinMs = drainMs): Promise<string[]> {
    this.heal()
    const until = performance.now() + withinMs
    let busy = await this.#busy()
    while (busy.length > 0 && performance.now() < until) {
      await this.sweep()
      await pause(sweepMs)
      busy = await this.#busy()
    }
    await Promise.all(this.members.map((member) => member.kill()))
    const violations = check(this.history, { ...(await this.#remains()), busy })
    return violations.map(({ invariant, what }) => `${invariant} ${what}`)
  }

  async close() {
    await this.#end()
    await this.#close()
  }

  async #end() {
    await Promise.all(this.members.map((member) => member.close()))
    this.members = []
  }

  /** Who has something to hand out, or a reminder that did not ring. What was handed out is forgotten in the document later. */
  async #busy(): Promise<string[]> {
    const inspected = await Promise.all(this.running.map((member) => member.inspect()))
    // Who is being loaded has not been looked into yet.
    const resting = inspected.flatMap(({ actors }) =>
      actors.filter(({ waits, status }) => waits === 0 && status !== 'loading'),
    )
    const atRest = new Set(resting.map(({ id }) => id))
    const found = await Promise.all([this.#mine('users', 'c', '_id'), this.#mine('inboxes', 'l', '_id')])
    const holding = found.flat().filter((document) => holdsSomething(document))
    return holding.map(({ _id }) => String(_id)).filter((id) => !atRest.has(id))
  }

  async #remains(): Promise<Omit<Remains, 'busy'>> {
    const [users, inboxes, messages, events] = await Promise.all([
      this.#mine('users', 'c', '_id'),
      this.#mine('inboxes', 'l', '_id'),
      this.#mine('messages', 'c', '_id'),
      this.#mine('events', 'user:c', 'stream'),
    ])
    return {
      counters: actors(users, initial.counter),
      ledgers: actors(inboxes, initial.ledger),
      rows: messages.map(({ _id, n, tag }) => {
        return { counter: String(_id).replace(/:.*/, ''), n: Number(n), tag: String(tag) }
      }),
      events: events.map((event) => this.#documents.eventOf(event as unknown as RestingEvent)),
      letters: await this.letters(),
      unknown: this.members.flatMap(({ mongo }) => [...mongo.unknown]),
    }
  }

  /** Of this round: ids say in which round they were made. */
  async #mine(name: Parameters<Store['collection']>[0], letter: string, field: string): Promise<Document[]> {
    const mine = new RegExp(`^${letter === '' ? '[cl]' : letter}${this.#round}_`)
    return this.#store
      .collection(name)
      .find({ [field]: mine })
      .toArray()
  }
}

/** Those that were written, if only in part: of others a document may say what somebody was about to do. */
const actors = <State>(found: Document[], initial: State) =>
  new Map(
    found
      .map((one) => [String(one['_id']), { ...initial, ...(one as State), rev: Number(one['actor'].rev) }] as const)
      .filter(([, { rev }]) => rev > 0),
  )

async function storeOf(house: Installation): Promise<string> {
  const [uri] = await house.begin(['store']).prints(/mongodb:\/\/\S+/)
  return uri
}

function holdsSomething({ actor }: Document) {
  const out = Object.values((actor?.['out'] ?? {}) as Record<string, { type: string }>)
  const reminders = Object.keys((actor?.['reminders'] ?? {}) as object)
  return out.some(({ type }) => type !== 'record') || reminders.length > 0
}
