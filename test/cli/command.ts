import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingFlags } from '../frames/tape.ts'
import { type FreshDatabase, freshElsewhere } from '../harness/database.ts'

const bin = join(import.meta.dirname, '../../bin/careline.js')
export type Variables = Record<string, string>

export interface Ended {
  code: number | null
  out: string
  err: string
}

/** A process of the command `careline`, as a person in a terminal has it. */
export class Command {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Those that must not outlive a test run that ends before its time. */
  static readonly #alive = new Set<ChildProcess>()
  static {
    process.once('exit', () => {
      for (const one of Command.#alive) one.kill('SIGKILL')
    })
  }
  /** What it told its parent, as PM2 hears it. */
  readonly told: unknown[] = []
  out = ''
  err = ''

  constructor(
    args: readonly string[],
    variables: Variables,
    { cwd = tmpdir(), flags = [] as string[], file = bin } = {},
  ) {
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
    // Of this machine's own environment, nothing.
    const taped = file === bin && args[0] !== 'start' ? [] : recordingFlags() // Only servers have sockets.
    this.process = spawn(process.execPath, [...taped, ...flags, file, ...args], {
      env: variables,
      cwd,
      stdio: [...stdio],
    })
    Command.#alive.add(this.process)
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text))
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text))
    this.process.on('message', (message) => this.told.push(message))
    this.ended = new Promise((done) => {
      this.process.once('close', (code) => {
        Command.#alive.delete(this.process)
        done({ code, out: this.out, err: this.err })
      })
    })
  }

  /** Resolves when this was printed; rejects with everything that was, when the process ends without it. */
  prints(what: RegExp): Promise<RegExpMatchArray> {
    return new Promise((found, fail) => {
      const look = () => {
        const match = this.out.match(what)
        if (match) found(match)
      }
      this.process.stdout?.on('data', look)
      void this.ended.then(() => fail(new Error(`it ended (${this.process.exitCode}):\n${this.out}${this.err}`)))
      look()
    })
  }
}

/** A data directory, a port, and the processes on them. */
export class Installation {
  readonly directory: string
  readonly variables: Variables
  readonly #running = new Set<Command>()

  readonly #elsewhere: FreshDatabase | undefined

  private constructor(port: number, variables: Variables, directory: string) {
    this.directory = directory
    // Who names a store, or by an empty address the embedded one, means that one.
    this.#elsewhere = variables['MONGODB_URI'] === undefined ? freshElsewhere() : undefined
    const store = this.#elsewhere && { MONGODB_URI: this.#elsewhere.uri }
    const own = { CARELINE_DATA: this.directory, PORT: String(port), DURABILITY: 'relaxed' }
    this.variables = { ...own, ...store, ...variables }
  }

  static async on(variables: Variables = {}, directory = mkdtempSync(join(tmpdir(), 'clc-'))) {
    return new Installation(await freePort(), variables, directory)
  }

  /** Whether the data is in the embedded store of its directory. */
  get isEmbedded() {
    return !this.variables['MONGODB_URI']
  }

  get url() {
    return `http://127.0.0.1:${this.variables['PORT']}`
  }

  /** A server that has said that it runs. */
  async start(): Promise<Command> {
    const command = this.begin(['start'])
    await command.prints(/Ctrl\+C stops it/)
    return command
  }

  begin(args: readonly string[], variables: Variables = {}): Command {
    const command = new Command(args, { ...this.variables, ...variables })
    this.#running.add(command)
    void command.ended.then(() => this.#running.delete(command))
    return command
  }

  run(args: readonly string[], variables: Variables = {}): Promise<Ended> {
    return this.begin(args, variables).ended
  }

  async json(
    path: string,
    { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Variables } = {},
  ) {
    const response = await fetch(this.url + path, {
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }

  async remove() {
    const left = [...this.#running]
    for (const { process } of left) process.kill('SIGKILL')
    await Promise.all(left.map(({ ended }) => ended))
    await this.#elsewhere?.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { server, port } = await taken()
  await new Promise((done) => server.close(done))
  return port
}

/** A port that somebody else listens on. */
export function taken(): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  const server = createServer()
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done({ server, port: (server.address() as AddressInfo).port }))
  })
}
