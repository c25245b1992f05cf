import { isDuplicate, type Store } from '../connection.ts'

/** Which matter of whom a link is about. */
export interface RatingLink {
  workspaceId: string
  conversationId: string
  episodeId: string
}

/** The same again changes nothing. */
export async function keepRatingLink(store: Store, hash: string, link: RatingLink, now: number) {
  try {
    await store.platform('rating_links').insertOne({ _id: hash, ...link, at: new Date(now) })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

export async function ratingLinkOf(store: Store, hash: string): Promise<RatingLink | undefined> {
  const found = await store.platform('rating_links').findOne({ _id: hash })
  if (!found) return undefined
  const { workspaceId, conversationId, episodeId } = found as unknown as RatingLink
  return { workspaceId, conversationId, episodeId }
}
