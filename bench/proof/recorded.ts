/**
 * Every operation of the whole test run, recorded between Careline and its store, and replayed with index and without:
 * `node bench/proof/recorded.ts`. File names narrow it down; `--keep FILE` leaves the recording there, `--from FILE`
 * replays one. Ends with a failure, and the command in it, at the first difference.
 */
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { Frames } from '../../store/embedded/wire.ts'
import { isUnanswered, recording } from '../../test/store/proof/recording.ts'
import { Replay } from '../../test/store/proof/replay.ts'
import { load, print, table } from '../figures.ts'
import { testedOn } from './suite.ts'

const options = { keep: { type: 'string' }, from: { type: 'string' }, shapes: { type: 'boolean' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const directory = mkdtempSync(join(tmpdir(), 'careline-recorded-'))
const file = values.from ?? values.keep ?? join(directory, 'frames')

/** The exit code of the tests. */
async function record(): Promise<number> {
  const handle = openSync(file, 'w')
  // The clocks of tests stand in the past: by the real one, what they keep has long expired.
  const expiryEveryMs = 24 * 3_600_000
  const store = await startEmbeddedStore({ directory: join(directory, 'store'), durability: 'relaxed', expiryEveryMs })
  const { uri, close } = await recording(store.uri, ({ request, reply }) => {
    writeSync(handle, request)
    if (reply) writeSync(handle, reply)
  })
  const code = await testedOn(uri, positionals)
  await close()
  await store.close()
  closeSync(handle)
  return code
}

async function replay() {
  const player = new Replay()
  const frames = new Frames()
  let request: Buffer | null = null
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 }))
    for (const frame of frames.add(chunk as Buffer)) {
      if (request === null && !isUnanswered(frame)) request = Buffer.from(frame)
      else {
        await player.take(request === null ? { request: frame, reply: null } : { request, reply: frame })
        request = null
      }
    }
  await player.validate()
  player.close()
  return player.done
}

const count = (n: number) => n.toLocaleString('en')
const code = values.from === undefined ? await record() : 0
const began = performance.now()
const { reads, writes, others, ties, asRecorded, shapes, validated } = await replay()
const seconds = (performance.now() - began) / 1000
if (reads === 0 || writes === 0) throw new Error('Nothing was recorded: look at what the tests said.')
const byIndex = [...shapes.values()].filter((plan) => plan === 'IXSCAN' || plan === 'IDHACK').length
print(
  `${count(reads)} reads and ${count(writes)} writes of ${shapes.size} kinds (${byIndex} by an index), among ${count(others)} other commands, replayed with index and without: 0 differences, ${ties} free choices. ${count(asRecorded)} of ${count(reads + writes + others)} answered as they were recorded. ${count(validated)} documents compared with all their indexes. ${seconds.toFixed(0)} s, load average ${load()}`,
)
if (values.shapes) print(table(['kind', 'found by'], [...shapes].sort()))
rmSync(directory, { recursive: true, force: true })
if (code !== 0) print('Some of the tests themselves failed: see above.')
process.exit(code)
