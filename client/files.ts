import type { Http } from './http.ts'
import { ApiProblem } from './problem.ts'

/** A file that the server keeps. */
export interface StoredFile {
  fileId: string
  mime: string
  sizeBytes: number
}

/** What is known of a file. */
export interface FileCard {
  id: string
  name: string | null
  mime: string
  sizeBytes: number
  purpose: 'message' | 'template' | 'branding' | 'export'
  /** `scanning`: it can be opened, and sent, as soon as it was found clean. */
  status: 'pending' | 'uploaded' | 'scanning' | 'ready' | 'refused'
  /** Why it was refused. */
  why: string | null
  thumbnail: 'none' | 'due' | 'made' | 'failed'
  createdAt: string
  expiresAt: string | null
}

/** Addresses for `<img>` and `<audio>`, which cannot send a token. They end at `expiresAt`. */
export interface FileLink {
  url: string
  /** Null where there is none, or not yet. */
  thumbnailUrl: string | null
  expiresAt: string
}

/** Whatever asks. */
export type Asks = Pick<Http, 'get' | 'post' | 'delete' | 'json' | 'send'>

interface Announced {
  fileId: string
  upload: { method: 'PUT'; url: string; expiresAt: string }
}

const at = encodeURIComponent
/** How often a file that is being scanned is asked for, ms, and how often at most. */
const scanEveryMs = 500
const scanTriesMax = 120

export type Bytes = Blob | ArrayBuffer | Uint8Array

/**
 * Brings a file to `path`: announces it, sends its bytes, says that they are all. Resolves when it can be used. `mime`
 * must be true, the server looks. Throws ApiProblem, `file_refused` where a scanner found something.
 */
export async function bring(
  http: Asks,
  path: string,
  bytes: Bytes,
  { mime, ...about }: { mime: string; name: string; purpose?: string },
): Promise<StoredFile> {
  const sizeBytes = bytes instanceof Blob ? bytes.size : bytes.byteLength
  const type = mime === '' ? 'application/octet-stream' : mime // What a browser does not know has none.
  const { fileId, upload } = await http.post<Announced>(path, { mime: type, sizeBytes, ...about })
  const headers = { 'content-type': 'application/octet-stream' }
  await http.json('PUT', upload.url, { body: bytes, headers, isSigned: false, isWhole: true })
  let file = await http.post<FileCard>(`${path}/${at(fileId)}/complete`, await checksumOf(bytes))
  for (let tries = 0; file.status === 'scanning' && tries < scanTriesMax; tries++) {
    await new Promise((later) => setTimeout(later, scanEveryMs))
    file = await http.get<FileCard>(`${path}/${at(fileId)}`)
  }
  if (file.status === 'refused') throw refused(file.why)
  return { fileId, mime: file.mime, sizeBytes: file.sizeBytes }
}

export function filesOf(http: Asks) {
  const link = (id: string) => http.get<FileLink>(`/files/${at(id)}/link`)
  return {
    /** As `bring`. */
    upload: (
      bytes: Bytes,
      {
        mime,
        name,
        purpose = 'message',
      }: { mime: string; name: string; purpose?: 'message' | 'template' | 'branding' },
    ): Promise<StoredFile> => bring(http, '/files', bytes, { mime, name, purpose }),
    card: (id: string) => http.get<FileCard>(`/files/${at(id)}`),
    link,
    remove: (id: string) => http.delete(`/files/${at(id)}`),
    async bytes(id: string) {
      const { url } = await link(id)
      return (await http.send('GET', url, { isSigned: false, isWhole: true })).blob()
    },
  }
}

const refused = (why: string | null) =>
  new ApiProblem(
    { code: 'file_refused', title: `This file is kept back: ${why ?? 'it is not safe'}.`, retryable: false },
    409,
  )

/** Browsers compute it on secure pages only; without it the server has the number of bytes to go by. */
async function checksumOf(bytes: Blob | ArrayBuffer | Uint8Array): Promise<{ sha256?: string }> {
  const { subtle } = globalThis.crypto
  if (!(subtle as SubtleCrypto | undefined)) return {}
  const whole = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes
  const digest = new Uint8Array(await subtle.digest('SHA-256', whole as BufferSource))
  return { sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') }
}
