/** Where the load generator finds a server, ours or the other. */
export interface Place {
  url: string
  /** Of the webhook. */
  path: string
  /** The inbox's id. */
  inbox: string
  /** One per member of the staff. */
  tokens: string[]
}

export interface StartOptions {
  directory: string
  store: string | undefined
  provider: string
  /** Whether what is said can be searched, as it can unless a workspace switches that off; the plain server has no search. */
  hasSearch: boolean
}

/** `searched`: ours, with all that it does for search, which the plain server does not do at all. */
export type Side = 'ours' | 'searched' | 'plain'

/** What the provider signs with, on both sides. */
export const secret = 'the secret that both sides and the provider know'
/** One socket may give 20 commands a second and follow 128 streams: the staff are many enough. */
export const members = 4
export const socketsPerMember = 8
