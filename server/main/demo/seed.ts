import { randomInt } from 'node:crypto'
import type { Config } from '../../../kernel/config.ts'
import { newId, newSecret } from '../../../kernel/id.ts'
import { createLog } from '../../../kernel/log.ts'
import { createAccount } from '../../../store/settings/accounts.ts'
import { createMember } from '../../../store/settings/members.ts'
import { createWorkspace, workspaceBySlug } from '../../../store/settings/workspaces.ts'
import { hashPassword } from '../../auth/passwords.ts'
import { type Careline, startCareline } from '../../main.ts'
import { type Demo, keepDemo, keptDemo } from './kept.ts'
import { PastClock } from './past-clock.ts'
import { Play } from './play.ts'
import { connectBeside, connectSlack } from './beside.ts'
import { business, demoSlug, staff, type Who } from './script.ts'
import { stories } from './stories.ts'
import { wipeDemo } from './wipe.ts'

const dayMs = 24 * 60 * 60_000

/**
 * Makes the demo where there is none yet: on a whole server of its own that lives in the past, so that every row, count,
 * window and status is what the actors made of it. It has ended when this resolves. Answers the demo; undefined where a
 * workspace of that name is there which was not made here.
 */
export async function seedDemo(config: Config): Promise<Demo | undefined> {
  const kept = keptDemo(config.dataDir)
  if (kept?.state === 'ready') return kept
  if (kept) await wipeDemo(config) // Somebody began, and was interrupted.
  const now = Date.now()
  const clock = new PastClock(now - 8 * dayMs)
  const careline = await startCareline({
    // What is lost if the power fails in these seconds is made anew: the mark that all is there is written last.
    config: { ...config, port: 0, host: '127.0.0.1', publicUrl: undefined, hasSimulators: true, durability: 'relaxed' },
    clock,
    log: createLog('error'),
    hasSchedules: false,
    tickMs: 0,
  })
  try {
    if (await workspaceBySlug(careline.storage.store, demoSlug)) return undefined
    const demo = await opened(careline, clock.now())
    // Of a whole week Slack would tell more than anybody reads.
    const slack = () => connectSlack(careline, { workspaceId: demo.workspaceId, memberId: demo.members.helena })
    await new Play({ ...demo, careline, clock }, now).run(stories, [['3h 40m', slack]])
    keepDemo(config.dataDir, { ...demo, state: 'ready' })
    return { ...demo, state: 'ready' }
  } finally {
    await careline.close()
  }
}

/** The workspace with its members and its number, before anybody says a word. */
async function opened(careline: Careline, at: number): Promise<Demo> {
  const { storage, channels, channelChanged, simulatorUrl } = careline
  const { store } = storage
  const names = Object.keys(staff) as Who[]
  const demo: Demo = {
    state: 'seeding',
    workspaceId: newId('ws'),
    channelId: newId('ch'),
    password: newPassword(),
    members: Object.fromEntries(names.map((who) => [who, newId('mem')])) as Demo['members'],
  }
  const { workspaceId, channelId } = demo
  // Known before it is there: whatever happens from here on, the next start can take it away.
  keepDemo(careline.config.dataDir, demo)
  const settings = { timezone: 'Europe/Lisbon', locale: 'en' }
  await createWorkspace(store, { id: workspaceId, slug: demoSlug, name: business, settings, isSandbox: true }, at)
  const passwordHash = await hashPassword(demo.password)
  for (const who of names) {
    const { email, name, role } = staff[who]
    const { id: accountId } = await createAccount(store, { email, passwordHash }, at)
    await createMember(store, workspaceId, { id: demo.members[who], accountId, name, role }, at)
  }
  const made = await channels.create(workspaceId, {
    id: channelId,
    name: 'WhatsApp',
    simulate: true,
    fields: { phoneNumberId: `3519${randomInt(10_000_000, 99_999_999)}`, businessId: 'harbour-clinic' },
    baseUrl: simulatorUrl,
    secrets: { token: newSecret(), appSecret: newSecret(), verifyToken: newSecret() },
    madeUp: ['token', 'appSecret', 'verifyToken'],
  })
  await channelChanged(made)
  await careline.templates.sync(workspaceId)
  await connectBeside(careline, { workspaceId, memberId: demo.members.helena })
  return demo
}

const syllables = ['ba', 'do', 'fi', 'ga', 'ke', 'lu', 'mo', 'ni', 'pa', 'ro', 'su', 'te', 'vi', 'wo', 'ya', 'ze']

/** Easy to type, 48 bits: for a machine that nobody else reaches. */
function newPassword() {
  const word = () => Array.from({ length: 4 }, () => syllables[randomInt(syllables.length)]).join('')
  return [word(), word(), word()].join('-')
}
