import type { Content } from '../../kernel/content.ts'

interface Said {
  content: Content
  /** A template's words, as the person reads them. */
  shown?: string
  deleted?: boolean
}

const kinds: Partial<Record<Content['kind'], string>> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  call: 'Call',
  unsupported: 'A message',
}

/** A message in one line, as a list of chats or a quotation shows it. */
export function said(message: Said): string {
  const { content } = message
  if (message.deleted) return 'Deleted message'
  if (message.shown) return message.shown
  if ('text' in content && content.text !== undefined) return content.text
  if ('caption' in content && content.caption) return content.caption
  if (content.kind === 'answer') return content.title
  if (content.kind === 'template') return content.name
  if (content.kind === 'reaction') return content.emoji ?? 'No reaction'
  return kinds[content.kind] ?? content.kind
}
