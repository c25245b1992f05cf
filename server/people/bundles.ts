import { user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { compile } from '../../kernel/codec.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { missing } from '../../kernel/problem.ts'
import { messagePage } from '../../store/queries/messages.ts'
import { Message } from '../../actors/conversation/contract/message.ts'
import type { Source } from '../../store/queries/people.ts'
import type { FileRoom } from '../files/file-room.ts'
import { timelineOf } from './timeline.ts'

interface Parts extends Source {
  room: Pick<FileRoom, 'keep' | 'open' | 'bytesOf'>
  log: { error(message: string, fields?: Record<string, unknown>): unknown }
}

/** `isOwn`: for themselves, so without what the staff wrote for one another. */
interface How {
  isOwn?: boolean
}

const pageSize = 100

/** Everything that is kept of one person, to hand over: a line of JSON each, files among them. */
export class Bundles {
  readonly #parts: Parts
  #work: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Begins one, which goes on after the answer: the id of the file that it becomes. @throws Problem `user_missing` */
  async begin(workspace: Workspace, userId: string, by: string, how: How = {}): Promise<string> {
    await workspace.at(user, userId).view()
    const fileId = workspace.newId('fil')
    const { room, log } = this.#parts
    // One after the other: each takes memory for the files that it holds.
    this.#work = this.#work
      .then(() =>
        room.keep(workspace.id, {
          fileId,
          bytes: this.#lines(workspace, userId, how),
          mime: 'application/x-ndjson',
          fileName: `${userId}.ndjson`,
          by,
          purpose: 'export',
        }),
      )
      .catch((error: unknown) => log.error('person not exported', { userId, error }))
    return fileId
  }

  /** Resolves when nothing is under way here. */
  async settled(): Promise<void> {
    await this.#work
  }

  /** @throws Problem `not_found` while it is being made, and when it is no longer kept */
  async ready(workspaceId: string, fileId: string): Promise<string> {
    const { row } = await this.#parts.room.open(workspaceId, fileId)
    if (row.purpose !== 'export') throw missing('not_found', 'There is no such export.')
    return fileId
  }

  async *#lines(workspace: Workspace, userId: string, { isOwn = false }: How): AsyncGenerator<Uint8Array> {
    const person = workspace.at(user, userId)
    yield line('profile', await person.view())
    const { blockReason, ...hidden } = await person.viewPrivate()
    yield line('private', isOwn ? hidden : { blockReason, ...hidden })
    yield line('consents', await person.consents())
    yield* this.#history(workspace, userId, isOwn)
    yield* this.#messages(workspace.id, conversationIdOf(userId))
  }

  async *#history({ id }: Workspace, userId: string, isOwn: boolean): AsyncGenerator<Uint8Array> {
    let cursor: string | undefined
    do {
      const page = await timelineOf(this.#parts, id, { userId, cursor, limit: pageSize })
      for (const item of page.items) {
        if (item.kind === 'message' || item.kind === 'note') continue
        if (isOwn && item.kind === 'remark') continue
        yield line('history', item)
      }
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
  }

  async *#messages(workspaceId: string, conversationId: string): AsyncGenerator<Uint8Array> {
    let before: number | undefined
    do {
      const page = await messagePage(this.#parts, workspaceId, conversationId, { before, limit: pageSize })
      for (const message of page.items.toReversed()) {
        // What staff say to one another is theirs.
        if (message.direction === 'note') continue
        yield line('message', onWire(message))
        if ('fileId' in message.content && message.content.fileId)
          yield* this.#file(workspaceId, message.content.fileId)
      }
      before = page.nextCursor === null ? undefined : Number(page.nextCursor)
    } while (before !== undefined)
  }

  async *#file(workspaceId: string, fileId: string): AsyncGenerator<Uint8Array> {
    const { room } = this.#parts
    try {
      const file = await room.open(workspaceId, fileId)
      const base64 = (await room.bytesOf(file)).toString('base64')
      yield line('file', { fileId, mime: file.mime, fileName: file.row.fileName, base64 })
    } catch (error) {
      this.#parts.log.error('a file is missing in an export', { fileId, error })
      yield line('file', { fileId, missing: true })
    }
  }
}

const messageOnWire = compile(Message, { instant: (ms) => new Date(ms as number).toISOString() })
const onWire = (message: unknown) => messageOnWire(message, '')

const line = (kind: string, value: unknown) => Buffer.from(`${JSON.stringify({ kind, ...(value as object) })}\n`)
