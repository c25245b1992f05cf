/** Careline itself, as `npm start` runs it, but for the simulator: the provider is the benchmark's. */
import { channel } from '../../actors/channel/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { loadConfig } from '../../kernel/config.ts'
import { newId } from '../../kernel/id.ts'
import { parseWebhook } from '../../providers/whatsapp/webhook.ts'
import { type Careline, startCareline } from '../../server/main.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { createMember } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { answer } from '../program.ts'
import { Feed } from './feed.ts'
import { Meter } from './meter.ts'
import { members, type Place, secret, type StartOptions } from './place.ts'
import { phoneNumberId } from './webhooks.ts'

const meter = new Meter()
let careline: Careline
let feed: Feed

answer({
  async start({ directory, store, provider, hasSearch }: StartOptions): Promise<Place> {
    careline = await startCareline({
      config: loadConfig({
        CARELINE_DATA: directory,
        PORT: '0',
        CARELINE_DEMO: 'false',
        SIMULATORS: 'false',
        LOG_LEVEL: 'warn',
        MONGODB_URI: store,
      }),
    })
    const { id: workspaceId } = await createWorkspace(
      careline.storage.store,
      { slug: 'bench', name: 'Bench', settings: { messageSearch: hasSearch } },
      Date.now(),
    )
    const channelId = await connect(workspaceId, provider)
    feed = new Feed(async (webhook) =>
      careline.intake.accept({ id: channelId, workspaceId, provider: 'whatsapp' }, parseWebhook(webhook, Date.now())),
    )
    careline.storage.events.follow(({ type, data }) => {
      const { message } = data as { message?: { content: { text?: string } } }
      if (type === 'message.created') feed.left(message?.content.text)
    })
    const tokens = await Promise.all(Array.from({ length: members }, (_, nth) => signIn(workspaceId, nth)))
    return { url: careline.url, path: `/webhooks/whatsapp/${channelId}`, inbox: workspaceId, tokens }
  },
  feed: (wishes: { inflight: number; conversations: number }) => feed.start(wishes),
  rest: () => feed.rest(),
  usage: () => ({ ...meter.read(), counts: counts() }),
  /** Whatever actor is not at rest, for whoever looks into a benchmark that stands still. */
  unrest: async () => {
    const actors = careline.system.inspect().filter((one) => one.status !== 'idle' || one.waiting > 0 || one.out > 0)
    const open = await careline.storage.store.collection('webhook_events').countDocuments({ status: 'received' })
    return { open, actors }
  },
  stop: () => careline.close(),
})

async function connect(workspaceId: string, provider: string) {
  const { id } = await careline.channels.create(workspaceId, {
    id: newId('ch'),
    name: 'WhatsApp',
    simulate: false,
    fields: { phoneNumberId, businessId: 'waba-bench' },
    baseUrl: provider,
    secrets: { token: secret, appSecret: secret, verifyToken: secret },
  })
  // As Meta allows a large number; the default of a new one would hold the answers back.
  const limits = { perSecond: 100_000, burst: 100_000, pairMs: 0 }
  await careline.system.workspace(workspaceId, principal('system', 'settings')).at(channel, id).configure({ limits })
  return id
}

async function signIn(workspaceId: string, nth: number) {
  const { store } = careline.storage
  const account = await createAccount(store, { email: `staff${nth}@bench.test`, passwordHash: '' }, Date.now())
  const made = { accountId: account.id, name: `Staff ${nth}`, role: 'staff' as const }
  const member = await createMember(store, workspaceId, made, Date.now())
  return (await careline.auth.openFor(workspaceId, member.id)).accessToken
}

function counts() {
  const { persistence, webhookEvents } = careline.storage
  const { turns, commits } = careline.system.counters
  const { roundTrips, documents, rows, events } = persistence.counters
  const webhookTrips = webhookEvents.counters.roundTrips
  return { turns, commits, roundTrips: roundTrips + webhookTrips, documents, rows, events }
}
