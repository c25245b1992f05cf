import { lookup } from 'node:dns/promises'
import { Agent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as SecureAgent, request as overHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { addressOf, type AllowedHost, allowsAddress, allowsName, isPublicAddress } from './private-addresses.ts'

// Where somebody else says to whom this server speaks (a webhook's address, a file's), they must not make it speak to
// what only it can reach: itself, its network, its cloud's metadata. So a name is resolved here, all of its addresses
// are looked at, and the connection goes to the very addresses that were looked at: a name that means something else a
// moment later changes nothing. Every redirect is a new request, and passes here again.

/** This address is not asked; the message says why, to whoever named it. */
export class AddressRefused extends Error {
  readonly code = 'address_refused'
}

export interface Door {
  /** What can be said without resolving: scheme, port, credentials, an address in place of a name. @throws AddressRefused */
  checked(address: string | URL): URL
  /** One request, which follows nothing. @throws AddressRefused before a byte leaves */
  ask(address: string | URL, request?: Asked): Promise<Response>
  close(): void
}

export interface Asked {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string | Uint8Array
  signal?: AbortSignal
}

interface Found {
  address: string
  family: number
}
export interface Wishes {
  /** What is reached although it is private, and by plain HTTP. */
  allowed?: readonly AllowedHost[]
  /** Of this very installation: what plays somebody else's server. */
  isOwn?(address: URL): boolean
  /** For tests. */
  resolve?(name: string): Promise<Found[]>
}

/** A connection that rested longer may have been dropped on the way without a word. */
const restMs = 4_000
const socketsMax = 64
/** Others are another service's: one that speaks no HTTP could be told something in ours. */
const ports = new Set([80, 443, 8080, 8443])
const portOf = ({ port, protocol }: URL) => (port === '' ? { 'http:': 80, 'https:': 443 }[protocol] : Number(port)) ?? 0
/** As DNS and sockets know it: without the brackets of IPv6. */
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '')

/** The one way out to addresses that somebody else named. */
export function openDoor({ allowed = [], isOwn = () => false, resolve = resolved }: Wishes = {}): Door {
  const agents = {
    'http:': new Agent({ keepAlive: true, timeout: restMs, maxSockets: socketsMax }),
    'https:': new SecureAgent({ keepAlive: true, timeout: restMs, maxSockets: socketsMax }),
  }

  function checked(given: string | URL): URL {
    const address = URL.parse(String(given))
    if (!address || !/^https?:$/.test(address.protocol)) throw refused('It must begin with https://.')
    if (address.username !== '' || address.password !== '') throw refused('It must hold no user name and no password.')
    if (isOwn(address)) return address
    const [host, port] = [hostOf(address), portOf(address)]
    const isListed = allowsName(allowed, host, port) || allowsAddress(allowed, host, port)
    if (isListed) return address
    if (addressOf(host) && !isPublicAddress(host)) throw refused(`${host} is not an address that everybody reaches.`)
    if (addressOf(host)) demandUsual(address, port)
    // A name may stand for a listed address: which, is known when it is resolved.
    else if (!allowed.some(({ range, port: only }) => range && (only ?? port) === port)) demandUsual(address, port)
    return address
  }

  /** Every address of the name, of which each must be one that may be asked. */
  async function reached(address: URL): Promise<Found[]> {
    const [name, port] = [hostOf(address), portOf(address)]
    const found = await resolve(name)
    if (found.length === 0) throw refused(`${name} has no address.`)
    if (isOwn(address) || allowsName(allowed, name, port)) return found
    if (found.every((one) => allowsAddress(allowed, one.address, port))) return found
    if (!found.every((one) => isPublicAddress(one.address))) throw refused(`${name} leads into a private network.`)
    demandUsual(address, port)
    return found
  }

  async function ask(given: string | URL, { method = 'GET', headers = {}, body, signal }: Asked = {}) {
    const address = checked(given)
    const isSecure = address.protocol === 'https:'
    const found = addressOf(hostOf(address)) ? [] : await within(signal, reached(address))
    const options = {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: isSecure ? agents['https:'] : agents['http:'],
      lookup: alreadyResolved(found),
      ...(signal && { signal }),
    }
    return new Promise<Response>((answer, fail) => {
      const request = isSecure ? overHttps(address, options) : overHttp(address, options)
      request.on('error', fail)
      request.on('response', (incoming) => answer(responseOf(incoming)))
      request.end(body)
    })
  }

  const close = () => {
    for (const agent of Object.values(agents)) agent.destroy()
  }
  return { checked, ask, close }
}

function demandUsual({ protocol }: URL, port: number) {
  if (protocol !== 'https:') throw refused('It must begin with https://.')
  if (!ports.has(port)) throw refused(`Port ${port} is not one of ${[...ports].join(', ')}.`)
}

const refused = (why: string) => new AddressRefused(why)
const resolved = (name: string) => lookup(name, { all: true, verbatim: true })

/** What a socket asks before it connects; the answer is there already. */
const alreadyResolved =
  (found: readonly Found[]): LookupFunction =>
  (name, { all }, done) => {
    const [first] = found
    if (!first) done(new AddressRefused(`${name} was not looked at.`), '', 0)
    else if (all) done(null, [...found])
    else done(null, first.address, first.family)
  }

/** A resolver takes no signal. */
function within<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work
  return new Promise<T>((answer, fail) => {
    const abort = () => fail(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(answer, fail).finally(() => signal.removeEventListener('abort', abort))
  })
}

const withoutBody = new Set([204, 205, 304])

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode = 502, headersDistinct } = incoming
  // Some servers make up numbers that HTTP does not have.
  const status = statusCode < 200 || statusCode > 599 ? 502 : statusCode
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  if (withoutBody.has(status)) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, { status, headers })
}
