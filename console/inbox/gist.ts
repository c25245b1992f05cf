import type { Content, Message, Preview } from '../../client/wire.ts'

const kinds: Record<Content['kind'], string> = {
  text: 'Text',
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  answer: 'Answer',
  reaction: 'Reaction',
  buttons: 'Buttons',
  list: 'List',
  template: 'Template',
  email: 'E-mail',
  call: 'Call',
  activity: 'What happened',
  unsupported: 'Something that WhatsApp cannot show',
}

/** A message in a few words, for quotations. */
export function gist({ content, deletedAt }: Pick<Message, 'content' | 'deletedAt'>): string {
  if (deletedAt !== null) return 'Withdrawn message'
  if ('text' in content && content.text) return content.text.slice(0, 120)
  if ('caption' in content && content.caption) return content.caption.slice(0, 120)
  if (content.kind === 'answer') return content.title
  if (content.kind === 'template' && content.shown) return content.shown.body.slice(0, 120)
  return kinds[content.kind]
}

const isKind = (kind: string): kind is Content['kind'] => kind in kinds

/** What the list says of the last thing said: its kind, where it is not just words. */
export function kindOf({ kind }: Pick<Preview, 'kind'>): string | null {
  if (kind === 'text' || kind === 'answer' || kind === 'call' || !isKind(kind)) return null
  return kinds[kind]
}
