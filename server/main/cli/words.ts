import { resolve } from 'node:path'
import { Problem } from '../../../kernel/problem.ts'
import { NotRunning } from '../control.ts'

/** Plain text for a terminal. */
export const say = (text: string) => void process.stdout.write(`${text}\n`)
export const complain = (text: string) => void process.stderr.write(`${text}\n`)

/** Rows whose columns stand below each other; the last one is as long as it likes. */
export function aligned(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) => indent + row.map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell)).join('  '),
    )
    .join('\n')
}

interface Place {
  port: number
  host: string
  dataDir: string
}

/** An error as whoever started Careline can act on it: what is wrong and what to do, never a stack. */
export function told(error: unknown, place?: Place): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof Problem || error instanceof NotRunning) return error.message
  if (error.message.startsWith('The environment is not right'))
    return `${error.message}\n  .env.example says what each variable means.`
  if (place && isListening(error)) return listening(code, place)
  if (/ServerSelection/.test(error.name))
    return `No MongoDB answers at MONGODB_URI: start it, or unset MONGODB_URI to use the embedded store. (${firstLine(error)})`
  if (place && code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code))
    return `The data directory ${resolve(place.dataDir)} cannot be used (${code}): mend it, or set CARELINE_DATA to another.`
  if (error.message.startsWith('CARELINE_MASTER_KEY'))
    return `${error.message}: set the one that was used, or start on another data directory (CARELINE_DATA).`
  return firstLine(error)
}

const firstLine = ({ message }: Error) => message.split('\n')[0] ?? message

const isListening = (error: Error) => (error as NodeJS.ErrnoException).syscall === 'listen'

function listening(code: string | undefined, { port, host }: Place) {
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what uses it, or set PORT to another.`
  if (code === 'EACCES') return `This user may not use port ${port}: set PORT to 1024 or above.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: set HOST to 127.0.0.1, or to 0.0.0.0 for all.`
  return `Nobody can listen on ${host}:${port} (${code ?? 'unknown'}): set HOST or PORT to another.`
}
