import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** As long as a provider takes to accept a message, for both sides alike. */
const latencyMs = 20

/** A provider that accepts everything, outside both servers. */
export async function startProvider() {
  let taken = 0
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      setTimeout(() => {
        response.setHeader('content-type', 'application/json')
        const messages = [{ id: `wamid.out.${++taken}`, message_status: 'accepted' }]
        response.end(JSON.stringify({ messaging_product: 'whatsapp', contacts: [], messages }))
      }, latencyMs)
    })
  })
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      http.close()
      http.closeAllConnections()
    },
  }
}
