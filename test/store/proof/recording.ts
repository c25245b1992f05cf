import { frames } from '../../harness/mongo-proxy.ts'
import { Proxy } from '../../harness/proxy.ts'

/** One command as it went over the wire, and what was answered; null where nobody waited for an answer. */
export interface Recorded {
  request: Buffer
  reply: Buffer | null
}

const MORE_TO_COME = 2
const OP_MSG = 2013

/** Whether nobody waits for its answer. */
export const isUnanswered = (request: Buffer) =>
  request.readInt32LE(12) === OP_MSG && (request.readInt32LE(16) & MORE_TO_COME) !== 0

/**
 * Between a store and everybody who uses it: hands on what is asked and answered, and tells of it in the order of the
 * answers, which is that of the commits as nearly as several connections allow.
 */
export async function recording(uri: string, heard: (recorded: Recorded) => void) {
  const socket = decodeURIComponent(/^mongodb:\/\/([^/?]+)/.exec(uri)?.[1] ?? '')
  const proxy = await Proxy.before(socket, frames)
  proxy.judge = (request) => {
    if (isUnanswered(request)) {
      heard({ request, reply: null })
      return { do: 'forward' }
    }
    const answer = (reply: Buffer) => {
      heard({ request, reply })
      return reply
    }
    return { do: 'forward', answer }
  }
  return { uri: `mongodb://${encodeURIComponent(proxy.path)}/careline`, close: () => proxy.close() }
}
