/** The same job the usual way: Koa, mongoose and Socket.IO, every message saved as it comes. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import jsonwebtoken from 'jsonwebtoken'
import Koa from 'koa'
import mongoose from 'mongoose'
import { Server, type Socket } from 'socket.io'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { answer } from '../../program.ts'
import { Feed } from '../feed.ts'
import { Meter } from '../meter.ts'
import { members, type Place, secret, type StartOptions } from '../place.ts'
import type { Webhook } from '../webhooks.ts'
import { keep, type Parts, receive } from './inbound.ts'
import { modelsOn } from './models.ts'
import { reply } from './reply.ts'

const meter = new Meter()
let feed: Feed
let close: () => Promise<void>
const failed = (error: unknown) => void process.stderr.write(`${String((error as Error).stack)}\n`)

answer({
  async start({ directory, store, provider }: StartOptions): Promise<Place> {
    const embedded = store ? undefined : await startEmbeddedStore({ directory, durability: 'full' })
    const connection = await mongoose.createConnection(store ?? embedded?.uri ?? '').asPromise()
    const models = modelsOn(connection)
    await Promise.all(Object.values(models).map((model) => model.init()))

    const http = createServer()
    const io = new Server(http, { transports: ['websocket'], serveClient: false })
    const parts = { models, io, provider, token: secret }
    const handle = appOn(parts).callback()
    http.on('request', (request, response) => void handle(request, response))
    speakOn(io, parts)
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))

    feed = new Feed(async (webhook) => {
      const handle = await keep(parts, webhook, async (value) => {
        await receive(parts, value)
        feed.left(value.messages[0]?.text.body)
      })
      void handle?.().catch(failed)
    })
    close = async () => {
      await io.close()
      await connection.close()
      await embedded?.close()
    }
    const tokens = Array.from({ length: members }, (_, nth) => jsonwebtoken.sign({ sub: `staff${nth}` }, secret))
    const { port } = http.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, path: '/webhooks/whatsapp', inbox: '', tokens }
  },
  feed: (wishes: { inflight: number; conversations: number }) => feed.start(wishes),
  rest: () => feed.rest(),
  usage: () => ({ ...meter.read(), counts: {} }),
  stop: () => close(),
})

function appOn(parts: Parts) {
  const router = new Router()
  router.post('/webhooks/whatsapp', async (ctx) => {
    const chunks: Buffer[] = []
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const ours = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
    const theirs = Buffer.from(ctx.get('x-hub-signature-256'))
    if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) ctx.throw(401)
    const handle = await keep(parts, JSON.parse(body.toString()) as Webhook, (value) => receive(parts, value))
    ctx.body = {}
    void handle?.().catch(failed) // Meta is answered when the event is kept; the rest is ours to do.
  })
  const app = new Koa()
  app.use(router.routes())
  return app
}

function speakOn(io: Server, parts: Parameters<typeof reply>[0]) {
  io.use((socket: Socket<object, object, object, { staffId: string }>, next) => {
    try {
      const claims = jsonwebtoken.verify(String(socket.handshake.auth['token']), secret)
      socket.data.staffId = String(claims.sub)
      next()
    } catch (error) {
      next(error as Error)
    }
  })
  io.on('connection', (socket: Socket<object, object, object, { staffId: string }>) => {
    const on = socket.on.bind(socket) as (event: string, listener: (...given: never[]) => void) => void
    on('subscribe', (rooms: string[], done: (answer: object) => void) => {
      void socket.join(rooms)
      done({ ok: true })
    })
    on('reply', (wish: { conversationId: string; text: string }, done: (answer: object) => void) => {
      const kept = reply(parts, socket.data.staffId, wish)
      kept.then(({ messageId }) => done({ ok: true, messageId })).catch(() => done({ ok: false }))
      kept.then(({ send }) => send()).catch(failed)
    })
  })
}
