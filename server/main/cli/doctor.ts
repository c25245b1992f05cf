import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { Problem } from '../../../kernel/problem.ts'
import { askControl, NotRunning } from '../control.ts'
import { readConfig } from './environment.ts'
import { indexCount, missingIndexes } from './indexes.ts'
import { askStore, isUnfinished, Validated } from './store-controls.ts'
import { aligned, say, told } from './words.ts'

/** One thing that was looked at. `mend` stands where it is wrong, and says what to do. */
interface Finding {
  what: string
  is: string
  mend?: string
}

const nodeMin = 24
const freeMin = 512 * 1024 * 1024
const patienceMs = 3_000
const root = join(import.meta.dirname, '../../..')

/** Looks at everything that a server needs; 1 when something of it is wrong. */
export async function doctor(): Promise<number> {
  const findings = [node(), zones()]
  let config: Config | undefined
  try {
    config = readConfig()
    findings.push({ what: 'Configuration', is: config.isProduction ? 'production' : 'development' })
  } catch (error) {
    findings.push({ what: 'Configuration', is: 'wrong', mend: told(error) })
  }
  if (config)
    findings.push(...(await place(config)), builtConsole(), ...(await redis(config)), ...(await server(config)))
  say(aligned(findings.map(({ what, is, mend }) => [mend === undefined ? 'ok' : 'WRONG', what, is])))
  const wrong = findings.filter(({ mend }) => mend !== undefined)
  for (const { what, mend = '' } of wrong) say(`\n${what}: ${mend}`)
  say(wrong.length === 0 ? '\nNothing is wrong.' : `\n${wrong.length} of ${findings.length} are wrong.`)
  return wrong.length === 0 ? 0 : 1
}

function node(): Finding {
  const { node: is } = process.versions
  const mend = Number(is.split('.')[0]) < nodeMin && `Use Node ${nodeMin} or newer ("npm ci" brings it).`
  return { what: 'Node', is, ...(mend && { mend }) }
}

/** A Node without its time zones answers UTC for all of them, silently. */
function zones(): Finding {
  const is = process.versions['tz'] ?? 'unknown'
  const summer = new Date(Date.UTC(2026, 6, 1, 12))
  const isThere = new Intl.DateTimeFormat('en', { timeZone: 'Africa/Cairo', hour: 'numeric', hour12: false }).format(
    summer,
  )
  const isRight = isThere === '15' // Egypt has summer time again since 2023.
  const mend = 'The time zone database is missing or from before 2023: use the Node that "npm ci" brings.'
  return { what: 'Time zones', is, ...(!isRight && { mend }) }
}

async function place({ dataDir, masterKey, mongodbUri }: Config): Promise<Finding[]> {
  const directory = resolve(dataDir)
  const exists = existsSync(directory)
  return [
    exists ? dataDirectory(directory) : notYet(directory),
    disk(exists ? directory : nearest(directory)),
    secret(directory, masterKey, exists && (mongodbUri !== undefined || existsSync(join(directory, 'store')))),
  ]
}

function dataDirectory(directory: string): Finding {
  const what = 'Data directory'
  if (!statSync(directory).isDirectory())
    return { what, is: directory, mend: 'This is a file: set CARELINE_DATA to a directory.' }
  if (!mayWrite(directory))
    return {
      what,
      is: directory,
      mend: `This user may not write there: chown it to ${process.getuid?.() ?? 'this user'}, or set CARELINE_DATA.`,
    }
  if (isUnfinished({ dataDir: directory }))
    return { what, is: `${directory}, half restored`, mend: 'Run the same "careline restore" again, to its end.' }
  const mode = statSync(directory).mode & 0o777
  if ((mode & 0o077) !== 0)
    return {
      what,
      is: `${directory}, mode ${mode.toString(8)}`,
      mend: `Others may look into it: chmod 700 ${directory}`,
    }
  return { what, is: directory }
}

