import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { Problem } from '../../../kernel/problem.ts'
import { askControl, NotRunning } from '../control.ts'
import { readConfig } from './environment.ts'
import { aligned, say } from './words.ts'

const Shown = z.looseObject({
  console: z.string(),
  phone: z.string().nullable(),
  apiDocs: z.string(),
  eventDocs: z.string(),
  workspace: z.object({ name: z.string() }),
  logins: z.array(z.object({ role: z.string(), email: z.string(), password: z.string() })),
})

/** Prints what one needs to use the demo of the running server; with `reset`, makes it anew first. */
export async function demo(options: { json?: boolean; reset?: boolean }): Promise<number> {
  const config = readConfig()
  if (options.reset && config.isProduction)
    throw new Problem('forbidden', 'not_here', 'A demo is made anew in development only.')
  let answer: unknown
  try {
    answer = await askControl(config.dataDir, options.reset ? 'demo/reset' : 'demo')
  } catch (error) {
    if (!(error instanceof NotRunning) || !options.reset) throw error
    await rebuilt(config)
    say('The demo is made anew. Start the server with "npm start".')
    return 0
  }
  say(options.json ? JSON.stringify(answer, null, 2) : inWords(Shown.parse(answer)))
  return 0
}

/** Where no server runs we do what it would. */
async function rebuilt(config: Config) {
  const [{ wipeDemo }, { seedDemo }] = await Promise.all([import('../demo/wipe.ts'), import('../demo/seed.ts')])
  await wipeDemo(config)
  await seedDemo(config)
}

function inWords({ console, phone, apiDocs, eventDocs, workspace, logins }: z.output<typeof Shown>) {
  const docs = [
    ['API docs', apiDocs],
    ['Event docs', eventDocs],
  ]
  const places = [['Console', console], ...(phone === null ? [] : [['Phone', phone]]), ...docs]
  const who = aligned(logins.map(({ role, email, password }) => [role, email, password]))
  return [workspace.name, '', aligned(places), '', who, '', '  With --json there is more, for scripts.'].join('\n')
}
