import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Config } from '../../../kernel/config.ts'
import { openControl, shareControl } from '../control.ts'
import { keptDemo } from '../demo/kept.ts'
import { House, isOneOfMany, loginsOf } from './house.ts'
import { firstOwner, firstWorkspace, hasCome } from './owner.ts'
import { whenAsked } from './when-asked.ts'
import { aligned, complain, say, told } from './words.ts'

/** Serves until it is asked to stop. Rejects when it cannot begin; answers 0, or 1 when it did not end well. */
export async function serve(config: Config): Promise<number> {
  const house = new House(config)
  await house.open()
  const { dataDir } = config
  const unheard = (error: unknown) => complain(told(error, config))
  const control = isOneOfMany(config)
    ? await shareControl(dataDir, house.controls, unheard)
    : await openControl(dataDir, house.controls)
  const ended = whenAsked(async () => {
    await control.close()
    await house.close()
  })
  say(await greeting(house))
  process.send?.('ready') // PM2 waits for it.
  flushCompileCache() // Who is killed writes nothing down.
  return ended
}

async function greeting(house: House) {
  const { config } = house
  if (config.role === 'jobs')
    return `Careline ${packageJson.version} runs its schedules, and takes no requests (CARELINE_ROLE).\n\n  Ctrl+C stops it.`
  const { console, phone, letters, apiDocs, eventDocs, data } = house.addresses()
  const rows = [
    ['Console', console],
    ...(await linkRows(house)),
    ...(phone === null ? [] : [['Phone', `${phone}  (and SMS, mail, the app, Slack)`]]),
    ...(letters === null ? [] : [['Letters', `${letters}  (what would have been mailed)`]]),
    ['API docs', apiDocs],
    ['Event docs', eventDocs],
    ['Data', config.mongodbUri ? `${resolve(data)} (files and keys), MONGODB_URI (the rest)` : resolve(data)],
  ]
  const parts = [`Careline ${packageJson.version} is running.`, '', aligned(rows)]
  const demo = config.hasDemo ? keptDemo(config.dataDir) : undefined
  if (demo?.state === 'ready')
    parts.push('', `  Demo: Harbour Clinic. The password of all four is ${demo.password}`, logins(demo))
  return [...parts, '', '  Ctrl+C stops it.'].join('\n')
}

const logins = (demo: Parameters<typeof loginsOf>[0]) =>
  aligned(
    loginsOf(demo).map(({ role, email, name }) => [role, email, name]),
    '    ',
  )

/** In development a fresh link with each start. In production one for the owner who has never come, and none after. */
async function linkRows(house: House): Promise<string[][]> {
  const { store } = house.careline.storage
  const found = await firstOwner(store)
  if (found && house.config.isProduction && (await hasCome(store, found))) return []
  const owner = found ?? (await firstWorkspace(store, Date.now()))
  return [['Owner link', `${await house.linkFor(owner)}  (works once, for 24 hours)`]]
}