function notYet(directory: string): Finding {
  const parent = nearest(directory)
  const is = `${directory}, made at the first start`
  if (mayWrite(parent)) return { what: 'Data directory', is }
  return {
    what: 'Data directory',
    is,
    mend: `This user may not make it in ${parent}: set CARELINE_DATA to another place.`,
  }
}

function nearest(directory: string): string {
  return existsSync(directory) ? directory : nearest(dirname(directory))
}

function mayWrite(directory: string) {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false // That it may not is the answer.
  }
}

function disk(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory)
  const free = bavail * bsize
  const is = `${(free / 1024 ** 3).toFixed(1)} GB free`
  return { what: 'Disk', is, ...(free < freeMin && { mend: 'Make room: below 512 MB a write may fail at any time.' }) }
}

function secret(directory: string, given: string | undefined, isNeeded: boolean): Finding {
  const what = 'Master key'
  if (given !== undefined) return { what, is: 'from CARELINE_MASTER_KEY' }
  const file = join(directory, 'master.key')
  if (!existsSync(file)) {
    if (!isNeeded) return { what, is: 'made at the first start' }
    return {
      what,
      is: 'missing',
      mend: `Put ${file} back from a backup: what rests encrypted cannot be read without it.`,
    }
  }
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) !== 0) return { what, is: file, mend: `Others may read it: chmod 600 ${file}` }
  const isKey = /^[0-9a-f]{64}$/i.test(readFileSync(file, 'utf8').trim())
  return {
    what,
    is: file,
    ...(!isKey && { mend: 'It holds no key (64 hexadecimal digits): put it back from a backup.' }),
  }
}

function builtConsole(): Finding {
  const isThere = existsSync(join(root, 'dist/console/index.html'))
  const mend = 'Build it: npm run prepare'
  return { what: 'Console', is: isThere ? 'built' : 'not built', ...(!isThere && { mend }) }
}

/** Asked as a start asks it; what is eviction to a cache would be loss of members and leases here. */
async function redis({ redisUrl }: Config): Promise<Finding[]> {
  if (redisUrl === undefined) return []
  const what = 'Redis'
  const { openRedis } = await import('../../../kernel/redis.ts')
  try {
    const link = await openRedis(redisUrl, { name: 'careline/doctor', onError: () => undefined })
    const [, policy] = (await link.config('GET', 'maxmemory-policy').catch(() => [])) as string[]
    link.disconnect()
    if (policy === undefined || policy === 'noeviction') return [{ what, is: 'answers' }]
    return [{ what, is: `answers, ${policy}`, mend: 'Set maxmemory-policy to noeviction: nothing in it is a cache.' }]
  } catch (error) {
    return [{ what, is: 'does not answer', mend: told(error) }]
  }
}

const Status = z.object({ pid: z.int(), url: z.url() })
const Chains = z.object({ looked: z.int(), broken: z.array(z.string()) })
const Checks = z.object({ missingIndexes: z.array(z.string()) })

async function server(config: Config): Promise<Finding[]> {
  try {
    const { pid, url } = Status.parse(await askControl(config.dataDir, 'status'))
    const { missingIndexes: missing } = Checks.parse(await askControl(config.dataDir, 'checks'))
    const runs = await answering('Server', `${url}/ready`, `runs at ${url}, pid ${pid}`)
    const chains = audit(Chains.parse(await askControl(config.dataDir, 'audit')))
    return [runs, indexes(missing), chains, ...(await inspected(config)), ...(await simulators(config, url))]
  } catch (error) {
    if (error instanceof NotRunning) return [await port(config), ...(await store(config))]
    return [{ what: 'Server', is: 'does not answer', mend: `Stop it and start it again. (${told(error)})` }]
  }
}

async function answering(what: string, address: string, is: string): Promise<Finding> {
  try {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(patienceMs) })
    if (status === 200) return { what, is }
    return { what, is: `${is}, answers ${status}`, mend: 'Look into its log; LOG_LEVEL=debug says more.' }
  } catch {
    return {
      what,
      is,
      mend: `${address.replace(/\?.*/, '')} does not answer from here: look at HOST, PUBLIC_URL and the proxy.`,
    }
  }
}

