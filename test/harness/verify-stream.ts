import { expect } from 'chai'
import type { Client, ConnectOptions, StreamName } from '../../client/connect.ts'

/** Where clients can be had, and a way to know that nothing is under way any more. */
export interface Stage {
  client(token: ConnectOptions['token']): Client
  settled(): Promise<unknown>
}

export interface Scene {
  token: string
  stream: StreamName
  /** Somebody never cut sees it live. */
  before(): Promise<unknown>
  /** Somebody who is cut misses it. It must happen on the stream. */
  meanwhile(): Promise<unknown>
}

/**
 * Whoever was cut while things changed ends with what somebody never cut has, and with what a newcomer is shown:
 * snapshot and events are the same history, through the very client that the console uses.
 */
export async function verifyStream({ client, settled }: Stage, { token, stream, before, meanwhile }: Scene) {
  const [steadily, door] = [client(() => token), gate(token)]
  const travelling = client(door.token)
  const [steady, traveller] = [steadily.open(stream), travelling.open(stream)]
  await Promise.all([steady.ready(), traveller.ready()])

  await before()
  await settled()
  await Promise.all([caughtUp(steadily), caughtUp(travelling)])
  const seqBefore = traveller.seq() ?? 0

  door.shut()
  travelling.cut()
  await status(travelling, ({ state }) => state === 'offline')
  await meanwhile()
  await settled()
  expect(traveller.seq(), 'who is cut hears nothing').to.equal(seqBefore)
  door.open()
  await caughtUp(travelling)

  const newly = client(() => token)
  const newcomer = newly.open(stream)
  await newcomer.ready()
  const head = newcomer.seq() ?? 0
  expect(head, 'the change must happen on the stream').to.be.greaterThan(seqBefore)
  await Promise.all([reached(steady, head), reached(traveller, head)])
  expect(asOpened(traveller.state())).to.deep.equal(asOpened(steady.state()))
  expect(asOpened(steady.state())).to.deep.equal(asOpened(newcomer.state()))
  for (const one of [steadily, travelling, newly]) one.close()
}

const opensWith = 50

/** A screen that stays open keeps more than a new one is given: what the new one has must be the same. */
export function asOpened(state: unknown): unknown {
  const { messages, hasMore, lines, ...rest } = state as { messages?: unknown[]; hasMore?: boolean; lines?: unknown[] }
  return {
    ...rest,
    ...(messages && { messages: messages.slice(-opensWith), hasMore: hasMore || messages.length > opensWith }),
    ...(lines && { lines: lines.slice(0, opensWith) }),
  }
}

/** A token that is not to be had while the gate is shut: so the client stays away for as long as the test wants. */
function gate(token: string) {
  let way = Promise.resolve()
  let open = () => {}
  return {
    token: () => way.then(() => token),
    shut: () => void (way = new Promise((opened) => (open = opened))),
    open: () => open(),
  }
}

/** The moment at which a client's line is as it is wanted. */
export function status(client: Client, isSo: (status: ReturnType<Client['status']>) => boolean) {
  return new Promise<void>((met) => {
    const look = () => {
      if (!isSo(client.status())) return
      end()
      met()
    }
    const end = client.onStatus(look)
    look()
  })
}

/** The moment at which everything that was missed is there. */
export const caughtUp = (client: Client) => status(client, ({ state }) => state === 'live')

/** The moment at which a stream has come that far. */
export function reached(
  handle: { seq(): number | undefined; subscribe(listener: () => void): () => void },
  seq: number,
) {
  return new Promise<void>((met) => {
    const look = () => {
      if ((handle.seq() ?? -1) < seq) return
      end()
      met()
    }
    const end = handle.subscribe(look)
    look()
  })
}
