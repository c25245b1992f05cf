import { type Direction, schemaBreaks, type Schema } from './schemas.ts'

interface Reference {
  $ref: string
}
interface Message {
  payload?: Schema
  'x-emit'?: string
}
interface Operation {
  action: 'send' | 'receive'
  channel: Reference
  messages?: Reference[]
  reply?: { messages?: Reference[] }
  'x-codes'?: string[]
}
interface Channel {
  address: string
  messages: Record<string, Message | Reference>
  'x-readers'?: string
  'x-codes'?: string[]
}
export interface AsyncApi {
  channels: Record<string, Channel>
  operations: Record<string, Operation>
  'x-codes'?: Record<string, string>
}

/** What an app that was written for `before` cannot live with, in words. */
export function asyncApiBreaks(before: AsyncApi, after: AsyncApi): string[] {
  return [
    ...Object.entries(before.channels).flatMap(([key, channel]) => ofChannel(key, channel, before, after)),
    ...Object.entries(before.operations).flatMap(([key, operation]) => {
      const now = after.operations[key]
      return now ? gone(`\`${key}\``, operation['x-codes'], now['x-codes']) : [`\`${key}\` cannot be done any more`]
    }),
    ...gone('the protocol', Object.keys(before['x-codes'] ?? {}), Object.keys(after['x-codes'] ?? {})),
  ]
}

function ofChannel(key: string, channel: Channel, before: AsyncApi, after: AsyncApi): string[] {
  const now = after.channels[key]
  if (!now) return [`\`${channel.address}\` is gone`]
  const found = gone(`\`${channel.address}\``, channel['x-codes'], now['x-codes'])
  if (channel.address !== now.address) found.push(`\`${channel.address}\` is called \`${now.address}\` now`)
  if (channel['x-readers'] !== undefined && channel['x-readers'] !== now['x-readers'])
    found.push(`\`${channel.address}\` may be read by ${now['x-readers']} now, it was ${channel['x-readers']}`)
  const said = saidIn(key, before)
  for (const [name, message] of Object.entries(channel.messages)) {
    if ('$ref' in message) continue // It is compared where it stands.
    const where = `\`${name}\` of \`${channel.address}\``
    const direction: Direction = said.has(name) ? 'said by clients' : 'heard by clients'
    found.push(
      ...ofMessage(message, now.messages[name], { before, after, direction }).map((what) => `${where}: ${what}`),
    )
  }
  return found
}

interface Both {
  before: AsyncApi
  after: AsyncApi
  direction: Direction
}

function ofMessage(message: Message, now: Message | Reference | undefined, { before, after, direction }: Both) {
  if (!now || '$ref' in now) return ['it is gone']
  const isMoved = message['x-emit'] !== undefined && message['x-emit'] !== now['x-emit']
  return [
    ...(isMoved ? [`it comes as ${now['x-emit']} now`] : []),
    ...schemaBreaks({ schema: message.payload, document: before }, { schema: now.payload, document: after }, direction),
  ]
}

/** The messages of a channel that clients send; the others they hear. */
function saidIn(channel: string, { operations, channels }: AsyncApi): Set<string> {
  const prefix = `#/channels/${channel}/messages/`
  const receiving = Object.values(operations).filter(
    ({ action, channel: { $ref } }) => action === 'receive' && $ref === `#/channels/${channel}`,
  )
  const all = Object.keys(channels[channel]?.messages ?? {})
  return new Set(receiving.flatMap(({ messages }) => messages?.map(({ $ref }) => $ref.slice(prefix.length)) ?? all))
}

const gone = (where: string, before: readonly string[] = [], after: readonly string[] = []) =>
  before.filter((code) => !after.includes(code)).map((code) => `${where}: the code \`${code}\` is gone`)
