import type { Config } from '../../../kernel/config.ts'
import { identityFrom } from '../../../store/archive/age.ts'

const dayMs = 24 * 60 * 60_000

/** What backups are encrypted for: the first one new ones, and the others those of before. */
export const identitiesOf = ({ backups }: Pick<Config, 'backups'>, masterKeys: readonly Buffer[]): string[] => [
  ...(backups.key === undefined ? [] : [backups.key]),
  ...masterKeys.map((key) => identityFrom(key)),
]

/** What the book of keys needs to know. */
export const bookParts = (config: Pick<Config, 'backups'>, masterKeys: readonly Buffer[], directory?: string) => ({
  directory: directory ?? config.backups.directory,
  identities: identitiesOf(config, masterKeys),
  keptMs: (Math.max(config.backups.days, config.backups.weeks * 7) + 1) * dayMs,
})
