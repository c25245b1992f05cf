import { spawn } from 'node:child_process'
import { once } from 'node:events'

const ALL = ['test/**/*.test.ts']

/** Runs the project's tests on the server of this address; resolves to the exit code. Their report is printed. */
export async function testedOn(uri: string, files: readonly string[]): Promise<number> {
  const tests = files.length > 0 ? files : ALL
  // By env, so that everything else that the tests inherit stays as it is.
  const running = spawn(
    'env',
    [`MONGODB_URI=${uri}`, process.execPath, 'node_modules/.bin/mocha', '--reporter', 'dot', ...tests],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const [code] = (await once(running, 'exit')) as [number | null]
  return code ?? 1
}
