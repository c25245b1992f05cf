import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { actors as careline } from '../../actors/index.ts'
import type { Actor } from '../../actors/runtime/change.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { createGateway, type Parts } from '../../realtime/socket/gateway.ts'
import { quiet } from '../harness/quiet.ts'
import { patienceMs } from '../harness/until.ts'
import { authenticate } from './floor.ts'

type Given = Pick<Parts, 'sources'> & Partial<Pick<Parts, 'push' | 'clock' | 'links' | 'marks'>>

/** Actors and streams of a test's own, in memory, behind real sockets. Each `hall` is a process of its own with them. */
export function openOwn(own: readonly unknown[]) {
  const actors = own as readonly Actor[] // As a registry: what they have in common is checked where each is made.
  const memory = new MemoryPersistence()
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const system = new ActorSystem({
    actors,
    reactions: [],
    effects: {},
    persistence: memory,
    clocks: () => systemClock,
    settings: () => defaultSettings,
    publish: (event) => memory.publish(event),
    onError,
  })
  const halls: { close(): Promise<void> }[] = []

  /** Only one that `commits` hears what the actors do; the others hear of it from that one. */
  async function hall({ commits = true, ...given }: Given & { commits?: boolean }) {
    const http = createServer()
    const clock: Clock = given.clock ?? systemClock
    const gateway = createGateway(http, {
      contracts: [...careline, ...actors].map(({ contract }) => contract),
      commands: [],
      queries: {} as Parts['queries'],
      log: commits ? memory : { ...readsOf(memory), follow: () => () => undefined },
      authenticate,
      workspace: ({ workspaceId, role, id }) => system.workspace(workspaceId, { role, id, depth: 0 }),
      onError,
      ...given,
      clock,
    })
    await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const sockets: Socket[] = []
    const opened = {
      gateway,
      async socket(token: string) {
        const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true })
        sockets.push(socket)
        const events: any[] = []
        socket.on('event', (event: unknown) => events.push(event))
        await new Promise<void>((ready, refused) => socket.once('hello', ready).once('connect_error', refused))
        const ask = (name: string, request: object) => socket.timeout(patienceMs).emitWithAck(name, request)
        return Object.assign(socket, { events, ask })
      },
      async close() {
        for (const socket of sockets) socket.close()
        await gateway.close()
        await gateway.end()
        http.closeAllConnections()
        await new Promise<void>((closed) => http.close(() => closed()))
      },
    }
    halls.push(opened)
    return opened
  }

  return {
    errors,
    log: memory,
    workspace: system.workspace('w1', principal('system', 'test')),
    settled: () => quiet(system),
    hall,
    async close() {
      await Promise.all(halls.map((one) => one.close()))
      await system.close()
    },
  }
}

const readsOf = (memory: MemoryPersistence) => ({
  head: memory.head.bind(memory),
  after: memory.after.bind(memory),
})
