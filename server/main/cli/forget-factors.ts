import { z } from 'zod'
import { askControl } from '../control.ts'
import { readConfig } from './environment.ts'
import { complain, say } from './words.ts'

/** Takes somebody's second factors away, for whom neither app, keys nor codes are left. */
export async function forgetFactors({ as, workspace }: { as?: string; workspace?: string }): Promise<number> {
  if (as === undefined) {
    complain('Say whose: careline forget-factors --as somebody@example.org')
    return 1
  }
  const whose = { as, ...(workspace !== undefined && { workspace }) }
  const answer = await askControl(readConfig().dataDir, 'factors/forget', whose)
  const { name } = z.object({ name: z.string() }).parse(answer)
  say(`${name} signs in without a second factor now, and is signed out everywhere.`)
  return 0
}
