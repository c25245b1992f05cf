import { expect } from 'chai'
import { receiver } from './receiver.ts'

/**
 * Somebody outside who hears by webhook of everything that is said in a workspace, whatever happens to the server that
 * tells. Deliveries may come twice, under the same id; the first of each is what counts.
 */
export async function outside(ask: (path: string, body: object) => Promise<{ status: number; body: any }>) {
  const hook = await receiver()
  const events = ['message.created', 'member.changed']
  const { status, body } = await ask('/webhook-endpoints', { name: 'Outside', url: hook.url, events })
  expect(status, JSON.stringify(body)).to.equal(201)

  /** Each once, in the order in which they first came. */
  const heard = () => {
    const byId = new Map(hook.got.map(({ headers, body: said }) => [String(headers['webhook-id']), JSON.parse(said)]))
    return [...byId.values()]
  }
  const messages = () => heard().flatMap(({ type, data }) => (type === 'message.created' ? [data.message] : []))
  return {
    texts: (): string[] => messages().map(({ content }) => content.text),
    names: (): string[] => heard().flatMap(({ type, data }) => (type === 'member.changed' ? [data.member.name] : [])),
    /** Of each conversation all of its messages came, one after the other. */
    expectInOrder() {
      const last = new Map<string, number>()
      for (const { conversationId, n } of messages()) {
        const before = last.get(conversationId)
        if (before !== undefined) expect(n, `the next of ${conversationId}`).to.equal(before + 1)
        last.set(conversationId, n)
      }
    },
    close: () => hook.close(),
  }
}
