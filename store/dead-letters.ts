import type { Undelivered } from '../actors/runtime/turn.ts'
import { newId } from '../kernel/id.ts'
import type { Store, Stored } from './connection.ts'
import type { Rest } from './rest.ts'

export type LetterStatus = 'open' | 'replayed' | 'dropped'

export interface Letter {
  id: string
  /** Epoch ms. */
  at: number
  command: Undelivered
  error: { name: string; message: string }
  status: LetterStatus
  reason: string | null
}

interface Settled {
  status: 'replayed' | 'dropped'
  reason: string | null
  /** The member who did it. */
  by: string
  now: number
}

/** Messages that could not be delivered. They rest here until somebody has looked. */
export class DeadLetters {
  readonly #store: Store
  readonly #rest: Rest

  constructor(store: Store, rest: Rest) {
    this.#store = store
    this.#rest = rest
  }

  async bury({ to: { workspaceId, kind, id }, ...command }: Undelivered, error: unknown) {
    await this.#rest.ready(workspaceId)
    const letter = newId('ded')
    const input = this.#rest.seal({ workspaceId, at: `dead_letters/${letter}` }, command.input)
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    await this.#store.of(workspaceId).insert('dead_letters', {
      _id: letter,
      to: { kind, id },
      command: { ...command, input },
      error: { name: name.slice(0, 100), message: message.slice(0, 2_000) },
      status: 'open',
      at: new Date(),
    })
  }

  /** The latest first. */
  async page(
    workspaceId: string,
    { status, cursor, limit }: { status?: LetterStatus | undefined; cursor?: string | undefined; limit: number },
  ): Promise<{ items: Letter[]; nextCursor: string | null }> {
    const filter = { ...(status && { status }), ...(cursor !== undefined && { _id: { $lt: cursor } }) }
    const found = await this.#store
      .of(workspaceId)
      .find('dead_letters', filter, { sort: { _id: -1 }, limit: limit + 1 })
    await this.#rest.ready(workspaceId)
    const items = found.slice(0, limit).map((one) => this.#read(workspaceId, one))
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  }

  async byId(workspaceId: string, id: string): Promise<Letter | undefined> {
    const found = await this.#store.of(workspaceId).one('dead_letters', { _id: id })
    await this.#rest.ready(workspaceId)
    return found && this.#read(workspaceId, found)
  }

  /** Says what was done with it, here and among the decisions of its actor. False where it was not open any more. */
  async settle(workspaceId: string, { id, command }: Letter, { status, reason, by, now }: Settled): Promise<boolean> {
    await this.#rest.ready(workspaceId)
    const sealed = reason === null ? null : this.#rest.seal({ workspaceId, at: `dead_letters/${id}/reason` }, reason)
    const letters = this.#store.of(workspaceId)
    const set = { status, reason: sealed, settledBy: by, settledAt: new Date(now) }
    if (!(await letters.update('dead_letters', { _id: id, status: 'open' }, { $set: set }))) return false
    await letters.insert('decisions', {
      _id: `dead_letter:${id}`,
      kind: command.to.kind,
      id: command.to.id,
      rule: 'dead_letter@1',
      outcome: status,
      facts: { letter: id, message: command.message, by },
      at: new Date(now),
      causationId: id,
    })
    return true
  }

  #read(workspaceId: string, { _id: id, to, command, error, status, reason, at }: Stored): Letter {
    const { input, ...rest } = command as Undelivered
    const place = { workspaceId, at: `dead_letters/${id}` }
    return {
      id,
      at: (at as Date).getTime(),
      command: {
        ...rest,
        to: { workspaceId, ...(to as { kind: string; id: string }) },
        input: this.#rest.unseal(place, input),
      },
      error: error as Letter['error'],
      status: status as LetterStatus,
      reason: reason ? (this.#rest.unseal({ workspaceId, at: `${place.at}/reason` }, reason) as string) : null,
    }
  }
}
