import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { Problem } from '../../../kernel/problem.ts'
import { OperatorSettings } from '../../../store/settings/operators.ts'
import { Operators } from '../../platform/operators.ts'
import { askControl, type Controls, NotRunning } from '../control.ts'
import { secretsOf } from '../secrets.ts'
import { readConfig } from './environment.ts'
import { checkRestored } from './store-controls.ts'
import { aligned, say } from './words.ts'

const email = z.email().max(254)
const Added = z.object({ email, name: z.string().trim().min(1).max(200) })
const Named = z.object({ email })
const Fresh = z.object({ password: z.string(), totpUri: z.string() })
const Listed = z.array(z.object({ id: z.string(), email: z.string(), name: z.string(), isDisabled: z.boolean() }))

/** What may be asked about operators of whoever has the storage open. */
export const operatorControls = (operators: () => Operators): Controls => ({
  'operators/add': async (input) => operators().add(Added.parse(input)),
  'operators/reset': async (input) => operators().reset(Named.parse(input).email),
  'operators/disable': async (input) => (await operators().disable(Named.parse(input).email), {}),
  'operators/list': () => operators().list(),
})

/** Who may look after the installation: added, given new secrets, or stopped, by whoever has the machine. */
export async function operator({ add, reset, disable, name }: Record<string, string | undefined>): Promise<number> {
  const config = readConfig()
  if (add !== undefined) {
    const about = checked(Added, { email: add, name: name ?? add })
    return tellFresh(about.email, Fresh.parse(await ask(config, 'operators/add', about)))
  }
  if (reset !== undefined) return tellFresh(reset, Fresh.parse(await ask(config, 'operators/reset', { email: reset })))
  if (disable !== undefined) {
    await ask(config, 'operators/disable', checked(Named, { email: disable }))
    say(`${disable} can no longer sign in.`)
    return 0
  }
  const all = Listed.parse(await ask(config, 'operators/list'))
  say(
    all.length > 0
      ? aligned(all.map((one) => [one.email, one.name, one.isDisabled ? 'disabled' : '']))
      : 'There is nobody yet: careline operator --add E-MAIL --name NAME',
  )
  return 0
}

function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input)
  if (read.success) return read.data
  throw new Problem('invalid', 'email', 'Give an e-mail address (and --name NAME).')
}

function tellFresh(who: string, { password, totpUri }: z.output<typeof Fresh>): number {
  say(`${who} signs in at /platform, with this password and a code of this authenticator. Both are shown only now.`)
  say(
    aligned([
      ['Password', password],
      ['Authenticator', totpUri],
    ]),
  )
  return 0
}

/** The running server; where none runs, we do what it would. */
async function ask(config: Config, what: string, input: object = {}): Promise<unknown> {
  try {
    return await askControl(config.dataDir, what, input)
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
  }
  checkRestored(config)
  const { openStorage } = await import('../storage.ts')
  const { masterKeys, jwtSecret } = secretsOf(config)
  const storage = await openStorage(config, masterKeys)
  try {
    const settings = new OperatorSettings(storage.store, storage.vault)
    const operators = new Operators({ settings, secret: jwtSecret, now: () => systemClock.now() })
    return await operatorControls(() => operators)[what]?.(input)
  } finally {
    await storage.close()
  }
}
