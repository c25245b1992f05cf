import { createHash, createHmac } from 'node:crypto'
import type { RatingPorts } from '../actors/conversation/effects.ts'
import type { Store } from '../store/connection.ts'
import { keepRatingLink, type RatingLink, ratingLinkOf } from '../store/settings/rating-links.ts'

interface Parts {
  store: Store
  secret: string
  now(): number
  /** Where people reach this server; undefined until it is there. */
  url(): string | undefined
}

/** Pages at which people rate how they were looked after: a short address, which only its receiver knows. */
export class Ratings implements RatingPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws where nothing is reached from outside yet: it is asked for again */
  async linkToRate(workspaceId: string, conversationId: string, episodeId: string) {
    const { store, secret, now, url } = this.#parts
    const origin = url()
    if (origin === undefined) throw new Error('the address of this server is not known yet')
    // Derived, so that the same matter has the same link; kept by its hash alone.
    const whole = JSON.stringify(['careline rating', workspaceId, conversationId, episodeId])
    const token = createHmac('sha256', secret).update(whole).digest('base64url').slice(0, 24)
    await keepRatingLink(store, hashOf(token), { workspaceId, conversationId, episodeId }, now())
    return `${origin}/rate/${token}`
  }

  /** Undefined for what is no link of ours, or is older than 90 days. */
  find(token: string): Promise<RatingLink | undefined> {
    return ratingLinkOf(this.#parts.store, hashOf(token))
  }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
