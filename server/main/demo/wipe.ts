import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../../kernel/config.ts'
import { removeContents, removeWorkspace } from '../../../store/settings/closing.ts'
import { secretsOf } from '../secrets.ts'
import { openStorage } from '../storage.ts'
import { forgetDemo, keptDemo } from './kept.ts'

/** Takes the demo away, and nothing else. No server may run on this directory. */
export async function wipeDemo(config: Config) {
  const demo = keptDemo(config.dataDir)
  if (!demo) return
  const storage = await openStorage(config, secretsOf(config).masterKeys)
  try {
    await removeContents(storage.store, demo.workspaceId)
    await storage.store.collection('vault_keys').deleteMany({ workspaceId: demo.workspaceId })
    // Last: whoever was interrupted before finds the workspace, and wipes again.
    await removeWorkspace(storage.store, demo.workspaceId)
    // The simulated phones are one file, and so is what is texted and mailed. Where another workspace has people on them,
    // the demo's old chats stay there.
    const others = await storage.store.collection('channels').findOne({ simulate: true })
    if (!others) {
      rmSync(join(config.dataDir, 'simulator'), { recursive: true, force: true })
      for (const name of ['simulated_texts', 'simulated_letters', 'simulated_slack'] as const)
        await storage.store.platform(name).deleteMany({})
    }
  } finally {
    await storage.close()
  }
  rmSync(join(config.dataDir, 'files', demo.workspaceId), { recursive: true, force: true })
  forgetDemo(config.dataDir)
}
