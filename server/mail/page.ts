import { missing } from '../../kernel/problem.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { Raw } from '../http/route.ts'

/** Of all images in the text of one mail, bytes: they are part of the page. */
const inlineMax = 8 * 1024 * 1024

type Files = Pick<FileRoom, 'open' | 'bytesOf'>
interface Place {
  workspaceId: string
  fileId: string
}

/**
 * A mail's HTML as a page that stands in a frame of the console: nothing in it runs, or knows whose console it is, and
 * it loads nothing from anywhere, unless its reader asked for its images.
 */
export async function mailPage(files: Files, { workspaceId, fileId }: Place, hasImages: boolean): Promise<Raw> {
  const file = await files.open(workspaceId, fileId)
  if (file.mime !== 'text/html') throw missing('not_found', 'This file is no mail.')
  const html = await withOwnImages((await files.bytesOf(file)).toString('utf8'), files, workspaceId)
  const body = hasImages ? html.replaceAll(/ data-remote="(https?:[^"]{1,2100})"/g, ' src="$1"') : html
  const sources = hasImages ? 'img-src data: https: http:' : 'img-src data:'
  return {
    type: 'text/html; charset=utf-8',
    headers: {
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        `default-src 'none'; ${sources}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; ` +
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
    },
    body:
      '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>' +
      'body{margin:12px;font:15px/1.5 system-ui,sans-serif;color:#1c2024;background:#fff;overflow-wrap:anywhere}' +
      'img{max-width:100%;height:auto}img[data-remote]:not([src]){display:inline-block;min-width:24px;min-height:24px;' +
      `border:1px dashed #8b8d98}table{max-width:100%}</style>${body}`,
  }
}

/** Parts of the mail itself, in place of their names. */
async function withOwnImages(html: string, files: Files, workspaceId: string): Promise<string> {
  const named = new Set([...html.matchAll(/ src="cid:(fil_[\w-]{1,100})"/g)].map(([, id]) => id ?? ''))
  const found = new Map<string, string>()
  let room = inlineMax
  for (const id of named) {
    const file = await files.open(workspaceId, id).catch(() => undefined) // Kept back, or gone: its place stays empty.
    if (!file || file.sizeBytes > room || !/^image\/(png|jpeg|gif|webp)$/.test(file.mime)) continue
    room -= file.sizeBytes
    found.set(id, `data:${file.mime};base64,${(await files.bytesOf(file)).toString('base64')}`)
  }
  return html.replaceAll(/ src="cid:(fil_[\w-]{1,100})"/g, (_, id: string) => {
    const data = found.get(id)
    return data === undefined ? '' : ` src="${data}"`
  })
}
