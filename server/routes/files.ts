import { Readable } from 'node:stream'
import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { may, type Permission } from '../../kernel/permissions.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import { uploadMs } from '../files/file-room.ts'
import { answerOf } from '../files/answer.ts'
import { broughtPurposes, uploadBytesMax } from '../files/purposes.ts'
import { plainType } from '../files/sniff.ts'
import { mailPage } from '../mail/page.ts'
import { del, get, post, put, raw, type Seat, streamed } from '../http/route.ts'
import type { FileRow, Purpose } from '../../store/files.ts'
import type { Ports } from '../ports.ts'

const tags = ['Files']
const Token = z.object({ token: z.string().max(1_024) })
const Status = z.enum(['pending', 'uploaded', 'scanning', 'ready', 'refused'])

export const File = z.object({
  id: z.string().max(128),
  name: z.string().max(255).nullable(),
  mime: z.string().max(128),
  sizeBytes: z.int().min(0),
  purpose: z.enum(['message', 'template', 'branding', 'export', 'import', 'list']),
  status: Status,
  /** Why it is refused. */
  why: z.string().max(200).nullable(),
  thumbnail: z.enum(['none', 'due', 'made', 'failed']),
  createdAt: instant(),
  expiresAt: instant().nullable(),
})

export const shown = ({ fileId, fileName, thumb, ...row }: FileRow) => ({
  id: fileId,
  name: fileName,
  thumbnail: thumb.state,
  ...row,
})

/** What holds many people takes what it takes to make it. */
const neededFor: Partial<Record<Purpose, Permission>> = {
  export: 'workspace.export',
  import: 'people.import',
  list: 'people.export',
}

/** What is said of a file before its bytes come. */
export const Announcement = z.object({
  name: z.string().max(1_000).nullable().default(null),
  sizeBytes: z.int().min(0).max(uploadBytesMax),
  mime: z.string().min(1).max(255),
})
/** Where they go. */
export const Announced = z.object({
  fileId: z.string().max(128),
  /** `PUT` the bytes there, once; no other header is needed. */
  upload: z.object({ method: z.literal('PUT'), url: z.string().max(1_100), expiresAt: instant() }),
})
export const announcing = {
  reply: Announced,
  status: 201,
  problems: ['file_type_unsupported', 'file_too_large', 'file_empty', 'file_quota_exceeded'],
} as const

type Announcing = Pick<Ports, 'files' | 'auth'> & Pick<Seat, 'workspace' | 'caller'>

export async function announced(
  { files, auth, workspace, caller }: Announcing,
  said: z.output<typeof Announcement> & { purpose: Purpose },
) {
  if (said.sizeBytes === 0) throw invalid('file_empty', 'This file is empty.')
  const fileId = workspace.newId('file')
  const mime = plainType(said.mime)
  await files.announce(workspace.id, { ...said, fileId, mime, by: caller.id })
  const { token, expiresAt } = auth.tokens.upload(workspace.id, fileId, uploadMs)
  return { fileId, upload: { method: 'PUT' as const, url: `/u/${token}`, expiresAt } }
}

/** A page that is not served safely cannot compute it; the number of bytes is checked in any case. */
export const Checksum = z.object({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits')
    .optional(),
})

/** Where a file is opened. */
export const Links = z.object({
  url: z.string().max(1_100),
  /** Null where there is none, or not yet. */
  thumbnailUrl: z.string().max(1_100).nullable(),
  expiresAt: instant(),
})

export function linksTo({ auth }: Pick<Ports, 'auth'>, { workspaceId, fileId, thumb }: FileRow) {
  const { token, expiresAt } = auth.tokens.file(workspaceId, fileId)
  const small = thumb.state === 'made' ? auth.tokens.file(workspaceId, fileId, 'thumb').token : undefined
  return { url: `/f/${token}`, thumbnailUrl: small === undefined ? null : `/f/${small}`, expiresAt }
}

