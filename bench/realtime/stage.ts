import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownRedis } from '../own-redis.ts'
import { Program } from '../program.ts'
import type { Made, Place, Side, Usage } from './place.ts'

const files: Record<Side, string> = { ours: 'ours.ts', socketio: 'plain.ts', ws: 'bare.ts' }

export interface Wanted {
  side: Side
  /** Who come, each with a token of their own: ten of them are one person's, which is the most that may be. */
  sockets: number
  people?: number
  /** Two of them need Redis. */
  nodes?: 1 | 2
  /** Where CPU profiles of the servers go. */
  profile?: string | undefined
}

/** Fresh servers of one side and everybody who connects to them, each in a process of its own. */
export class Stage {
  readonly servers: Program[] = []
  readonly crowd = new Program(join(import.meta.dirname, 'crowd.ts'))
  made!: Made
  readonly #wanted: Wanted
  readonly #directories: string[] = []
  #redis: Awaited<ReturnType<typeof ownRedis>>
  #store: Program | undefined

  private constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  static async open(wanted: Wanted): Promise<Stage> {
    const stage = new Stage(wanted)
    try {
      await stage.#open()
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  async #open() {
    const { side, nodes = 1 } = this.#wanted
    if (nodes > 1) this.#redis = await ownRedis()
    if (nodes > 1 && !this.#redis) throw new Error('two processes need a redis-server on PATH')
    const store = nodes > 1 && side === 'ours' ? await this.#sharedStore() : undefined
    const urls: string[] = []
    for (let nth = 0; nth < nodes; nth++) urls.push(await this.#serve(store))
    await this.crowd.ask('start', { side, urls, made: this.made })
  }

  async #serve(store: string | undefined): Promise<string> {
    const { side, sockets, people = Math.ceil(sockets / 9), profile } = this.#wanted
    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
    const server = new Program(join(import.meta.dirname, files[side]), ['--expose-gc', ...profiling])
    const isFirst = this.servers.push(server) === 1
    const { url, ...made } = await server.ask<Place>('start', {
      directory: this.#directory(),
      people,
      signIns: sockets,
      ...(this.#redis && { redis: this.#redis.url }),
      ...(store !== undefined && { store }),
      ...(!isFirst && { made: this.made }),
    })
    this.made = made
    return url
  }

  async #sharedStore() {
    this.#store = new Program(join(import.meta.dirname, 'store.ts'))
    return this.#store.ask<string>('start', { directory: this.#directory() })
  }

  /** What the first server used while something was done; the node may be named. */
  async during<T>(work: () => Promise<T>, node = 0): Promise<T & { cpuMs: number }> {
    const server = this.#node(node)
    const before = await server.ask<Usage>('usage')
    const done = await work()
    const after = await server.ask<Usage>('usage')
    return { ...done, cpuMs: after.cpuMs - before.cpuMs }
  }

  collected(node = 0) {
    return this.#node(node).ask<Usage>('collected')
  }

  ask<Answer>(name: string, input: unknown = {}, node = 0) {
    return this.#node(node).ask<Answer>(name, input)
  }

  async close() {
    await this.crowd.stop()
    await Promise.all(this.servers.map((server) => server.stop()))
    await this.#store?.stop()
    this.#redis?.stop()
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true })
  }

  #directory() {
    const directory = mkdtempSync(join(tmpdir(), 'clb-'))
    this.#directories.push(directory)
    return directory
  }

  #node(nth: number): Program {
    const server = this.servers[nth]
    if (!server) throw new Error(`there is no server ${nth}`)
    return server
  }
}
