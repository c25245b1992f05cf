import { useEffect, useRef, useState } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import type { Outgoing } from '../../client/wire.ts'
import { api } from '../live/careline.ts'

type Media = Extract<Outgoing, { mime: string }>

export interface Attachment {
  key: string
  name: string
  mime: string
  sizeBytes: number
  /** For a picture, to look at before it is sent. */
  preview: string | null
  state: 'uploading' | 'ready' | 'failed'
  fileId: string | null
  why: string | null
}

/** What the server keeps, and WhatsApp carries. */
export const accepted =
  'image/jpeg,image/png,image/webp,video/mp4,video/3gpp,audio/*,application/pdf,text/plain,.doc,.docx,.xls,.xlsx,.ppt,.pptx'
const megabyte = 1024 * 1024
const bytesMaxOf = (mime: string) => megabytesOf(mime) * megabyte
const filesMax = 15

/** What WhatsApp takes of one file. */
function megabytesOf(mime: string) {
  if (mime.startsWith('image/')) return 5
  return /^(audio|video)\//.test(mime) ? 16 : 100
}

const kindOf = (mime: string): Media['kind'] => {
  const [family] = mime.split('/')
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document'
}

/** Files that go with the next answer: they are brought to the server at once, and sent as messages of their own. */
export function useAttachments() {
  const [files, setFiles] = useState<Attachment[]>([])
  const kept = useRef(files)
  useEffect(() => {
    kept.current = files
  }, [files])
  useEffect(() => () => kept.current.forEach(release), [])

  const change = (key: string, what: Partial<Attachment>) =>
    setFiles((now) => now.map((one) => (one.key === key ? { ...one, ...what } : one)))

  const upload = async (key: string, file: File) => {
    try {
      const { fileId, mime, sizeBytes } = await api.files.upload(file, { mime: file.type, name: file.name })
      change(key, { state: 'ready', fileId, mime, sizeBytes })
    } catch (error) {
      change(key, { state: 'failed', why: whyOf(error) })
    }
  }

  return {
    files,
    add: (list: Iterable<File>) => {
      for (const file of [...list].slice(0, filesMax - files.length)) {
        const made = attachmentOf(file)
        setFiles((now) => [...now, made])
        if (made.state === 'uploading') void upload(made.key, file)
      }
    },
    remove: (key: string) => {
      files.filter((one) => one.key === key).forEach(release)
      setFiles((now) => now.filter((one) => one.key !== key))
    },
    clear: () => {
      files.forEach(release)
      setFiles([])
    },
  }
}

function attachmentOf(file: File): Attachment {
  const isTooLarge = file.size > bytesMaxOf(file.type)
  return {
    key: `${file.name} ${file.size} ${performance.now()}`,
    name: file.name,
    mime: file.type,
    sizeBytes: file.size,
    preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
    state: isTooLarge ? 'failed' : 'uploading',
    fileId: null,
    why: isTooLarge ? `This file is larger than ${megabytesOf(file.type)} MB.` : null,
  }
}

const release = ({ preview }: Attachment) => {
  if (preview) URL.revokeObjectURL(preview)
}

function whyOf(error: unknown) {
  if (error instanceof ApiProblem)
    return error.code === 'unreachable' ? 'No connection. Attach it again once it is back.' : error.title
  return 'This file cannot be read.'
}

/** What is sent of an attachment. WhatsApp carries words under pictures, films and documents. */
export function contentOf({ fileId, mime, name, sizeBytes }: Attachment, caption: string): Media | null {
  if (fileId === null) return null
  const kind = kindOf(mime)
  const isNamed = kind === 'document'
  return {
    kind,
    mime,
    fileId,
    ...(isNamed ? { fileName: name.slice(0, 255) } : {}),
    sizeBytes,
    ...(caption !== '' && kind !== 'audio' ? { caption } : {}),
  }
}
