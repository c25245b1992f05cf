import { z } from 'zod'
import { sensitive } from './marks.ts'

// What a message can say, on whatever channel it comes or goes. Bounds are WhatsApp's, the strictest we carry.

export const textMax = 65_536
/** What WhatsApp takes from a business; people may write more. */
export const outgoingTextMax = 4_096
const words = (max: number) => sensitive(z.string().max(max))
const some = (max: number) => sensitive(z.string().min(1).max(max))
const key = z.string().min(1).max(256)

const Text = z.object({ kind: z.literal('text'), text: some(textMax) })

/** A file. `mediaId` is the provider's name for it, `fileId` ours once we hold the bytes; `lost` says why we never will. */
export const mediaKinds = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const
const Media = z.object({
  kind: z.enum(mediaKinds),
  mime: z.string().max(128),
  mediaId: z.string().max(512).optional(),
  fileId: z.string().max(128).optional(),
  fileName: words(255).optional(),
  sizeBytes: z.int().nonnegative().optional(),
  caption: words(1_024).optional(),
  lost: z.string().max(200).optional(),
})

const Location = z.object({
  kind: z.literal('location'),
  latitude: sensitive(z.number().min(-90).max(90)),
  longitude: sensitive(z.number().min(-180).max(180)),
  name: words(1_000).optional(),
  address: words(1_000).optional(),
})

const Contacts = z.object({
  kind: z.literal('contacts'),
  contacts: z.array(z.object({ name: words(512), phones: z.array(words(64)).max(20) })).max(257),
})

/** The tap on a button or a row that we (or a template) had offered. */
const Answer = z.object({
  kind: z.literal('answer'),
  of: z.enum(['button', 'list', 'quick_reply', 'flow']),
  id: z.string().max(256),
  title: words(256),
  description: words(1_024).optional(),
})

/** An emoji on another message; null takes it back. */
const Reaction = z.object({
  kind: z.literal('reaction'),
  to: z.string().max(256),
  emoji: z.string().max(32).nullable(),
})

const Buttons = z.object({
  kind: z.literal('buttons'),
  text: some(1_024),
  buttons: z
    .array(z.object({ id: key, title: z.string().min(1).max(20) }))
    .min(1)
    .max(3),
})
const List = z.object({
  kind: z.literal('list'),
  text: some(1_024),
  button: z.string().min(1).max(20),
  rows: z
    .array(z.object({ id: key.max(200), title: z.string().min(1).max(24), description: z.string().max(72).optional() }))
    .min(1)
    .max(10),
})
const Template = z.object({
  kind: z.literal('template'),
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(16),
  parameters: z.array(words(1_024)).max(60),
  /** The code under the copy button of an authentication template: Meta asks for it beside the one in its words. */
  copyCode: some(15).optional(),
})

/** Something that the provider cannot show us, or that we do not know yet: said, never dropped. */
const Unsupported = z.object({ kind: z.literal('unsupported'), what: z.string().max(200) })

export const Content = z.discriminatedUnion('kind', [
  Text,
  Media,
  Location,
  Contacts,
  Answer,
  Reaction,
  Buttons,
  List,
  Template,
  Unsupported,
])
export type Content = z.infer<typeof Content>

/** What staff and machines may send. */
export const Outgoing = z.discriminatedUnion('kind', [
  Text.extend({ text: some(outgoingTextMax) }),
  Media,
  Location,
  Reaction,
  Buttons,
  List,
  Template,
])
export type Outgoing = z.infer<typeof Outgoing>

/** One line of a content for lists and notifications on staff screens; never for logs. */
export function preview(content: Content): string {
  const max = 80
  return said(content).slice(0, max)
}

function said(content: Content): string {
  switch (content.kind) {
    case 'text':
    case 'buttons':
    case 'list':
      return content.text
    case 'answer':
      return content.title
    case 'location':
    case 'template':
      return content.name ?? ''
    default:
      return shownAs(content)
  }
}

function shownAs(content: Exclude<Content, { text: string } | { title: string } | { kind: 'location' | 'template' }>) {
  if (content.kind === 'contacts') return content.contacts[0]?.name ?? ''
  if (content.kind === 'reaction') return content.emoji ?? ''
  return content.kind === 'unsupported' ? '' : (content.caption ?? content.fileName ?? '')
}
