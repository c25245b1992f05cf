/**
 * `npm run test:frames`, after `npm test`: each frame that a server sent or was sent in the run before, held against
 * the AsyncAPI document. It fails where a frame is not as documented, and where something documented was never seen.
 */
import { once } from 'node:events'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Document, Examination } from './examination.ts'
import { endOf, folderOf, phases } from './phase.ts'

const shownMax = 20
const frameMax = 400

async function check(): Promise<number> {
  const missing = phases.filter((phase) => !existsSync(endOf(phase)))
  if (missing.length > 0)
    return fail(`Nothing to look at: run ${missing.map((one) => `npm run test:${one}`).join(', ')}`)
  const document = JSON.parse(readFileSync('docs/asyncapi.json', 'utf8')) as Document
  const examination = new Examination(document)
  const files = phases.flatMap((phase) => readdirSync(folderOf(phase)).map((name) => join(folderOf(phase), name)))
  for (const file of files.filter((name) => name.endsWith('.frames'))) {
    const lines = createInterface({ input: createReadStream(file) }).on('line', examination.process())
    await once(lines, 'close')
  }
  return told(examination)
}

function told({ wrong, unseen, unseenCodes, frames, sockets }: Examination): number {
  process.stdout.write(`${frames} frames of ${sockets} sockets\n`)
  if (unseenCodes.length > 0) process.stdout.write(`codes that nothing was refused with: ${unseenCodes.join(', ')}\n`)
  if (wrong.size === 0 && unseen.length === 0) return 0
  const lines = [...wrong].map(([what, { frame, count }]) => `  ${count} × ${what}\n    ${frame.slice(0, frameMax)}\n`)
  if (wrong.size > 0) fail(`Not as docs/asyncapi.json says:\n${lines.slice(0, shownMax).join('')}`)
  if (unseen.length > 0)
    fail(
      `docs/asyncapi.json says more than any test has seen. Write one that brings it about:\n  ${unseen.join('\n  ')}`,
    )
  return 1
}

function fail(words: string): number {
  process.stderr.write(`${words}\n`)
  return 1
}

process.exitCode = await check()
