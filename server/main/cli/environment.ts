import { existsSync } from 'node:fs'
import { type Config, loadConfig } from '../../../kernel/config.ts'

/** From the environment, and from a file `.env` here; what the environment says itself goes before the file. */
export function readConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return loadConfig()
}
