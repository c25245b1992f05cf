/*
 * The control: Socket.IO with its Redis adapter as its documentation has it. Whoever connects is in the room, and what is
 * posted goes to the room. `node plain-node.ts <port> <redis>`
 */
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'

const [port = '0', redis = ''] = process.argv.slice(2)
const links = [0, 1].map(() => {
  const link = new Redis(redis, { retryStrategy: () => 100, maxRetriesPerRequest: null })
  return link.on('error', () => undefined) // Links are killed on purpose; it comes back by itself.
})

const http = createServer((request, response) => {
  let body = ''
  request.on('data', (text: Buffer) => (body += text.toString()))
  request.on('end', () => {
    io.to('room').emit('event', JSON.parse(body))
    response.end()
  })
})
const io = new Server(http, { transports: ['websocket'], adapter: createAdapter(links[0], links[1]) })
io.on('connection', (socket) => void socket.join('room'))
http.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))

process.once('SIGINT', () => {
  void io.close().then(() => process.exit(0))
})
