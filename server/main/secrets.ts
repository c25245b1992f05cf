import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../kernel/config.ts'

/**
 * Given secrets are used; in development, missing ones are made once and kept beside the data, readable by their owner
 * only. Production never comes here without its own (`loadConfig` refuses).
 */
export function secretsOf(config: Pick<Config, 'dataDir' | 'masterKey' | 'formerMasterKeys' | 'jwtSecret'>) {
  const { dataDir, jwtSecret } = config
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  masterKeysOf(config) // Made now where it is missing, not when something is first encrypted.
  return {
    /** The current one first. Read anew each time: `careline rotate-key` changes the files of a running server. */
    masterKeys: () => masterKeysOf(config),
    jwtSecret: jwtSecret ?? kept(join(dataDir, 'jwt.secret')),
    // On several machines there are several directories, and one phone.
    phoneKey: (jwtSecret === undefined ? kept(join(dataDir, 'phone.key')) : derived(jwtSecret)).slice(0, 32),
  }
}

/** In the place of `master.key` while that is changed, and what was in its place before. */
export const masterFiles = (dataDir: string) => {
  const current = join(dataDir, 'master.key')
  return { current, former: `${current}.previous` }
}

function masterKeysOf({
  dataDir,
  masterKey,
  formerMasterKeys,
}: Pick<Config, 'dataDir' | 'masterKey' | 'formerMasterKeys'>) {
  const { current, former } = masterFiles(dataDir)
  const files = masterKey === undefined && existsSync(former) ? [readFileSync(former, 'utf8').trim()] : []
  return [masterKey ?? kept(current), ...formerMasterKeys, ...files].map((hex) => Buffer.from(hex, 'hex'))
}

const derived = (secret: string) => createHmac('sha256', secret).update('careline phone').digest('hex')

/** Whole from the first moment that it is there, also when several processes begin at once: the first one's counts. */
function kept(path: string) {
  if (!existsSync(path)) {
    const made = `${path}.${process.pid}`
    writeFileSync(made, randomBytes(32).toString('hex'), { mode: 0o600 })
    chmodSync(made, 0o600)
    try {
      linkSync(made, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(made)
    }
  }
  return readFileSync(path, 'utf8').trim()
}
