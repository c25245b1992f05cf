import {
  IconExternalLink,
  IconHandClick,
  IconList,
  IconMapPin,
  IconPhone,
  IconQuestionMark,
  IconShoppingBag,
  IconTemplate,
  IconUser,
} from '@tabler/icons-react'
import type { Content } from '../../../client/wire.ts'
import style from './content.module.css'
import { Mail } from './mail.tsx'
import { Media } from './media.tsx'
import { Words } from './words.tsx'

type Of<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>

/** What a message says, each kind for what it is. */
export const Said = ({ content }: { content: Content }) => {
  if ('mime' in content) return <Media content={content} />
  const words = wordsIn(content)
  return words === undefined ? <Other content={content} /> : <Words text={words} />
}

/** Of what is words and nothing else. */
function wordsIn(content: Content): string | undefined {
  if (content.kind === 'text') return content.text
  if (content.kind === 'activity') return content.text ?? ''
  return content.kind === 'reaction' ? (content.emoji ?? 'took a reaction back') : undefined
}

const Other = ({ content }: { content: Content }) => {
  switch (content.kind) {
    case 'location':
      return <Place content={content} />
    case 'contacts':
      return <Contacts content={content} />
    case 'answer':
      return <Answer content={content} />
    case 'buttons':
      return <Buttons content={content} />
    case 'list':
      return <Rows content={content} />
    case 'template':
      return <Template content={content} />
    case 'email':
      return <Mail content={content} />
    case 'unsupported':
      return <Unsupported what={content.what} />
    default:
      return null
  }
}

const Place = ({ content: { latitude, longitude, name, address } }: { content: Of<'location'> }) => (
  <div className={style.place}>
    <div className={style.card}>
      <IconMapPin size={22} stroke={1.6} aria-hidden="true" />
      <span>
        <b>
          <bdi>{name ?? 'Location'}</bdi>
        </b>
        {address && <small dir="auto">{address}</small>}
        <small className="figures" dir="ltr">
          {latitude.toFixed(5)}, {longitude.toFixed(5)}
        </small>
      </span>
    </div>
    <a
      className={style.out}
      href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
      target="_blank"
      rel="noreferrer noopener"
    >
      Open the map
      <IconExternalLink size={14} stroke={1.9} aria-hidden="true" />
    </a>
  </div>
)

const Contacts = ({ content }: { content: Of<'contacts'> }) => (
  <ul className={style.contacts} aria-label="Contacts">
    {content.contacts.map((one, index) => (
      <li key={index} className={style.card}>
        <IconUser size={22} stroke={1.6} aria-hidden="true" />
        <span>
          <b>
            <bdi>{one.name}</bdi>
          </b>
          {one.phones.map((number) => (
            <small key={number} className="figures">
              <IconPhone size={12} stroke={1.9} aria-hidden="true" />
              <bdi>{number}</bdi>
            </small>
          ))}
        </span>
      </li>
    ))}
  </ul>
)

const answered = {
  button: 'Tapped a button',
  list: 'Chose from the list',
  quick_reply: 'Tapped an answer',
  flow: 'Filled in a form',
}

const Answer = ({ content }: { content: Of<'answer'> }) => (
  <div>
    <p className={style.kind}>
      <IconHandClick size={14} stroke={1.9} aria-hidden="true" />
      {answered[content.of]}
    </p>
    <p dir="auto">
      <b className={style.strong}>{content.title}</b>
    </p>
    {content.description && <Words text={content.description} />}
  </div>
)

const Buttons = ({ content }: { content: Of<'buttons'> }) => (
  <div>
    <Words text={content.text} />
    <ul className={style.offers} aria-label="Offered buttons">
      {content.buttons.map((one) => (
        <li key={one.id}>
          <bdi>{one.title}</bdi>
        </li>
      ))}
    </ul>
  </div>
)

const Rows = ({ content }: { content: Of<'list'> }) => (
  <div>
    <Words text={content.text} />
    <p className={style.kind}>
      <IconList size={14} stroke={1.9} aria-hidden="true" />
      <bdi>{content.button}</bdi>
    </p>
    <ul className={style.rows} aria-label="Offered list">
      {content.rows.map((one) => (
        <li key={one.id}>
          <bdi>{one.title}</bdi>
          {one.description && <small>{one.description}</small>}
        </li>
      ))}
    </ul>
  </div>
)

const Template = ({ content }: { content: Of<'template'> }) => (
  <div>
    {content.file && <Media content={content.file} />}
    {content.location && <Place content={{ kind: 'location', ...content.location }} />}
    {content.product && <Product product={content.product} />}
    {content.shown && <TemplateSaid shown={content.shown} />}
    <p className={style.kind}>
      <IconTemplate size={14} stroke={1.9} aria-hidden="true" />
      Template <b className={style.strong}>{content.name}</b>, {content.language}
    </p>
    {!content.shown && content.parameters.length > 0 && <Words text={content.parameters.join(' · ')} />}
  </div>
)

const Product = ({ product: { id, catalogId } }: { product: NonNullable<Of<'template'>['product']> }) => (
  <div className={style.card}>
    <IconShoppingBag size={22} stroke={1.6} aria-hidden="true" />
    <span>
      <b>
        Product <bdi>{id}</bdi>
      </b>
      <small>
        of catalogue <bdi>{catalogId}</bdi>
      </small>
    </span>
  </div>
)

/** As the person reads it. */
const TemplateSaid = ({ shown }: { shown: NonNullable<Of<'template'>['shown']> }) => (
  <>
    {shown.header && (
      <p dir="auto">
        <b className={style.strong}>{shown.header}</b>
      </p>
    )}
    <Words text={shown.body} />
    {shown.footer && (
      <p dir="auto">
        <small>{shown.footer}</small>
      </p>
    )}
    {shown.buttons && (
      <ul className={style.offers} aria-label="Offered buttons">
        {shown.buttons.map((text, index) => (
          <li key={index}>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
    )}
  </>
)

const Unsupported = ({ what }: { what: string }) => (
  <p className={style.absent}>
    <IconQuestionMark size={18} stroke={1.7} aria-hidden="true" />
    {`WhatsApp cannot show this to us${what ? `: ${what}` : ''}. Ask for it as words or as a file.`}
  </p>
)
