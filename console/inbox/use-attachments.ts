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
  /** For a picture to look at, and a voice note to listen to, before it is sent. */
  preview: string | null
  state: 'uploading' | 'ready' | 'failed'
  fileId: string | null
  /** Spoken for this answer, and shown as such to whoever gets it. */
  isVoice: boolean
  why: string | null
}

/** What the server keeps, and WhatsApp carries. */
export const accepted =
  'image/jpeg,image/png,image/webp,video/mp4,video/3gpp,audio/*,application/pdf,text/plain,.doc,.docx,.xls,.xlsx,.ppt,.pptx'
const megabyte = 1024 * 1024
const bytesMaxOf = (mime: string) => megabytesOf(mime) * megabyte
/** With one answer. */
export const filesMax = 15

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
  const [leftOut, setLeftOut] = useState(0)
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

  const take = (list: File[], isVoice: boolean) => {
    const taken = list.slice(0, filesMax - files.length)
    setLeftOut(list.length - taken.length)
    for (const file of taken) {
      const made = attachmentOf(file, isVoice)
      setFiles((now) => [...now, made])
      if (made.state === 'uploading') void upload(made.key, file)
    }
  }

  return {
    files,
    /** Of those that were chosen last, so many were more than can go at once. */
    leftOut,
    add: (list: Iterable<File>) => take([...list], false),
    /** A voice note that was recorded just now. */
    say: (file: File) => take([file], true),
    remove: (key: string) => {
      files.filter((one) => one.key === key).forEach(release)
      setFiles((now) => now.filter((one) => one.key !== key))
      setLeftOut(0)
    },
    clear: () => {
      files.forEach(release)
      setFiles([])
      setLeftOut(0)
    },
  }
}

function attachmentOf(file: File, isVoice: boolean): Attachment {
  const isTooLarge = file.size > bytesMaxOf(file.type)
  return {
    key: `${file.name} ${file.size} ${performance.now()}`,
    name: file.name,
    mime: file.type,
    sizeBytes: file.size,
    preview: isVoice || file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
    state: isTooLarge ? 'failed' : 'uploading',
    fileId: null,
    isVoice,
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
export function contentOf({ fileId, mime, name, sizeBytes, isVoice }: Attachment, caption: string): Media | null {
  if (fileId === null) return null
  // WhatsApp takes no other sound as a voice note: what Safari records goes as a sound that is attached.
  const kind = isVoice && mime === 'audio/ogg' ? 'voice' : kindOf(mime)
  const isNamed = kind === 'document'
  return {
    kind,
    mime,
    fileId,
    ...(isNamed ? { fileName: name.slice(0, 255) } : {}),
    sizeBytes,
    ...(caption !== '' && kind !== 'audio' && kind !== 'voice' ? { caption } : {}),
  }
}
