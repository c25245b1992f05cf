import type { Message } from '../../actors/conversation/contract/message.ts'
import type { Filter, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { messagePage } from './messages.ts'

interface Source {
  store: Store
  rest: Rest
}

/** Two threads that become one, or that become two again. */
export interface Rearrangement {
  from: string
  into: string
  /** What has a higher number in `into` was said since, and stays. */
  most: number
  isJoined: boolean
  /** Whose the messages are then, where they are joined. */
  userId: string
}

/** Where a message was before it was joined to another thread; the latest last. */
interface Origin {
  conversationId: string
  n: number
  userId: string
}
interface Place {
  _id: string
  conversationId: string
  userId: string
  n: number
  at: number
  origins: Origin[]
}

const projection = { _id: 1, conversationId: 1, userId: 1, n: 1, at: 1, origins: 1 } as const
const pageSize = 500
const atOnce = 50
const shownMax = 50

/**
 * Numbers the messages of two threads anew: as one, in the order of their times, or each as it was. It can be done
 * again at any point: what was moved says where from. Answers the latest messages of `into`.
 */
export async function rearrange(source: Source, workspaceId: string, what: Rearrangement): Promise<Message[]> {
  const { from, into, most, isJoined } = what
  const [here, there] = await Promise.all([
    placesOf(source.store, workspaceId, { conversationId: into, n: { $lte: most } }),
    placesOf(source.store, workspaceId, { conversationId: from }),
  ])
  const cameFrom = ({ origins }: Place) => origins.at(-1)?.conversationId === from
  const own = here.filter((place) => !cameFrom(place))
  const theirs = [...here.filter(cameFrom), ...there]
  await (isJoined
    ? join(source.store, workspaceId, { own, theirs, what })
    : part(source.store, workspaceId, { own, here }, from))
  return (await messagePage(source, workspaceId, into, { limit: shownMax })).items
}

interface Threads {
  own: Place[]
  theirs: Place[]
  what: Rearrangement
}

async function join(store: Store, workspaceId: string, { own, theirs, what }: Threads) {
  const { from, into, userId } = what
  const firstN = (place: Place) => (isMoved(place) ? (place.origins.at(-1)?.n ?? place.n) : place.n)
  const isMoved = (place: Place) => place.conversationId === into && place.origins.at(-1)?.conversationId === from
  const theirOnes = new Set(theirs)
  const all = [...own, ...theirs].sort(
    (a, b) => a.at - b.at || Number(theirOnes.has(a)) - Number(theirOnes.has(b)) || firstN(a) - firstN(b),
  )
  const moves = all.map((place, nth) => {
    const isTheirs = theirOnes.has(place) && !isMoved(place)
    const { conversationId, n, userId: before } = place
    const moved = isTheirs
      ? { conversationId: into, userId, origins: [...place.origins, { conversationId, n, userId: before }] }
      : {}
    return { place, set: { n: nth + 1, ...moved } }
  })
  // From the end: what is done already stays in order with what is not.
  await applied(store, workspaceId, moves.reverse())
}

async function part(store: Store, workspaceId: string, { own, here }: { own: Place[]; here: Place[] }, from: string) {
  const back = here.flatMap((place) => {
    const origin = place.origins.at(-1)
    return origin?.conversationId === from ? [{ place, set: { ...origin, origins: place.origins.slice(0, -1) } }] : []
  })
  const left = [...own].sort((a, b) => a.n - b.n).map((place, nth) => ({ place, set: { n: nth + 1 } }))
  await applied(store, workspaceId, [...back, ...left])
}

async function applied(store: Store, workspaceId: string, moves: { place: Place; set: Partial<Place> }[]) {
  const tenant = store.of(workspaceId)
  const needed = moves.filter(({ place, set }) => set.n !== place.n || set.origins !== undefined)
  for (let at = 0; at < needed.length; at += atOnce)
    await Promise.all(
      needed
        .slice(at, at + atOnce)
        .flatMap(({ place: { _id }, set }) => [
          tenant.update('messages', { _id }, { $set: set }),
          ...ownersOf(set).map((owners) => tenant.update('message_words', { _id }, { $set: owners })),
        ]),
    )
}

/** By whom what was said is found, and with whom it is forgotten, where that is somebody else now. */
const ownersOf = ({ conversationId, userId }: Partial<Place>) =>
  conversationId === undefined ? [] : [{ conversationId, userId }]

/** All of them, by their numbers, a page at a time. In the middle of a move two may have the same. */
async function placesOf(store: Store, workspaceId: string, filter: Filter): Promise<Place[]> {
  const found = new Map<string, Place>()
  let last: number | undefined
  for (;;) {
    const bounds = { ...(filter['n'] as object | undefined), ...(last !== undefined && { $gte: last }) }
    const after = { ...filter, ...(Object.keys(bounds).length > 0 && { n: bounds }) }
    const page = await store.of(workspaceId).find('messages', after, { sort: { n: 1 }, limit: pageSize, projection })
    const places = page.map(placeOf)
    for (const place of places) found.set(place._id, place)
    last = places.at(-1)?.n
    if (page.length < pageSize) return [...found.values()]
  }
}

function placeOf({ _id, conversationId, userId, n, at, origins }: Stored): Place {
  return {
    _id,
    conversationId: conversationId as string,
    userId: userId as string,
    n: n as number,
    at: (at as Date).getTime(),
    origins: (origins ?? []) as Origin[],
  }
}
