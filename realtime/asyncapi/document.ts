import type { z } from 'zod'
import type { Shape } from '../../actors/runtime/contract.ts'
import { codes } from '../socket/codes.ts'
import type { StreamSource } from '../socket/stream.ts'
import { commandsOf } from './commands.ts'
import { connectionOf } from './connection.ts'
import { Schemas } from './schemas.ts'
import { streamsOf } from './streams.ts'

export interface Described {
  contracts: readonly Shape[]
  sources: readonly StreamSource[]
  /** What bears a name of its own, the same as in HTTP's document. */
  names: Record<string, z.ZodType>
}

const description = `
What goes over a socket, made from the schemas that the server itself decodes by. \`docs/protocol.md\` says how to
connect, resume and give commands.

One [Socket.IO](https://socket.io/docs/v4/) connection carries everything. \`x-emit\` is the Socket.IO event of a message;
its payload is the first argument. Whatever a client says is acknowledged: the reply of an operation is what the
acknowledgement gives, \`{ok: true, …}\` or \`{ok: false, error}\`.

Within version 1 everything is additive: ignore fields, types, values and codes that you do not know. Times are
ISO 8601 strings in UTC.
`.trim()

/** AsyncAPI 3 of everything that goes over a socket, seen from the server: it sends events and receives commands. */
export function asyncApi({ contracts, sources, names }: Described) {
  const schemas = new Schemas(names)
  const streams = streamsOf(contracts, sources, schemas)
  const connection = connectionOf(streams.opened, schemas)
  const commands = commandsOf(schemas)
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Careline: events and commands',
      version: '1',
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      here: {
        host: '{host}',
        protocol: 'wss',
        pathname: '/socket.io/',
        description: 'Socket.IO 4, WebSocket, default namespace.',
        variables: { host: { default: 'localhost:4600', description: 'The same as for HTTP.' } },
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: { ...connection.channels, ...commands.channels, ...streams.channels },
    operations: { ...connection.operations, ...commands.operations, ...streams.operations },
    components: {
      schemas: schemas.json,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token that HTTP takes, as `auth.token` of the Socket.IO handshake.',
        },
      },
    },
    'x-codes': codes,
  }
}
