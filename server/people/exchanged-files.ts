import { z } from 'zod'
import type { Message } from '../../actors/conversation/contract/message.ts'
import { fileOf, mediaKinds } from '../../kernel/content.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { filesPage } from '../../store/queries/messages.ts'
import type { Source } from '../../store/queries/people.ts'

/** One file that went to a person, or came from them. */
export const ExchangedFile = z.object({
  messageId: z.string().max(128),
  direction: z.enum(['in', 'out', 'note', 'activity']),
  at: instant(),
  kind: z.enum([...mediaKinds, 'attachment']),
  /** Null where we hold it not yet, or never will. */
  fileId: z.string().max(128).nullable(),
  name: sensitive(z.string().max(255)).nullable(),
  mime: z.string().max(128),
  sizeBytes: z.int().nonnegative().nullable(),
  /** Why we never will. */
  lost: z.string().max(200).nullable(),
})
export type ExchangedFile = z.infer<typeof ExchangedFile>

/** A page is of so many messages, and a mail may have many files. */
export const filesPerPage = 20
export const filesOfMailMax = 50

/** Every file of a person's thread, the latest first. */
export async function exchangedFiles(source: Source, workspaceId: string, userId: string, cursor: string | undefined) {
  const before = cursor === undefined ? undefined : Number(cursor)
  const { items, nextCursor } = await filesPage(source, workspaceId, conversationIdOf(userId), {
    before,
    limit: filesPerPage,
  })
  return { items: items.flatMap(filesOf), nextCursor }
}

function filesOf({ _id: messageId, direction, at, content }: Message): ExchangedFile[] {
  const said = { messageId, direction, at }
  if (content.kind === 'email')
    return (content.files ?? []).slice(0, filesOfMailMax).map(({ fileId, fileName, mime, sizeBytes }) => {
      return { ...said, kind: 'attachment', fileId, name: fileName ?? null, mime, sizeBytes, lost: null }
    })
  const file = fileOf(content)
  if (!file) return []
  const { kind, fileId = null, fileName = null, mime, sizeBytes = null } = file
  const lost = 'mime' in content ? (content.lost ?? null) : null
  return [{ ...said, kind, fileId, name: fileName, mime, sizeBytes, lost }]
}
