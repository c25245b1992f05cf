import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { Problem } from '../../../kernel/problem.ts'
import { synced } from '../../../store/embedded/backup.ts'
import { masterOf } from '../../../store/vault-keys.ts'
import { askControl, NotRunning } from '../control.ts'
import { masterFiles, secretsOf } from '../secrets.ts'
import { readConfig } from './environment.ts'
import { checkRestored } from './store-controls.ts'
import { Begun, KeyStates, Rewrapped, vaultControls } from './vault-controls.ts'
import { aligned, say } from './words.ts'

interface Options {
  data?: boolean
  workspace?: string
  status?: boolean
  wait?: boolean
}

/** Puts another key in the place of one, while servers run or while none does. */
export async function rotateKey({ data = false, workspace, status = false, wait = false }: Options): Promise<number> {
  const config = readConfig()
  checkRestored(config)
  if (status) return tellStates(KeyStates.parse(await ask(config, 'vault/states')))
  if (data || workspace !== undefined) return dataKeys(config, { ...(workspace !== undefined && { workspace }), wait })
  return masterKey(config)
}

async function masterKey(config: Config): Promise<number> {
  const isOurs = config.masterKey === undefined
  if (isOurs) newMasterFile(config)
  const [wanted] = secretsOf(config).masterKeys()
  const { master, rewrapped } = Rewrapped.parse(await ask(config, 'vault/rewrap'))
  if (wanted && masterOf(wanted).id !== master)
    throw new Problem(
      'conflict',
      'other_key',
      `The server wraps with the key ${master}, and CARELINE_MASTER_KEY here is ${masterOf(wanted).id}: restart all servers with the new one first (the old one in CARELINE_MASTER_KEY_PREVIOUS).`,
    )
  const { current, former } = masterFiles(config.dataDir)
  if (isOurs) rmSync(former, { force: true })
  say(`All keys are wrapped with the master key ${master} now (${rewrapped} were not).`)
  if (isOurs) say(`It is in ${current}. The one before is gone: nothing needs it any more.`)
  else say('CARELINE_MASTER_KEY_PREVIOUS is no longer needed: take it away with the next restart of each server.')
  return 0
}

/** A change that was interrupted goes on with the key that it made. */
function newMasterFile({ dataDir }: Config) {
  const { current, former } = masterFiles(dataDir)
  if (!existsSync(current))
    throw new Problem('missing', 'no_key', `There is no ${current}: nothing is encrypted here yet.`)
  if (existsSync(former)) return
  const part = `${current}.${process.pid}`
  writeFileSync(part, randomBytes(32).toString('hex'), { mode: 0o600 })
  synced(part)
  copyFileSync(current, former)
  synced(former)
  renameSync(part, current)
  synced(dataDir)
}

async function dataKeys(config: Config, which: { workspace?: string; wait: boolean }): Promise<number> {
  const { begun, isDone } = Begun.parse(await ask(config, 'vault/rotate', which))
  if (begun.length === 0) say('Nothing has begun: a change is under way already (--status says how far).')
  else if (isDone) say(`Done: ${begun.length} keys changed, everything sealed anew, the old ones destroyed.`)
  else
    say(`Begun for ${begun.length}: the server seals everything anew and destroys the old keys. --status says how far.`)
  return 0
}

function tellStates(states: z.output<typeof KeyStates>): number {
  const rows = states.map(({ workspaceId, keys, current, master, rotation, isDestroyed }) => {
    if (isDestroyed) return [workspaceId, 'destroyed', '', '']
    const stuck = rotation && rotation.stuck.length > 0 ? `, STUCK at ${rotation.stuck.join(', ')}` : ''
    const change = rotation ? `${rotation.stage}, ${rotation.resealed} sealed anew${stuck}` : ''
    return [workspaceId, `key ${current} of ${keys.join(', ')}`, `master ${master ?? 'unnamed'}`, change]
  })
  say(rows.length > 0 ? aligned(rows) : 'There are no keys yet.')
  return states.some(({ rotation }) => (rotation?.stuck.length ?? 0) > 0) ? 1 : 0
}

/** The running server; where none runs, we do what it would. */
async function ask(config: Config, what: string, input: object = {}): Promise<unknown> {
  try {
    return await askControl(config.dataDir, what, input, { withinMs: 60 * 60_000 })
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
  }
  const { openStorage } = await import('../storage.ts')
  const storage = await openStorage(config, secretsOf(config).masterKeys)
  try {
    return await vaultControls(() => storage, { isAlone: true })[what]?.(input)
  } finally {
    await storage.close()
  }
}
