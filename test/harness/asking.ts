import { Agent, request as httpRequest } from 'node:http'

interface Asked {
  token?: string
  body?: string
  type?: string
  /** What the length of the body is said to be: the rest of it never comes. */
  saidBytes?: number
}

/** Requests over connections that are kept: as real as any, and a third of what `fetch` costs, where there are a thousand. */
export function asking() {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  return {
    close: () => agent.destroy(),
    ask(method: string, url: string, { token, body, type = 'application/json', saidBytes }: Asked = {}) {
      return new Promise<{ status: number; text: string; body: any }>((answer, failed) => {
        const headers = {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': type, 'content-length': saidBytes ?? Buffer.byteLength(body) }),
        }
        const asked = httpRequest(url, { method: method.toUpperCase(), agent, headers }, (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () => {
            const text = Buffer.concat(parts).toString()
            const isJson = /json/.test(response.headers['content-type'] ?? '')
            answer({ status: response.statusCode ?? 0, text, body: isJson && text !== '' ? JSON.parse(text) : text })
            if (saidBytes !== undefined) asked.destroy()
          })
        })
        asked.on('error', failed)
        if (body !== undefined) asked.write(body)
        if (saidBytes === undefined) asked.end()
      })
    },
  }
}
