import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../../kernel/config.ts'
import type { Store } from '../../../store/connection.ts'
import { type CollectionName, type Model, models } from '../../../store/models/index.ts'
import { membersOf, membershipsOf } from '../../../store/settings/members.ts'
import { secretsOf } from '../secrets.ts'
import { openStorage } from '../storage.ts'
import { forgetDemo, keptDemo } from './kept.ts'

/** Takes the demo away, and nothing else. No server may run on this directory. */
export async function wipeDemo(config: Config) {
  const demo = keptDemo(config.dataDir)
  if (!demo) return
  const storage = await openStorage(config, secretsOf(config).masterKey)
  try {
    await removeWorkspace(storage.store, demo.workspaceId)
    // The simulated phones are one file. Where another workspace has people on them, the demo's old chats stay there.
    const others = await storage.store.collection('channels').findOne({ simulate: true })
    if (!others) rmSync(join(config.dataDir, 'simulator'), { recursive: true, force: true })
  } finally {
    await storage.close()
  }
  rmSync(join(config.dataDir, 'files', demo.workspaceId), { recursive: true, force: true })
  forgetDemo(config.dataDir)
}

async function removeWorkspace(store: Store, workspaceId: string) {
  for (const { accountId } of await membersOf(store, workspaceId)) {
    const elsewhere = (await membershipsOf(store, accountId)).some((member) => member.workspaceId !== workspaceId)
    if (!elsewhere) await store.platform('accounts').deleteOne({ _id: accountId })
  }
  await store.platform('sessions').deleteMany({ workspaceId })
  await store.platform('auth_challenges').deleteMany({ workspaceId })
  for (const [name, { tenant }] of Object.entries<Model>(models))
    if (tenant) await store.collection(name as CollectionName).deleteMany({ workspaceId })
  // Last: whoever was interrupted before finds the workspace, and wipes again.
  await store.platform('workspaces').deleteOne({ _id: workspaceId })
}