export const files = [
  post(
    '/files',
    {
      allow: 'files.write',
      audit: { action: 'file.announced', target: (_, { fileId }) => fileId },
      summary: 'Announce a file: the answer says where its bytes go',
      tags,
      body: Announcement.extend({ purpose: z.enum(broughtPurposes).default('message') }),
      ...announcing,
    },
    async ({ body, ...call }) => announced(call, body),
  ),

  post(
    '/files/:id/complete',
    {
      allow: 'files.write',
      audit: 'file.uploaded',
      summary: 'All bytes are there, and these: from here on the file can be read, or is scanned first',
      tags,
      body: Checksum,
      reply: File,
      problems: ['file_busy', 'file_not_uploaded', 'file_damaged'],
    },
    async ({ files, workspace, params, body }) =>
      shown(await files.complete(workspace.id, params.id, body.sha256?.toLowerCase())),
  ),

  get(
    '/files/:id',
    {
      allow: 'files.read',
      summary: 'What is known of a file, and how it stands',
      tags,
      problems: ['file_busy'],
      reply: File,
    },
    async ({ files, workspace, params }) => {
      const row = await files.row(workspace.id, params.id)
      if (!row) throw missing('not_found', 'There is no such file.')
      return shown(row)
    },
  ),

  get(
    '/files/:id/link',
    {
      allow: 'files.read',
      audit: { action: 'file.opened', isRead: true },
      summary: 'Addresses that open the file, and its small picture, for ten minutes, for whoever has them',
      tags,
      reply: Links,
      problems: ['file_busy', 'file_not_ready', 'file_refused'],
    },
    async ({ files, auth, workspace, caller, params }) => {
      const row = await files.ready(workspace.id, params.id)
      // An export holds everything: to open it takes what it takes to make one.
      const needed = neededFor[row.purpose]
      if (needed && !may(caller, needed))
        throw new Problem('forbidden', 'not_allowed', `This needs the permission ${needed}.`)
      return linksTo({ auth }, row)
    },
  ),

  del(
    '/files/:id',
    { allow: 'files.write', audit: 'file.deleted', summary: 'Take a file away; links to it open nothing more', tags },
    async ({ files, workspace, params }) => {
      if (!(await files.remove(workspace.id, params.id))) throw missing('not_found', 'There is no such file.')
    },
  ),
]

/** Where bytes come and go. The address says whose they are: an image cannot send a header. */
export const fileDoors = [
  get(
    '/f/:token/mail',
    {
      allow: 'public',
      summary: "A mail's HTML as a page for a frame: without its remote images, unless they are asked for",
      tags,
      limit: 'file',
      params: Token,
      query: z.object({ images: z.literal('yes').optional() }),
      reply: raw('text/html'),
      problems: ['unauthorized', 'file_not_ready', 'file_refused', 'files_unavailable'],
    },
    ({ files, auth, params, query }) => mailPage(files, auth.tokens.readFile(params.token), query.images === 'yes'),
  ),

  put(
    '/u/:token',
    {
      allow: 'public',
      summary: 'The bytes of an announced file, as the body. What came whole may be replaced until it is complete',
      tags,
      limit: 'file',
      params: Token,
      body: streamed,
      reply: z.object({ sizeBytes: z.int().min(0) }),
      problems: ['unauthorized', 'file_size_mismatch', 'file_type_mismatch', 'file_complete', 'files_unavailable'],
    },
    ({ files, auth, params, body }) => {
      const { workspaceId, fileId } = auth.tokens.readUpload(params.token)
      return files.take(workspaceId, fileId, body)
    },
  ),

  get(
    '/f/:token',
    {
      allow: 'public',
      summary: 'The bytes of a file, or a part of them (`Range`)',
      tags,
      limit: 'file',
      params: Token,
      reply: raw('*/*'),
      problems: ['unauthorized', 'file_not_ready', 'file_refused', 'files_unavailable'],
    },
    async ({ files, auth, params, request }) => {
      const { workspaceId, fileId, isThumb } = auth.tokens.readFile(params.token)
      const file = await (isThumb ? files.openThumb(workspaceId, fileId) : files.open(workspaceId, fileId))
      const { stretch, ...answer } = answerOf(file, request.header('range'))
      if (!stretch) return { ...answer, body: '' }
      return { ...answer, body: Readable.from(await file.read(stretch.from, stretch.to), { objectMode: false }) }
    },
  ),
]
