import { z } from 'zod'
import { type Authenticate, isStaff } from '../../kernel/caller.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import { rangeOf } from '../files/range.ts'
import { isKept, isReally, isShown, plainType } from '../files/sniff.ts'
import { bearerOf } from '../http/bearer.ts'
import { bytes, get, post, type Raw, raw } from '../http/route.ts'
import type { KeptFile } from '../ports.ts'

/** WhatsApp's own bound for sound and video. */
export const fileBytesMax = 16 * 1024 * 1024
const tags = ['Files']

export const files = [
  post(
    '/files',
    {
      allow: 'staff',
      summary: 'Keep a file: its bytes are the body, `content-type` its type, `x-file-name` its name (URL-encoded)',
      tags,
      body: bytes(fileBytesMax),
      reply: z.object({
        fileId: z.string().max(128),
        mime: z.string().max(128),
        sizeBytes: z.int().min(1).max(fileBytesMax),
      }),
      status: 201,
      problems: ['file_type_unsupported', 'file_type_mismatch', 'file_empty'],
    },
    async ({ files, workspace, caller, body, request }) => {
      const mime = plainType(request.header('content-type'))
      if (!isKept(mime)) throw new Problem('unsupported', 'file_type_unsupported', 'Files of this type are not taken.')
      if (body.length === 0) throw invalid('file_empty', 'This file is empty.')
      if (!isReally(mime, body))
        throw invalid('file_type_mismatch', `This file is not what it says (${mime}).`, [
          { path: 'content-type', message: 'The bytes are of another type.' },
        ])
      const fileId = workspace.newId('file')
      await files.keep(workspace.id, {
        fileId,
        bytes: body,
        mime,
        fileName: nameIn(request.header('x-file-name')),
        by: caller.id,
      })
      return { fileId, mime, sizeBytes: body.length }
    },
  ),

  get(
    '/files/:id/link',
    {
      allow: 'staff',
      summary: 'An address that opens the file for ten minutes, for whoever has it',
      tags,
      reply: z.object({ url: z.string().max(4_096), expiresAt: instant() }),
    },
    async ({ files, auth, workspace, params }) => {
      if (!(await files.open(workspace.id, params.id))) throw missing('not_found', 'There is no such file.')
      const { token, expiresAt } = auth.tokens.file(workspace.id, params.id)
      return { url: `/api/v1/files/${params.id}?token=${token}`, expiresAt }
    },
  ),

  get(
    '/files/:id',
    {
      // Images cannot send a header, so the address may carry a link's token instead of a signed-in caller's.
      allow: 'public',
      summary: 'The bytes: for staff, or by a link',
      tags,
      limit: 'file',
      query: z.object({ token: z.string().max(4_096).optional() }),
      reply: raw('*/*'),
      problems: ['unauthorized', 'not_allowed'],
    },
    async ({ files, auth, authenticate, params, query, request }) => {
      const workspaceId =
        query.token === undefined
          ? await workspaceOfStaff(authenticate, request.header('authorization'))
          : auth.tokens.readFile(query.token, params.id)
      const file = await files.open(workspaceId, params.id)
      if (!file) throw missing('not_found', 'There is no such file.')
      return answerOf(file, params.id, request.header('range'))
    },
  ),
]

async function workspaceOfStaff(authenticate: Authenticate, header: string) {
  const token = bearerOf(header)
  if (token === undefined) throw new Problem('unauthorized', 'unauthorized', 'Please sign in.')
  const caller = await authenticate(token)
  if (!isStaff(caller)) throw new Problem('forbidden', 'not_allowed', 'Only staff may do this.')
  return caller.workspaceId
}

function answerOf(file: KeptFile, id: string, wanted: string): Raw {
  const { mime: type, bytes } = file
  const headers = { ...headersOf(file, id), 'accept-ranges': 'bytes' }
  const range = rangeOf(wanted, bytes.length)
  if (range.kind === 'none') return { type, body: bytes, headers }
  const size = String(bytes.length)
  if (range.kind === 'outside')
    return { type, body: '', status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } }
  const { from, to } = range
  const part = { 'content-range': `bytes ${String(from)}-${String(to)}/${size}` }
  return { type, body: bytes.subarray(from, to + 1), status: 206, headers: { ...headers, ...part } }
}

/** A file is somebody's, and was made by a stranger: shown only where that runs nothing, kept by no shared cache. */
const headersOf = ({ mime, fileName }: KeptFile, id: string) => ({
  'cache-control': 'private, max-age=3600, immutable',
  etag: `"${id}"`,
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'content-disposition':
    (isShown(mime) ? 'inline' : 'attachment') +
    (fileName === null ? '' : `; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, escape)}`),
})
const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** The last part of a name, without what a file system or a header would take for more. Null where nothing is left. */
function nameIn(header: string): string | null {
  let text: string
  try {
    text = decodeURIComponent(header)
  } catch {
    throw invalid('invalid_request', 'The name of the file cannot be read.', [
      { path: 'x-file-name', message: 'URL-encode it.' },
    ])
  }
  const last = text.split(/[/\\]/).at(-1) ?? ''
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out.
  const clean = last.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  return clean === '' || clean === '.' || clean === '..' ? null : [...clean].slice(0, 120).join('')
}
