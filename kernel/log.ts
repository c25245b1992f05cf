import { Writable } from 'node:stream'
import winston from 'winston'

export type Log = winston.Logger

/**
 * JSON lines. No message text, name or number may reach a log: errors are reduced to name, code and stack, and callers
 * pass ids only.
 */
export function createLog(level: string, destination?: NodeJS.WritableStream): Log {
  const transport = destination
    ? new winston.transports.Stream({ stream: destination })
    : new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })
  return winston.createLogger({
    level,
    format: winston.format.combine(plainErrors(), winston.format.timestamp(), winston.format.json()),
    transports: [transport],
  })
}

const plainErrors = winston.format((entry) => {
  const { error } = entry
  return error instanceof Error
    ? { ...entry, error: { name: error.name, code: codeOf(error), stack: stackOf(error) } }
    : entry
})

const codeOf = (error: Error) => (error as { code?: unknown }).code

// A message may quote what somebody wrote (a schema's complaint does): the lines of code say where it happened.
const stackOf = ({ stack = '', message }: Error) =>
  stack
    .replace(message, message.replaceAll(/["'`«»].*["'`«»]/gs, '…').slice(0, 200))
    .split('\n')
    .slice(0, 12)
    .join('\n')

/** An error as it was logged: with its stack, and without what its message quotes. */
export interface LoggedError {
  message: string
  error: { name: string; code?: unknown; stack: string }
  workspaceId?: string
  errorId?: string
  [field: string]: unknown
}

/** Hears of every error that is logged. The answer ends it. */
export function hearErrors(log: Log, hear: (entry: LoggedError) => void) {
  const stream = new Writable({
    objectMode: true,
    write(entry: Partial<LoggedError>, _, done) {
      if (entry.error?.stack !== undefined) hear({ ...entry, message: String(entry.message) } as LoggedError)
      done()
    },
  })
  const ear = new winston.transports.Stream({ stream, level: 'error' })
  log.add(ear)
  return () => void log.remove(ear)
}
