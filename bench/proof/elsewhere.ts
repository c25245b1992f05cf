/**
 * The whole test suite on a server that is not the embedded store of its own process:
 * `node bench/proof/elsewhere.ts` starts `careline store` for it, `--uri mongodb://…` takes another one. File names
 * narrow it down. Each test makes databases of its own there, named `careline_test_…`, and drops them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Command } from '../../test/cli/command.ts'
import { testedOn } from './suite.ts'

const { values, positionals } = parseArgs({ options: { uri: { type: 'string' } }, allowPositionals: true })

async function onStore(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'careline-elsewhere-'))
  const store = new Command(['store'], { CARELINE_DATA: directory, DURABILITY: 'relaxed', LOG_LEVEL: 'error' })
  try {
    const [uri] = await store.prints(/^mongodb:\S+(?=\n)/m)
    return await testedOn(uri, positionals)
  } finally {
    store.process.kill('SIGTERM')
    await store.ended
    rmSync(directory, { recursive: true, force: true })
  }
}

process.exit(await (values.uri === undefined ? onStore() : testedOn(values.uri, positionals)))
