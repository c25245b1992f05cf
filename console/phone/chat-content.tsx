import { IconFile, IconMapPin, IconShoppingBag, IconUser } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Content } from '../../kernel/content.ts'
import { Player } from '../player/player.tsx'
import style from './chat.module.css'

type Of<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>
export type File = Extract<Content, { mime: string }>

interface Props {
  content: Content
  /** In one line: a template's words, say. */
  says: string
  /** Taps one of its buttons or rows. */
  answer: (id: string) => void
  /** How a file of it is shown. */
  file: (file: File) => ReactNode
}

/** What a message says, on the phone's own screen. */
export const ChatContent = ({ content, says, answer, file }: Props) => {
  if ('mime' in content)
    return (
      <>
        {file(content)}
        {content.caption && <Words>{content.caption}</Words>}
      </>
    )
  switch (content.kind) {
    case 'text':
      return <Words>{content.text}</Words>
    case 'location':
      return <Place content={content} />
    case 'contacts':
      return <Contacts content={content} />
    case 'buttons':
      return <Buttons content={content} answer={answer} />
    case 'list':
      return <Rows content={content} answer={answer} />
    case 'unsupported':
      return <Words>A message of a kind that is new here: {content.what}</Words>
    case 'email':
      return <Words>{[content.subject, content.text].filter((part) => part !== '').join('\n')}</Words>
    case 'template':
      return <Template content={content} says={says} file={file} />
    default:
      return <Words>{says}</Words>
  }
}

interface TemplateProps extends Pick<Props, 'says' | 'file'> {
  content: Of<'template'>
}

const Template = ({ content: { copyCode, file: above, location, product }, says, file }: TemplateProps) => (
  <>
    {above && file(above)}
    {location && <Place content={{ kind: 'location', ...location }} />}
    {product && <Product id={product.id} />}
    <Words>{says}</Words>
    {copyCode !== undefined && <CopyCode code={copyCode} />}
  </>
)

const Product = ({ id }: { id: string }) => (
  <span className={style.file}>
    <IconShoppingBag size={20} stroke={1.7} aria-hidden="true" />
    <b>Product {id}</b>
  </span>
)

const CopyCode = ({ code }: { code: string }) => (
  <button type="button" className={style.copy} onClick={() => void navigator.clipboard.writeText(code)}>
    Copy code
  </button>
)

const Words = ({ children }: { children: ReactNode }) => (
  <span className={style.words} dir="auto">
    {children}
  </span>
)

export const ShownFile = ({ content, address }: { content: File; address: string }) => {
  switch (content.kind) {
    case 'image':
    case 'sticker':
      return <img src={address} alt={content.caption ?? 'Photo'} className={style.picture} />
    case 'video':
      return <video src={address} controls className={style.picture} aria-label="Video" />
    case 'audio':
    case 'voice':
      return <Player url={address} says="Voice message" isVoice={content.kind === 'voice'} />
    case 'document':
      return (
        <a className={style.file} href={address} target="_blank" rel="noreferrer">
          <IconFile size={20} stroke={1.7} aria-hidden="true" />
          {content.fileName ?? 'Document'}
        </a>
      )
  }
}

const Place = ({ content }: { content: Of<'location'> }) => (
  <span className={style.file}>
    <IconMapPin size={20} stroke={1.7} aria-hidden="true" />
    <span>
      <b>{content.name ?? 'Location'}</b>
      <br />
      <span className="figures">
        {content.latitude.toFixed(4)}, {content.longitude.toFixed(4)}
      </span>
    </span>
  </span>
)

const Contacts = ({ content }: { content: Of<'contacts'> }) =>
  content.contacts.map((one) => (
    <span key={one.name} className={style.file}>
      <IconUser size={20} stroke={1.7} aria-hidden="true" />
      <span>
        <b>{one.name}</b>
        <br />
        {one.phones.join(', ')}
      </span>
    </span>
  ))

const Buttons = ({ content, answer }: { content: Of<'buttons'>; answer: (id: string) => void }) => (
  <>
    <Words>{content.text}</Words>
    <span className={style.taps}>
      {content.buttons.map((one) => (
        <button key={one.id} type="button" onClick={() => answer(one.id)}>
          {one.title}
        </button>
      ))}
    </span>
  </>
)

const Rows = ({ content, answer }: { content: Of<'list'>; answer: (id: string) => void }) => (
  <>
    <Words>{content.text}</Words>
    <details className={style.taps}>
      <summary>{content.button}</summary>
      {content.rows.map((one) => (
        <button key={one.id} type="button" onClick={() => answer(one.id)}>
          <b>{one.title}</b>
          {one.description && <span>{one.description}</span>}
        </button>
      ))}
    </details>
  </>
)
