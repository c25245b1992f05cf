import type { Header } from '../../client/wire.ts'

type Read = Pick<Header, 'seen' | 'received' | 'unread'>

/** How many messages of the person this member has not seen; without a mark of their own, what nobody has. */
export function unseenBy({ seen, received, unread }: Read, memberId: string): number {
  const mark = Object.hasOwn(seen, memberId) ? seen[memberId] : undefined
  return mark === undefined ? unread : Math.max(0, received - mark)
}
