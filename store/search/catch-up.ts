import { conversation } from '../../actors/conversation/contract.ts'
import { Profile } from '../../actors/user/contract.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import type { SearchIndex } from './index.ts'
import type { SearchState } from './state.ts'

// What is written goes into the index with it, in the same commit. What was there before the index was (an older
// release, a search that was switched on again) is gone through here, by id, as often as it takes.

interface Parts {
  store: Store
  rest: Rest
  search: SearchIndex
  /** The world's time: processes wait for one another by it. */
  now(): number
}

/** Another process may still believe that search is off: what it writes so long is found by going through it later. */
const heardMs = 60_000
const batch = 200
/** By id and nothing else: by an index of the workspace, each batch would be found among all of its messages. */
export const byId = { sort: { _id: 1 }, limit: batch, hint: { _id: 1 } } as const
export const afterId = (cursor: string) => ({ _id: { $gt: cursor } })
const Content = conversation.rows.message.pick({ content: true })
const Named = Profile.pick({ name: true, firstName: true, lastName: true, identities: true }).partial()

/** Brings the index of one workspace up to date, or away, a piece at a time. */
export class CatchUp {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Takes one step. True where more is to be done at once. */
  async step(workspaceId: string): Promise<boolean> {
    await this.#parts.rest.ready(workspaceId)
    const state = await this.#state(workspaceId)
    const isMore = state.arePeopleDone === true ? false : await this.#people(workspaceId)
    return (await this.#messages(workspaceId, state)) || isMore
  }

  async #messages(workspaceId: string, state: SearchState): Promise<boolean> {
    const { search, now } = this.#parts
    if (!search.isOn(workspaceId)) return this.#empty(workspaceId, state)
    if (state.status === 'whole') return false
    if (state.status !== 'filling') {
      await this.#set(workspaceId, { status: 'filling', cursor: '', pass: 1, since: new Date(now() + heardMs) })
      return false
    }
    return now() < +state.since ? false : this.#fill(workspaceId, state)
  }

  async #state(workspaceId: string): Promise<SearchState> {
    const tenant = this.#parts.store.of(workspaceId)
    const found = await tenant.one('search_states', { _id: workspaceId })
    if (found) return found as SearchState
    // Nobody has gone through it yet: what is there is from before this release, and every process writes the index.
    const first = { _id: workspaceId, status: 'filling', cursor: '', pass: 1, since: new Date(0) } as const
    try {
      await tenant.insert('search_states', first)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    return first
  }

  #set(workspaceId: string, state: Partial<SearchState>) {
    return this.#parts.store.of(workspaceId).update('search_states', { _id: workspaceId }, { $set: state })
  }

  /** Twice: a message that was changed at the very moment at which it was gone through is right after the second. */
  async #fill(workspaceId: string, { cursor = '', pass = 1, since }: SearchState): Promise<boolean> {
    const { store } = this.#parts
    const found = await store.of(workspaceId).find('messages', afterId(cursor), byId)
    await this.#index(workspaceId, found)
    const last = found.at(-1)?._id
    if (last !== undefined) await this.#set(workspaceId, { status: 'filling', cursor: last, pass, since })
    else if (pass < 2) await this.#set(workspaceId, { status: 'filling', cursor: '', pass: 2, since })
    else await this.#set(workspaceId, { status: 'whole', since })
    return last !== undefined || pass < 2
  }

  /** Those that have no words yet, or those of an earlier revision. */
  async #index(workspaceId: string, found: readonly Stored[]) {
    const tenant = this.#parts.store.of(workspaceId)
    const ids = found.map(({ _id }) => _id)
    const rows = await tenant.find('message_words', { _id: { $in: ids } }, { projection: { rev: 1 } })
    const known = new Map(rows.map(({ _id, rev }) => [_id, rev as number]))
    for (const message of found) {
      const rev = (message['rev'] as number | undefined) ?? 0
      const knownRev = known.get(message._id)
      if (knownRev === undefined || knownRev < rev) await this.#put(workspaceId, message, rev, knownRev !== undefined)
    }
  }

  async #put(workspaceId: string, { _id, ...message }: Stored, rev: number, isKnown: boolean) {
    const { store, rest, search } = this.#parts
    const place = { workspaceId, at: `messages/${_id}` }
    const { content } = rest.decode(Content, { content: message['content'] }, place) as { content: unknown }
    const words = search.wordsOfMessage(workspaceId, content)
    const { userId, conversationId, at } = message
    if (!isKnown) return insertOnce(store, workspaceId, { _id, userId, conversationId, at, words, rev })
    await store.of(workspaceId).update('message_words', { _id, rev: { $lt: rev } }, { $set: { words, rev } })
  }

  async #empty(workspaceId: string, { status, since }: SearchState): Promise<boolean> {
    const { store } = this.#parts
    const tenant = store.of(workspaceId)
    if (status !== 'empty' && status !== 'emptying') await this.#set(workspaceId, { status: 'emptying', since })
    const found = await tenant.find('message_words', {}, { limit: batch, projection: { _id: 1 } })
    if (found.length > 0) {
      await tenant.removeAll('message_words', { _id: { $in: found.map(({ _id }) => _id) } })
      return true
    }
    if (status !== 'empty') await this.#set(workspaceId, { status: 'empty', since })
    return false
  }

  /** People of before the index. Their own turns write their words whenever a name or an address changes. */
  async #people(workspaceId: string): Promise<boolean> {
    const { store, rest, search } = this.#parts
    const tenant = store.of(workspaceId)
    const filter = { createdAt: { $type: 'date' }, words: { $exists: false } }
    const found = await tenant.find('users', filter, { sort: { createdAt: -1, _id: -1 }, limit: batch })
    for (const { _id, ...document } of found) {
      const own = Object.fromEntries(Object.keys(Named.shape).map((field) => [field, document[field]]))
      const named = rest.decode(Named, own, { workspaceId, at: `users/${_id}` }) as object
      const rev = (document['actor'] as { rev: number }).rev
      const words = search.ofPerson(workspaceId, named, ['name'])
      await tenant.update('users', { _id, 'actor.rev': rev, words: { $exists: false } }, { $set: words })
    }
    if (found.length < batch) await this.#set(workspaceId, { arePeopleDone: true })
    return found.length === batch
  }
}

async function insertOnce(store: Store, workspaceId: string, document: Stored) {
  try {
    await store.of(workspaceId).insert('message_words', document)
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}
