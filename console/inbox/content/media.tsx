import { IconFile, IconPhotoOff } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { Content } from '../../../client/wire.ts'
import { Player } from '../../player/player.tsx'
import style from './content.module.css'
import { isRefused, isWaiting, useFile } from './use-file.ts'
import { Words } from './words.tsx'

type File = Extract<Content, { mime: string }>

const names: Record<File['kind'], string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
}

// What is needed to look at a picture in full comes with the first picture that is opened.
const Viewer = lazy(() => import('./viewer.tsx').then((part) => ({ default: part.Viewer })))

/** A file that somebody sent: here, on its way to us, or lost. */
export const Media = ({ content }: { content: File }) => (
  <div className={style.media}>
    {content.fileId ? <Held content={content} fileId={content.fileId} /> : <Absent content={content} />}
    {content.caption && <Words text={content.caption} />}
  </div>
)

const Absent = ({ content }: { content: File }) => (
  <p className={style.absent} data-lost={content.lost !== undefined || undefined}>
    <IconPhotoOff size={18} stroke={1.7} aria-hidden="true" />
    {content.lost === undefined
      ? `${names[content.kind]}: on its way to us`
      : `${names[content.kind]} could not be fetched: ${content.lost}`}
  </p>
)

const Held = ({ content, fileId }: { content: File; fileId: string }) => {
  const { url, small, error, again } = useFile(fileId)
  if (error)
    return (
      <p className={style.absent} data-lost>
        {whyNot(names[content.kind], error)}
        {!isRefused(error) && (
          <button type="button" onClick={again}>
            Try again
          </button>
        )}
      </p>
    )
  switch (content.kind) {
    case 'image':
    case 'sticker':
      return <Picture content={content} url={url} small={small} />
    case 'video':
      return <video className={style.video} src={url} controls preload="metadata" aria-label="Video" onError={again} />
    case 'audio':
    case 'voice':
      return <Player url={url} says={names[content.kind]} isVoice={content.kind === 'voice'} failed={again} />
    case 'document':
      return <Document content={content} url={url} />
  }
}

function whyNot(name: string, error: unknown) {
  if (isRefused(error)) return `${name}: kept back, something harmful was found in it.`
  return isWaiting(error) ? `${name}: being checked for harmful software.` : `${name} cannot be shown now.`
}

/** Small in the thread, where it was made already; as it came when somebody looks at it. */
const Picture = ({ content, url, small }: { content: File; url: string | undefined; small: string | undefined }) => {
  const [isOpen, setOpen] = useState(false)
  const says = content.caption ?? names[content.kind]
  if (content.kind === 'sticker') return <img className={style.sticker} src={small} alt="Sticker" />
  return (
    <>
      <button
        type="button"
        className={style.picture}
        aria-label={`Look at the photo: ${says}`}
        onClick={() => setOpen(true)}
      >
        {small && <img src={small} alt={says} />}
      </button>
      {isOpen && url && (
        <Suspense>
          <Viewer url={url} says={says} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

const Document = ({ content, url }: { content: File; url: string | undefined }) => (
  <a className={style.card} href={url} target="_blank" rel="noreferrer" download={content.fileName ?? true}>
    <IconFile size={22} stroke={1.6} aria-hidden="true" />
    <span>
      <b>
        <bdi>{content.fileName ?? 'Document'}</bdi>
      </b>
      <small className="figures">{[kindOf(content.mime), size(content.sizeBytes)].filter(Boolean).join(', ')}</small>
    </span>
  </a>
)

const kindOf = (mime: string) => (mime.split(/[/;+]/)[1] ?? mime).toUpperCase().slice(0, 12)

function size(bytes: number | undefined) {
  if (bytes === undefined) return ''
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
