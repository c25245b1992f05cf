/** Careline itself, as `npm start` runs it; the benchmark makes the people and one conversation. */
import { setTimeout as pass } from 'node:timers/promises'
import { channel } from '../../actors/channel/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { user } from '../../actors/user/contract.ts'
import { loadConfig } from '../../kernel/config.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { type Careline, startCareline } from '../../server/main.ts'
import { latestBackups } from '../../store/backups.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { createMember } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { meet } from '../people.ts'
import { answer } from '../program.ts'
import { type Made, type Place, type StartOptions, usage } from './place.ts'
import { type Churn, churn } from './churn.ts'

let careline: Careline
let made: Made

answer({
  async start(options: StartOptions): Promise<Place> {
    careline = await startCareline({ config: configOf(options) })
    made = options.made ?? (await make(options))
    return { ...made, url: careline.url }
  },
  /** The streams, and where each of them is now. */
  standing: () =>
    standing(
      made.workspaceId,
      made.streams.map(({ stream }) => stream),
    ),
  usage: () => usage(),
  collected: () => usage(true),
  /** Which of so many new conversations this process owns; the first. */
  async owned() {
    for (let nth = 0; nth < 64; nth++) {
      const id = conversationIdOf(`usr_owned${nth}`)
      const { member } = careline.cluster?.ownerOf({ workspaceId: made.workspaceId, kind: 'conversation', id }) ?? {}
      if (member !== careline.cluster?.me) continue
      await meet(workspaceOf(made.workspaceId), `owned${nth}`)
      return id
    }
    throw new Error('this process owns nothing')
  },
  churn: (wishes: Churn) => churn(workspaceOf(made.workspaceId), wishes),
  people: async (count: number) => {
    const workspace = workspaceOf(made.workspaceId)
    const ids = []
    for (let nth = 0; nth < count; nth++) ids.push(await meet(workspace, `hot${nth}`))
    await quiet(made.workspaceId)
    return ids
  },
  // It may not have come so far.
  stop: () => (careline as Careline | undefined)?.close(),
})

const configOf = ({ directory, store, redis }: StartOptions) =>
  loadConfig({
    CARELINE_DATA: directory,
    PORT: '0',
    CARELINE_DEMO: 'false',
    SIMULATORS: 'false',
    LOG_LEVEL: 'error',
    ...(store !== undefined && { MONGODB_URI: store }),
    ...(redis !== undefined && {
      REDIS_URL: redis,
      CARELINE_MASTER_KEY: 'ab'.repeat(32),
      JWT_SECRET: 'a secret of both processes of this benchmark',
    }),
  })

const workspaceOf = (workspaceId: string) => careline.system.workspace(workspaceId, principal('system', 'bench'))

async function make({ people, signIns }: StartOptions): Promise<Made> {
  const { store } = careline.storage
  const { id: workspaceId } = await createWorkspace(store, { slug: 'bench', name: 'Bench' }, Date.now())
  const workspace = workspaceOf(workspaceId)
  await workspace.at(channel, 'ch_bench').configure({ limits: { perSecond: 1_000, burst: 1_000, pairMs: 0 } })
  const [conversationId, quietId] = [await meet(workspace, 'one'), await meet(workspace, 'two')]
  // Where nothing has ever happened there is nothing to resume: each of the three streams has an event.
  await workspace.at(user, 'usr_one').update({ timezone: 'Europe/Berlin' })
  const members = await inParts(people, (nth) => hire(workspaceId, nth))
  const tokens = await inParts(signIns, async (nth) => {
    const signedIn = await careline.auth.openFor(workspaceId, members[nth % people] ?? '')
    return signedIn.accessToken
  })
  const names = [`conversation:${conversationId}`, `inbox:${workspaceId}`, `user:usr_one`]
  await quiet(workspaceId)
  await backedUp()
  return { workspaceId, tokens, conversationId, quietId, streams: await standing(workspaceId, names) }
}

async function hire(workspaceId: string, nth: number) {
  const { store } = careline.storage
  const account = await createAccount(store, { email: `staff${nth}@bench.test`, passwordHash: '' }, Date.now())
  const person = { accountId: account.id, name: `Staff ${nth}`, role: 'staff' as const }
  return (await createMember(store, workspaceId, person, Date.now())).id
}

async function inParts<Made>(count: number, make: (nth: number) => Promise<Made>) {
  const made: Made[] = []
  for (let at = 0; at < count; at += 50)
    made.push(...(await Promise.all(Array.from({ length: Math.min(50, count - at) }, (_, nth) => make(at + nth)))))
  return made
}

async function standing(workspaceId: string, names: readonly string[]) {
  const found = await heads(workspaceId, names)
  return names.map((stream, nth) => ({ stream, since: found[nth] ?? 0 }))
}

const heads = (workspaceId: string, names: readonly string[]) =>
  Promise.all(names.map((stream) => careline.storage.events.head(workspaceId, stream)))

/** Until the list shows everybody. */
async function quiet(workspaceId: string) {
  let before = -1
  for (let now = 0; now !== before || now === 0;) {
    before = now
    await pass(700)
    now = (await heads(workspaceId, [`inbox:${workspaceId}`]))[0] ?? 0
  }
}

/** What has just been installed is backed up, in a thread of its own, and then once a day: that is no part of a second. */
async function backedUp() {
  while ((await latestBackups(careline.storage.store, 1)).at(0)?.status !== 'good') await pass(100)
}
