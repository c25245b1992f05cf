import type { Client, Handle } from './connect.ts'

/**
 * Tells the server what of their conversation this app shows, until the answer is called: what no device shows within a
 * few seconds is told to their telephones by a push. `isShown`: whether it is before their eyes; a page that is hidden
 * shows nothing to anybody.
 */
export function showing(
  client: Pick<Client, 'say'>,
  own: Pick<Handle<`conversation.own:${string}`>, 'stream' | 'seq' | 'state' | 'subscribe'>,
  isShown: () => boolean = () => true,
): () => void {
  let told = 0
  const look = () => {
    const n = own.state()?.messages.findLast(({ direction }) => direction === 'out')?.n ?? 0
    const seq = own.seq()
    if (n <= told || seq === undefined || !isShown()) return
    told = n
    client.say('received', { stream: own.stream, seq })
  }
  look()
  return own.subscribe(look)
}
