import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../kernel/config.ts'

/**
 * Given secrets are used; in development, missing ones are made once and kept beside the data, readable by their owner
 * only. Production never comes here without its own (`loadConfig` refuses).
 */
export function secretsOf({ dataDir, masterKey, jwtSecret }: Pick<Config, 'dataDir' | 'masterKey' | 'jwtSecret'>) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  return {
    masterKey: Buffer.from(masterKey ?? kept(join(dataDir, 'master.key')), 'hex'),
    jwtSecret: jwtSecret ?? kept(join(dataDir, 'jwt.secret')),
    phoneKey: kept(join(dataDir, 'phone.key')).slice(0, 32),
  }
}

function kept(path: string) {
  if (!existsSync(path)) {
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
    chmodSync(path, 0o600)
  }
  return readFileSync(path, 'utf8').trim()
}
