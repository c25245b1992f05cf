// A process of `care.test.ts`: handles what it is told on the store of this directory, and dies of one message.
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { cell, cellActor } from '../harness/cell.ts'

const [directory = '', only] = process.argv.slice(2)
const embedded = await startEmbeddedStore({ directory, durability: 'full' })
const store = await Store.open(embedded.uri)
const rest = new Rest(new Vault(store, Buffer.alloc(32, 7)))
const actors = [cellActor({ grow: () => process.kill(process.pid, 'SIGKILL') })]
const system = new ActorSystem({
  actors: actors as never,
  reactions: [],
  effects: {},
  persistence: new MongoPersistence(store, rest, new ActorDocuments(rest, actors)),
  clocks: () => systemClock,
  settings: () => defaultSettings,
  publish() {},
  onError() {},
})
const at = (id: string, commandId?: string) => system.workspace('w1', principal('staff', 'ana'), commandId).at(cell, id)
const outcome = (answer: Promise<unknown>) => answer.then(String).catch((error: Error) => error.name)

const added = await at('a').add()
const deadly = only === 'first' ? 'not sent' : outcome(at('a', 'deadly-1').grow({ bytes: 3 }))
const beside = await Promise.all([at('a', `good-${process.pid}`).add(), at('b').add()])
process.stdout.write(JSON.stringify({ added, deadly: await deadly, beside }))
await system.close()
await store.close()
await embedded.close()
process.exit(0)
