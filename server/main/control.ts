import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Problem, shown } from '../../kernel/problem.ts'

/** What the kernel takes for the path of a unix socket, without its final zero. */
const pathBytesMax = 107
const bodyBytesMax = 64 * 1024
const answerMs = 60_000

/** What may be asked of a running server by whoever owns its data directory. Throws a Problem for what they can mend. */
export type Controls = Readonly<Record<string, (input: unknown) => Promise<unknown>>>

/** Nobody answers on this data directory's socket. */
export class NotRunning extends Error {
  constructor(dataDir: string) {
    super(
      `No server is running on ${resolve(dataDir)}. Start one with "npm start" (or set CARELINE_DATA to where it runs).`,
    )
  }
}

/** In the data directory; where that path is too long for a socket, in a private directory named after it. */
export function controlSocket(dataDir: string): string {
  const beside = join(realpathSync(dataDir), 'control.sock')
  if (Buffer.byteLength(beside) <= pathBytesMax) return beside
  const name = createHash('sha256').update(beside).digest('hex').slice(0, 16)
  return join(tmpdir(), `careline-${name}`, 'control.sock')
}

/** Another process answers on this data directory's socket. */
export class ControlTaken extends Error {
  constructor(dataDir: string, cause: unknown) {
    super(`Another server is running on ${resolve(dataDir)}: stop it, or set CARELINE_DATA.`, { cause })
  }
}

const takeOverMs = 1_000

/**
 * For one of several servers on one data directory: whichever has the socket answers for all, and when it is gone,
 * another one does.
 */
export async function shareControl(dataDir: string, controls: Controls, onError: (error: unknown) => void) {
  let mine: { close(): Promise<void> } | undefined
  let isTrying = false
  const look = async () => {
    if (mine || isTrying) return
    isTrying = true
    try {
      mine = await openControl(dataDir, controls)
    } catch (error) {
      if (!(error instanceof ControlTaken)) onError(error)
    } finally {
      isTrying = false
    }
  }
  await look()
  const timer = setInterval(() => void look(), takeOverMs).unref()
  return {
    close: async () => {
      clearInterval(timer)
      await mine?.close()
    },
  }
}

/**
 * HTTP on a private unix socket. The socket of a process that died is taken over. @throws ControlTaken where a living
 * one has it
 */
export async function openControl(dataDir: string, controls: Controls): Promise<{ close(): Promise<void> }> {
  const socket = controlSocket(dataDir)
  if (isApart(socket, dataDir)) makePrivate(dirname(socket))
  const server = createServer((req, res) => void answer(controls, req, res))
  try {
    await listen(server, socket)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error
    if (await isAlive(socket)) throw new ControlTaken(dataDir, error)
    rmSync(socket, { force: true })
    await listen(server, socket)
  }
  chmodSync(socket, 0o600)
  return {
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      if (isApart(socket, dataDir)) rmSync(dirname(socket), { recursive: true, force: true })
    },
  }
}

/** @throws NotRunning, or the Problem that the server answered */
export function askControl(
  dataDir: string,
  name: string,
  input: object = {},
  { withinMs = answerMs } = {},
): Promise<unknown> {
  return new Promise((done, fail) => {
    let socketPath: string
    try {
      socketPath = controlSocket(dataDir)
    } catch {
      fail(new NotRunning(dataDir)) // There is no such directory yet.
      return
    }
    const headers = { 'content-type': 'application/json' }
    const asked = request({ socketPath, path: `/${name}`, method: 'POST', headers, timeout: withinMs })
    asked.on('timeout', () => asked.destroy(new Error(`The server did not answer within ${withinMs / 60_000} min.`)))
    asked.on('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? new NotRunning(dataDir) : error),
    )
    asked.on('response', (response) => {
      textOf(response, Infinity).then((text) => {
        const body = JSON.parse(text) as { title?: string; code?: string }
        if (response.statusCode === 200) done(body)
        else fail(new Problem('invalid', body.code ?? 'internal', body.title ?? 'The server failed at this.'))
      }, fail)
    })
    asked.end(JSON.stringify(input))
  })
}

async function answer(controls: Controls, req: IncomingMessage, res: ServerResponse) {
  try {
    const name = (req.url ?? '').slice(1)
    const control = req.method === 'POST' && Object.hasOwn(controls, name) ? controls[name] : undefined
    if (!control) throw new Problem('missing', 'unknown_control', `This server does not know "${name.slice(0, 64)}".`)
    reply(res, 200, await control(JSON.parse(await textOf(req, bodyBytesMax))))
  } catch (error) {
    reply(res, error instanceof Problem ? 422 : 500, shown(error))
  }
}

function reply(res: ServerResponse, status: number, body: unknown) {
  res.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  res.end(JSON.stringify(body))
}

async function textOf(stream: IncomingMessage, max: number) {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += (chunk as Buffer).length
    if (size > max) throw new Problem('too_large', 'too_large', 'This is too much.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const isApart = (socket: string, dataDir: string) => dirname(socket) !== realpathSync(dataDir)

/** A directory in the shared temporary place must be ours: somebody else's could be swapped under us. */
function makePrivate(directory: string) {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(directory)
  const isOurs = uid === process.getuid?.() && (mode & 0o077) === 0
  if (!isOurs) throw new Error(`${directory} belongs to somebody else: remove it, or use a shorter CARELINE_DATA.`)
}

function listen(server: Server, socket: string) {
  return new Promise<void>((done, fail) => {
    server.once('error', fail)
    // From its first moment on, nobody else may open it.
    const before = process.umask(0o177)
    try {
      // Our own also under PM2, whose daemon would else make it, readable by others.
      server.listen({ path: socket, exclusive: true }, () => {
        server.off('error', fail)
        done()
      })
    } finally {
      process.umask(before)
    }
  })
}

function isAlive(socket: string) {
  return new Promise<boolean>((done) => {
    const probe = connect(socket)
    probe.once('connect', () => {
      probe.destroy()
      done(true)
    })
    probe.once('error', () => done(false))
  })
}
