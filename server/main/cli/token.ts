import { z } from 'zod'
import { askControl } from '../control.ts'
import { readConfig } from './environment.ts'
import { say } from './words.ts'

/** Prints an access token of the running server, and nothing else; with `link`, an address that signs in once. */
export async function token(options: { workspace?: string; as?: string; link?: boolean }): Promise<number> {
  const { workspace, as, link: isLink = false } = options
  const answer = await askControl(readConfig().dataDir, 'token', {
    ...(workspace !== undefined && { workspace }),
    ...(as !== undefined && { as }),
    isLink,
  })
  say(z.object({ token: z.string() }).parse(answer).token)
  return 0
}
