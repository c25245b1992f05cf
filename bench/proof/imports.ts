/**
 * An import under `kill -9`: `node bench/proof/imports.ts --rows 100000 --kills 3`. A process imports a file, is killed
 * in the middle, and another goes on with it. At the end each row was said once, and made one person; and how much
 * memory a process took is told.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { loadConfig } from '../../kernel/config.ts'
import { ImportOptions } from '../../kernel/import-map.ts'
import { startCareline } from '../../server/main.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { load, print } from '../figures.ts'

const options = {
  rows: { type: 'string', default: '100000' },
  kills: { type: 'string', default: '3' },
  directory: { type: 'string' },
} as const
const { rows: wished, kills, directory } = parseArgs({ options }).values
const rows = Number(wished)

interface Told {
  cursor: number
  status: string
  counts: object
  rssMb: number
  people?: number
  said?: number
}

const importId = 'imp_proof'

async function* file(): AsyncGenerator<Buffer> {
  yield Buffer.from('Name,Phone,Email,Tags\n')
  const batch = 1_000
  for (let from = 0; from < rows; from += batch) {
    const lines: string[] = []
    for (let n = from; n < Math.min(rows, from + batch); n++) {
      const digits = String(n).padStart(7, '0')
      lines.push(`Person ${n},+49151${digits}1,p${n}@example.com,proof`)
    }
    yield Buffer.from(`${lines.join('\n')}\n`)
  }
}

/** The process that imports, until it is killed or has done. */
async function child(at: string) {
  const config = loadConfig({
    NODE_ENV: 'test',
    CARELINE_DATA: at,
    PORT: '0',
    CARELINE_DEMO: 'false',
    SIMULATORS: 'false',
  })
  const careline = await startCareline({ config, hasSchedules: false })
  const { store } = careline.storage
  const { imports } = careline.lists.lists
  const found = await store.platform('workspaces').findOne({ slug: 'proof' })
  const workspaceId = found?._id ?? (await createWorkspace(store, { slug: 'proof', name: 'Proof' }, Date.now())).id
  if (!(await imports.book.byId(workspaceId, importId))) {
    await imports.upload(workspaceId, importId, { bytes: file(), fileName: 'proof.csv', by: 'mem_proof' })
    await imports.map(workspaceId, importId, ['name', 'phone', 'email', 'tags'], ImportOptions.parse({}))
    await imports.validate(workspaceId, importId)
    await imports.settled()
    await imports.run(workspaceId, importId)
  }
  let rssMb = 0
  const tell = async (more: Partial<Told> = {}) => {
    rssMb = Math.max(rssMb, process.memoryUsage().rss / 1024 / 1024)
    const { cursor, status, counts } = await imports.byId(workspaceId, importId)
    process.send?.({ cursor, status, counts, rssMb, ...more } satisfies Told)
    return status
  }
  setInterval(() => void imports.sweep(), 1_000)
  while ((await tell()) === 'running') await pause(200)
  const max = 1_000_000
  const people = await store.of(workspaceId).count('users', { createdAt: { $type: 'date' } }, max)
  const said = await store.of(workspaceId).count('import_rows', { importId, outcome: 'created' }, max)
  await tell({ people, said })
}

if (directory !== undefined) await child(directory)
else await proof()

async function proof() {
  const at = mkdtempSync(join(tmpdir(), 'careline-imports-'))
  const began = performance.now()
  const marks = Array.from({ length: Number(kills) }, (_, n) => Math.floor((rows * (n + 1)) / (Number(kills) + 1)))
  let told: Told | undefined
  for (const mark of [...marks, Infinity]) {
    told = await lifeUntil(at, mark)
    print(`${told.status} at row ${told.cursor.toLocaleString('en')}, ${told.rssMb.toFixed(0)} MB`)
  }
  rmSync(at, { recursive: true, force: true })
  const seconds = (performance.now() - began) / 1_000
  print(`${wished} rows, ${kills} kills: ${JSON.stringify(told)}, ${seconds.toFixed(0)} s, load average ${load()}`)
  const isRight = told?.status === 'completed' && told.people === rows && told.said === rows
  process.exit(isRight && (told?.counts as { created: number }).created === rows ? 0 : 1)
}

/** A life of the process: until it is past this row, or has done. */
async function lifeUntil(at: string, row: number): Promise<Told> {
  const args = ['--rows', wished, '--directory', at]
  const life: ChildProcess = fork(import.meta.filename, args, { execArgv: ['--disable-warning=ExperimentalWarning'] })
  let last: Told | undefined
  await new Promise<void>((done) => {
    life.on('exit', () => done())
    life.on('message', (said: Told) => {
      last = said
      if (said.cursor >= row || said.people !== undefined) life.kill('SIGKILL')
    })
  })
  if (!last) throw new Error('the process ended before it said anything')
  return last
}
