import { Agent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as SecureAgent, request as overHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'

// Not `fetch`, which takes three to five times the time of this thread, and every answer of the staff is such a call.
// A connection that rested longer may have been dropped on the way without a word.
const restMs = 4_000
const answerMax = 1_000_000

export interface Posted {
  status: number
  bytes: Uint8Array
  header(name: string): string
}

export interface Post {
  /** Names and values in turn, as they go over the wire; host and length are added. */
  headers: readonly string[]
  body: string
  timeoutMs: number
}

/** Why there is no answer; `code` is Node's, or one of ours. */
export class NoAnswer extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Connections that are kept for the next request, until they are closed. */
export function openPosting() {
  const doors = {
    'http:': { request: overHttp, agent: new Agent({ keepAlive: true, timeout: restMs }) },
    'https:': { request: overHttps, agent: new SecureAgent({ keepAlive: true, timeout: restMs }) },
  }

  /** Posts once, follows nothing. Rejects with a `NoAnswer` whose code says `NOT_CONNECTED` when time ran out before a byte left. */
  function post(address: string, { headers, body, timeoutMs }: Post): Promise<Posted> {
    const { protocol, host, hostname, port, pathname, search } = new URL(address)
    const { request, agent } = protocol === 'https:' ? doors['https:'] : doors['http:']
    const length = String(Buffer.byteLength(body))
    return new Promise((resolve, reject) => {
      const outgoing = request({
        method: 'POST',
        agent,
        // Without the brackets of IPv6.
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: pathname + search,
        // As a list: Node writes it out as it is, where a record is checked and kept name by name.
        headers: ['host', host, ...headers, 'content-length', length],
      })
      const fail = (error: unknown) => {
        clearTimeout(patience)
        outgoing.destroy()
        const { code = '' } = error as { code?: string }
        reject(error instanceof NoAnswer ? error : new NoAnswer(code, `The connection broke${code && ` (${code})`}.`))
      }
      const patience = setTimeout(() => {
        const socket = outgoing.socket as TLSSocket | null
        const isOpen =
          socket !== null && !socket.connecting && !(socket as { secureConnecting?: boolean }).secureConnecting
        fail(new NoAnswer(isOpen ? 'TIMEOUT' : 'NOT_CONNECTED', 'No answer in time.'))
      }, timeoutMs)
      outgoing.on('error', fail)
      outgoing.on('response', (incoming) => {
        bytesOf(incoming).then((bytes) => {
          clearTimeout(patience)
          const header = (name: string) => String(incoming.headers[name] ?? '')
          resolve({ status: incoming.statusCode ?? 0, bytes, header })
        }, fail)
      })
      outgoing.end(body)
    })
  }

  /** Breaks off what is under way. */
  const close = () => {
    for (const { agent } of Object.values(doors)) agent.destroy()
  }
  return { post, close }
}

const { post } = openPosting()

/** To Meta, with a channel's token. */
export const postJson = (address: string, token: string, body: string, timeoutMs: number): Promise<Posted> =>
  post(address, { headers: ['authorization', `Bearer ${token}`, 'content-type', 'application/json'], body, timeoutMs })

function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > answerMax) reject(new NoAnswer('TOO_LONG', 'A very long answer.'))
    })
    incoming.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)))
    incoming.on('error', reject)
  })
}
