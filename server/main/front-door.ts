import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../../kernel/config.ts'
import { createApp } from '../http/app.ts'
import type { Parts as AppParts } from '../ports.ts'
import { simulatorPrefix, type SimulatorPlace } from './simulators.ts'

/** Who comes before everything is there waits for it, so that nobody is refused while processes come and go. */
const earlyMax = 1_000
/** Longer than nginx and the load balancers of the large clouds keep a connection that they do not use: 60 s. */
const keepAliveMs = 65_000

/** What plays a provider here: everything under these paths is its. */
export interface Played {
  paths: readonly string[]
  handler(req: IncomingMessage, res: ServerResponse): void
}

/** Takes requests from the first moment. The sockets' path never comes here: the gateway is attached after it, and takes it. */
export function frontDoor() {
  const state = { isDraining: false }
  const early: Parameters<RequestListener>[] = []
  let answer: RequestListener = (req, res) => {
    if (early.length < earlyMax) early.push([req, res])
    else res.writeHead(503, { 'retry-after': '1' }).end()
  }
  const http = createServer((req, res) => answer(req, res))
  // Whoever keeps connections to us, a proxy say, gives them up first: a request on one that we just closed would fail.
  http.keepAliveTimeout = keepAliveMs
  const answerWith = (simulator: SimulatorPlace | undefined, played: readonly Played[], parts: AppParts) => {
    const app = createApp(parts).callback()
    const playing = (url: string) => played.find(({ paths }) => paths.some((path) => url.startsWith(path)))?.handler
    answer = (req, res) => {
      if (state.isDraining) res.setHeader('connection', 'close')
      if (simulator && req.url?.startsWith(simulatorPrefix)) simulator.handler(req, res)
      else void (playing(req.url ?? '') ?? app)(req, res)
    }
    for (const [req, res] of early.splice(0)) answer(req, res)
  }
  return { http, state, answerWith }
}

/** Where this server is reached from itself, and where others reach it. */
export function addressesOf({ host, publicUrl }: Config, port: number) {
  const url = publicUrl ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`
  return { here: `http://127.0.0.1:${port}`, url }
}

export function listening(http: Server, { port, host }: Config) {
  return new Promise<number>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve((http.address() as AddressInfo).port)
    })
  })
}