function port({ port, host }: Config): Promise<Finding> {
  const what = 'Port'
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', (error) => done({ what, is: String(port), mend: told(error, { port, host, dataDir: '' }) }))
    probe.listen(port, host, () => probe.close(() => done({ what, is: `${port} is free` })))
  })
}

/** Opens the store as a start would. One that was never there is not made for that. */
async function store(config: Config): Promise<Finding[]> {
  const isThere = config.mongodbUri !== undefined || existsSync(join(config.dataDir, 'store'))
  if (!isThere) return [{ what: 'Store', is: 'made at the first start' }]
  if (config.masterKey === undefined && !existsSync(join(config.dataDir, 'master.key'))) return []
  const [{ secretsOf }, { openStorage }] = await Promise.all([import('../secrets.ts'), import('../storage.ts')])
  const { chainsAtRest } = await import('./audit-checks.ts')
  try {
    const storage = await openStorage(config, secretsOf(config).masterKeys)
    try {
      const { name, version } = await storage.version()
      const opens = { what: 'Store', is: `${name} ${version} opens` }
      const validated = await storage.embedded?.validate()
      const chains = audit(await chainsAtRest(storage))
      return [opens, indexes(await missingIndexes(storage.store)), chains, ...(validated ? [integrity(validated)] : [])]
    } finally {
      await storage.close()
    }
  } catch (error) {
    return [{ what: 'Store', is: 'does not open', mend: told(error, config) }]
  }
}

function indexes(missing: readonly string[]): Finding {
  const what = 'Indexes'
  if (missing.length === 0) return { what, is: `all ${indexCount} are there` }
  const is = `${missing.length} of ${indexCount} are missing`
  return { what, is, mend: `A start makes them: restart the server. Missing: ${missing.join('; ')}` }
}

/** The chains of the audit: whoever changes the database beside us breaks one. */
function audit({ looked, broken }: z.output<typeof Chains>): Finding {
  const what = 'Audit'
  if (broken.length > 0) {
    const mend = `Somebody changed the database beside Careline. Keep a copy, and compare it with a backup. ${broken.join('; ')}`
    return { what, is: `broken in ${broken.length} workspaces`, mend }
  }
  return {
    what,
    is: `${looked} entries are as they were written`,
  }
}

/** Every page, document and index of the embedded store; of a MongoDB elsewhere nothing: that would lock it. */
async function inspected(config: Config): Promise<Finding[]> {
  try {
    return [integrity(Validated.parse(await askStore(config, 'check')))]
  } catch (error) {
    if (error instanceof Problem && error.code === 'no_embedded_store') return []
    return [{ what: 'Integrity', is: 'not looked at', mend: told(error) }]
  }
}

function integrity(validated: z.output<typeof Validated>): Finding {
  const what = 'Integrity'
  const documents = validated.reduce((sum, each) => sum + each.documents, 0)
  const keys = validated.flatMap((each) => Object.keys(each.keys)).length
  const wrong = validated.flatMap(({ namespace, errors }) => errors.map((error) => `${namespace}: ${error}`))
  if (wrong.length === 0) return { what, is: `${documents} documents and ${keys} indexes agree` }
  const mend = `Stop the server, move the store away (keep it), and run "careline restore". ${wrong.slice(0, 10).join('; ')}`
  return { what, is: `${wrong.length} things are damaged`, mend }
}

/** The phone's door, as the console knocks at it: without its key it answers 401, and only a simulator does. */
async function simulators({ hasSimulators }: Config, url: string): Promise<Finding[]> {
  const what = 'Simulators'
  if (!hasSimulators) return [{ what, is: 'off' }]
  const mend = 'The simulated phone does not answer: restart the server.'
  const { simulatorPrefix } = await import('../simulators.ts')
  try {
    const { status } = await fetch(`${url}${simulatorPrefix}/phone`, { signal: AbortSignal.timeout(patienceMs) })
    return [{ what, is: 'WhatsApp', ...(status !== 401 && { mend }) }]
  } catch {
    return [{ what, is: 'WhatsApp', mend }]
  }
}
