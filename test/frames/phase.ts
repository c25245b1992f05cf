import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { record } from './tape.ts'

/** The runs of mocha that `npm test` makes. */
export const phases = ['parts', 'pages', 'commands', 'faults'] as const
export type Phase = (typeof phases)[number]

// Each checkout has its own, and keeps it from one run to the next.
const checkout = createHash('sha256')
  .update(import.meta.dirname)
  .digest('hex')
  .slice(0, 12)
export const folderOf = (phase: Phase) => join(tmpdir(), `careline-frames-${checkout}`, phase)
/** There when the phase went to its end. */
export const endOf = (phase: Phase) => join(folderOf(phase), 'ended')

// This file is read before the tests, in each process that runs some.
enableCompileCache()
const compiledIn = getCompileCacheDir()
// Nor is it compiled anew by the processes that tests start; Node itself appends its version.
// eslint-disable-next-line no-restricted-properties -- That is how Node is told where it was kept.
if (compiledIn !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(compiledIn)

/** A mocha plugin: what this run's servers say and hear is kept for `npm run test:frames`. */
export function recorded(phase: Phase) {
  const folder = folderOf(phase)
  return {
    mochaGlobalSetup() {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    },
    mochaGlobalTeardown() {
      writeFileSync(endOf(phase), '')
    },
    // Of each process that runs test files.
    mochaHooks: { beforeAll: () => record(folder) },
  }
}
