import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { staff } from './script.ts'

const id = z.string().min(1).max(128)

/** What a data directory knows of its demo. `seeding`: somebody began and did not end, so it is made anew. */
const Demo = z.object({
  state: z.enum(['seeding', 'ready']),
  workspaceId: id,
  channelId: id,
  /** Of all its members; made for this directory alone. */
  password: z.string().min(12).max(64),
  members: z.record(z.enum(Object.keys(staff) as (keyof typeof staff)[]), id),
})
export type Demo = z.infer<typeof Demo>

const fileIn = (dataDir: string) => join(dataDir, 'demo.json')

/** Undefined where no demo was ever begun. */
export function keptDemo(dataDir: string): Demo | undefined {
  const file = fileIn(dataDir)
  return existsSync(file) ? Demo.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** Readable by its owner only: it holds a password. */
export function keepDemo(dataDir: string, demo: Demo) {
  const file = fileIn(dataDir)
  const next = `${file}.next`
  writeFileSync(next, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  chmodSync(next, 0o600)
  renameSync(next, file)
}

export const forgetDemo = (dataDir: string) => rmSync(fileIn(dataDir), { force: true })
