import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../../kernel/clock.ts'
import type { WhatsAppChannel } from '../../../providers/whatsapp/port.ts'
import { verifySignature } from '../../../providers/whatsapp/signature.ts'
import type { SimulatedChannel, SimulatorOptions } from '../../../providers/whatsapp/simulator/settings.ts'
import { startSimulator } from '../../../providers/whatsapp/simulator/simulator.ts'
import type { Item } from '../../../providers/whatsapp/webhook.ts'
import { parseWebhook } from '../../../providers/whatsapp/webhook.ts'

export const lenaId = '491700000001'

/** Listens on a free port of this machine. */
export async function listening(
  handler: RequestListener,
): Promise<{ server: Server; url: string; stop(): Promise<void> }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

export async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Stands where Careline will: checks each signature, reads each item. */
export async function receiver(secret = 'app-secret') {
  const heard = { items: [] as Item[], bodies: [] as string[], forged: 0, answer: () => 200 as number }
  const { url, stop } = await listening((req, res) => {
    void (async () => {
      const { searchParams } = new URL(req.url ?? '/', 'http://receiver')
      if (req.method === 'GET') {
        const isOurs = searchParams.get('hub.verify_token') === 'verify-token'
        res.writeHead(isOurs ? 200 : 403).end(isOurs ? searchParams.get('hub.challenge') : '')
        return
      }
      const raw = await textOf(req)
      const header = req.headers['x-hub-signature-256'] as string | undefined
      if (!verifySignature(Buffer.from(raw), header, [secret])) heard.forged++
      const status = heard.answer()
      if (status === 200) {
        heard.bodies.push(raw)
        heard.items.push(...parseWebhook(JSON.parse(raw)))
      }
      res.writeHead(status).end()
    })()
  })
  return { ...heard, heard, url, stop }
}

/** Time that moves when told to. */
export function standingClock(start = Date.UTC(2026, 10, 21, 9)): Clock & { advance(ms: number): void } {
  let now = start
  const alarms = new Set<{ time: number; run: () => void }>()
  return {
    now: () => now,
    at(time, run) {
      const alarm = { time, run }
      if (time <= now) setImmediate(run)
      else alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    advance(ms) {
      now += ms
      for (const alarm of [...alarms].sort((one, other) => one.time - other.time)) {
        if (alarm.time > now) continue
        alarms.delete(alarm)
        alarm.run()
      }
    },
  }
}

export const template = {
  name: 'appointment_reminder',
  language: 'en',
  body: 'Hello {{1}}, see you at {{2}}.',
  buttons: ['Confirm', 'Cancel'],
}

/** Of one-time codes: a button under it copies the code. */
export const codeTemplate = {
  name: 'sign_in_code',
  language: 'en',
  category: 'authentication' as const,
  body: '*{{1}}* is your verification code.',
}

export const simulated = (webhookUrl: string): SimulatedChannel => ({
  channelId: 'chn_clinic',
  phoneNumberId: '106540352242922',
  businessId: '102290129340398',
  name: 'Clinic',
  phoneNumber: '+4915112345678',
  token: 'EAAG-clinic',
  appSecret: 'app-secret',
  verifyToken: 'verify-token',
  webhookUrl,
  templates: [template, codeTemplate],
})

/** A simulator with one channel and Lena, and a receiver of its webhooks. */
export async function world(options: Partial<SimulatorOptions> = {}) {
  const careline = await receiver()
  const channel = simulated(`${careline.url}/webhooks/whatsapp/chn_clinic`)
  const running = await startSimulator({
    channels: [channel],
    phoneKey: 'phone-key',
    retryMs: 1,
    shuffleMs: 5,
    seed: 1,
    ...options,
  })
  const { simulator, baseUrl, url } = running
  const { channelId, phoneNumberId, businessId, token, appSecret, verifyToken } = channel
  const whatsapp: WhatsAppChannel = { channelId, phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl }
  const lena = simulator.person(lenaId, 'Lena')
  return {
    simulator,
    url,
    channel,
    whatsapp,
    lena,
    heard: careline.heard,
    async stop() {
      await running.close()
      await careline.stop()
    },
  }
}
export type World = Awaited<ReturnType<typeof world>>
