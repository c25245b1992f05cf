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
