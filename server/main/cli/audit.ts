import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Problem } from '../../../kernel/problem.ts'
import { exportedLink, lookThroughFile, type LinkSeen } from '../../audit-file.ts'
import { complain, say } from './words.ts'

/** Looks through the audit of an export that was unpacked: whoever has the file needs no server for it. */
export async function audit({ file }: { file?: string | undefined }): Promise<number> {
  if (file === undefined)
    throw new Problem('invalid', 'file', 'Say which: careline audit --file DIR (data/audit_log of an unpacked export).')
  const seen: LinkSeen[] = []
  for (const path of partsOf(file)) {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })
    for await (const line of lines) if (line !== '') seen.push(exportedLink(line))
  }
  const { first, last, findings } = lookThroughFile(seen)
  if (!first || !last) throw new Problem('invalid', 'file', `There is no entry of an audit in ${file}.`)
  for (const { what, n } of findings) complain(`${what}: entry ${n}`)
  if (findings.length > 0) return 1
  const older = first.n > 1 ? ` What was before ${first.n} the workspace has let go of.` : ''
  say(`${seen.length} entries, ${first.n} to ${last.n}: none was changed, taken out or put in.${older}`)
  say(`The last one’s hash is ${last.hash}: GET /api/v1/admin/audit/chain had the same when the export was made.`)
  return 0
}

/** The parts of an export in a directory, or one file. */
function partsOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) throw new Problem('missing', 'file', `There is no ${path}.`)
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => name.endsWith('.ndjson'))
  return names.sort().map((name) => join(path, name))
}
