import { EJSON } from 'bson'
import mongoose from 'mongoose'
import type { Opened } from '../harness.ts'
import { MongoClient } from '../harness.ts'
import { match } from './matching.ts'
import { OPERATIONS } from './operations.ts'

const { MongoServerError, ReadPreference } = mongoose.mongo

/** What the embedded store says that it is. */
const SERVER = '7.0.14'

/** What a test needs that a standalone server of this version is not; null when it may run. */
export function unmet(requirements: any[] | undefined): string | null {
  if (!requirements || requirements.some(isMet)) return null
  return `needs ${requirements.map((each) => JSON.stringify(each).replace(/[{}"]/g, '').replace(/[:,]/g, '$& ')).join(' or ')}`
}

function isMet({ minServerVersion, maxServerVersion, topologies, auth, csfle, serverless, serverParameters }: any) {
  if (minServerVersion && order(SERVER, minServerVersion) < 0) return false
  if (maxServerVersion && order(SERVER, maxServerVersion) > 0) return false
  const isElsewhere = serverless === 'require' || auth === true || csfle === true || serverParameters !== undefined
  return !isElsewhere && (!topologies || topologies.includes('single'))
}

function order(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)]
  const at = [0, 1, 2].find((i) => (x[i] ?? 0) !== (y[i] ?? 0))
  return at === undefined ? 0 : (x[at] ?? 0) - (y[at] ?? 0)
}

/** One run of one test: its clients, databases and collections, and what its clients sent and were told. */
class Run {
  private readonly entities = new Map<string, any>()
  private readonly clients: InstanceType<typeof MongoClient>[] = []
  private readonly events = new Map<string, { kind: string; event: any }[]>()
  private readonly opened: Opened

  constructor(opened: Opened) {
    this.opened = opened
  }

  async create(entities: any[] = []): Promise<void> {
    for (const entity of entities) {
      const { client, database, collection } = entity
      if (client) await this.connect(client)
      else if (database)
        this.entities.set(
          database.id,
          this.entities.get(database.client).db(database.databaseName, settings(database.databaseOptions)),
        )
      else {
        const owner = this.entities.get(collection.database)
        this.entities.set(
          collection.id,
          owner.collection(collection.collectionName, settings(collection.collectionOptions)),
        )
      }
    }
  }

  private async connect({ id, uriOptions = {}, observeEvents = [] }: any): Promise<void> {
    const { w, readConcernLevel, ...rest } = uriOptions
    const client = new MongoClient(this.opened.store.uri, {
      ...rest,
      ...(w === undefined ? {} : { writeConcern: { w } }),
      ...(readConcernLevel ? { readConcern: { level: readConcernLevel } } : {}),
      monitorCommands: true,
    })
    this.clients.push(client)
    this.entities.set(id, client)
    await client.connect()
    const seen: { kind: string; event: any }[] = []
    this.events.set(id, seen)
    for (const name of ['commandStarted', 'commandSucceeded', 'commandFailed'] as const) {
      const kind = `${name}Event`
      // As it was when it went out: the driver goes on using the same objects.
      if (observeEvents.includes(kind))
        client.on(name, (event: any) => seen.push({ kind, event: { ...event, command: copy(event.command) } }))
    }
  }

  async step({ name, object, arguments: args = {}, expectError, expectResult }: any): Promise<void> {
    const operation = OPERATIONS[name]
    if (!operation) throw new Error(`The runner does not know the operation ${name}.`)
    const outcome = await operation(this.entities.get(object), args).then(
      (value) => ({ value, error: null }),
      (error: unknown) => ({ value: undefined, error: error as any }),
    )
    if (expectError) return matchError(expectError, outcome.error, name)
    if (outcome.error) throw outcome.error
    if (expectResult !== undefined) match(expectResult, outcome.value, name, true)
  }

  check(expected: any[] = []): void {
    for (const { client, events } of expected) {
      const seen = this.events.get(client) ?? []
      if (seen.length !== events.length)
        throw new Error(`Events: expected ${events.length}, got ${seen.map((each) => each.event.commandName).join()}`)
      events.forEach((each: any, i: number) => {
        const [kind = ''] = Object.keys(each)
        match(kind, seen[i]?.kind, `event ${i}`)
        // A command or a reply may say more than the test asks about, at its top.
        for (const part of Object.keys(each[kind]))
          match(each[kind][part], seen[i]?.event[part], `event ${i}: ${part}`, part === 'command' || part === 'reply')
      })
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()))
  }
}

function matchError(expected: any, error: any, at: string): void {
  if (!error) throw new Error(`${at}: an error was expected`)
  const isServers = error instanceof MongoServerError || error.constructor.name === 'MongoClientBulkWriteError'
  if (expected.isClientError !== undefined && expected.isClientError === isServers) throw error
  if (expected.errorContains && !error.message.toLowerCase().includes(expected.errorContains.toLowerCase())) throw error
  if (expected.errorCode !== undefined) match(expected.errorCode, error.code, `${at}: code`)
  if (expected.expectResult) match(expected.expectResult, error.result ?? error.partialResult, `${at}: result`, true)
  if (expected.errorResponse) match(expected.errorResponse, error.errorResponse ?? error, `${at}: response`, true)
}

function settings(given: any): any {
  return given?.readPreference ? { ...given, readPreference: ReadPreference.fromOptions(given) } : (given ?? {})
}

const copy = (value: any) => value && EJSON.parse(EJSON.stringify(value, { relaxed: false }), { relaxed: true })

export const parsed = (text: string) => EJSON.parse(text, { relaxed: true })

export async function runUnified(opened: Opened, file: any, test: any): Promise<void> {
  for (const { databaseName, collectionName, documents, createOptions = {} } of file.initialData ?? []) {
    const db = opened.client.db(databaseName)
    await db.dropCollection(collectionName)
    await db.createCollection(collectionName, createOptions)
    if (documents.length) await db.collection(collectionName).insertMany(documents)
  }
  const run = new Run(opened)
  try {
    await run.create(file.createEntities)
    for (const operation of test.operations) await run.step(operation)
    run.check(test.expectEvents)
    for (const { databaseName, collectionName, documents } of test.outcome ?? []) {
      const found = await opened.client.db(databaseName).collection(collectionName).find().sort({ _id: 1 }).toArray()
      match(documents, found, 'outcome')
    }
  } finally {
    await run.close()
  }
}
