import type { Content } from '../../kernel/content.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import { messageById } from '../../store/queries/messages.ts'
import { get, post, type Seat } from '../http/route.ts'
import type { Ports } from '../ports.ts'
import { announced, announcing, Announcement, Checksum, File, Links, linksTo, shown } from './files.ts'

const about = { allow: 'person', module: 'inbox', tags: ['Own affairs'] } as const
const dayMs = 24 * 60 * 60_000
/** Somebody with a camera, on a busy day; a program that fills the store is none. */
const perDayMax = 200

/** The files of people who are looked after: what they bring to their conversation, and what is in it. */
export const ownFiles = [
  post(
    '/me/files',
    {
      ...about,
      ...announcing,
      summary: 'Announce a file of mine: the answer says where its bytes go',
      body: Announcement,
      problems: [...announcing.problems, 'too_many_files'],
    },
    async ({ body, ...call }) => {
      const { files, workspace, caller, now } = call
      const lately = await files.countOf(workspace.id, caller.id, now() - dayMs, perDayMax)
      if (lately >= perDayMax) {
        const message = `That is ${String(perDayMax)} files within a day: bring more tomorrow.`
        throw new Problem('limited', 'too_many_files', message, { retryAfterMs: dayMs / 24 })
      }
      return announced(call, { ...body, purpose: 'message' })
    },
  ),

  post(
    '/me/files/:id/complete',
    {
      ...about,
      summary: 'All bytes of my file are there, and these: from here on it can be sent',
      body: Checksum,
      reply: File,
      problems: ['file_busy', 'file_not_uploaded', 'file_damaged'],
    },
    async ({ body, params, ...call }) => {
      await mine(call, params.id)
      return shown(await call.files.complete(call.workspace.id, params.id, body.sha256?.toLowerCase()))
    },
  ),

  get(
    '/me/files/:id',
    { ...about, summary: 'How a file stands that I brought', reply: File },
    async ({ params, ...call }) => shown(await mine(call, params.id)),
  ),

  get(
    '/me/messages/:id/files/:fileId',
    {
      ...about,
      summary: 'Addresses that open a file of a message to or from me, for ten minutes, for whoever has them',
      reply: Links,
      problems: ['file_not_ready', 'file_refused'],
    },
    async ({ store, rest, files, auth, workspace, caller, params }) => {
      const message = await messageById({ store, rest }, workspace.id, params.id)
      const isMine = message?.conversationId === conversationIdOf(caller.id) && message.n > 0
      const isSaid = message?.direction === 'in' || message?.direction === 'out'
      if (!message || !isMine || !isSaid || !filesIn(message.content).includes(params.fileId)) throw noFile()
      return linksTo({ auth }, await files.ready(workspace.id, params.fileId))
    },
  ),
]

/** Of another's it is as if there were none. */
async function mine({ files, workspace, caller }: Pick<Ports, 'files'> & Seat, fileId: string) {
  const row = await files.row(workspace.id, fileId)
  if (row?.by !== caller.id) throw noFile()
  return row
}

function filesIn(content: Content): (string | undefined)[] {
  if (content.kind === 'email') return [...(content.files ?? []).map(({ fileId }) => fileId)]
  return 'fileId' in content ? [content.fileId] : []
}

const noFile = () => missing('not_found', 'There is no such file.')
