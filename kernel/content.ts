import { z } from 'zod'
import { callStatuses, callWords } from './call.ts'
import { isMailAddress, mailCopiesMax, mailFilesMax, mailTextMax } from './mail.ts'
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
  /** For the place in its header. */
  header: words(60).optional(),
  /** The picture, film or document above its words, where it has one. */
  file: Media.pick({ kind: true, mime: true, mediaId: true, fileId: true, fileName: true, sizeBytes: true }).optional(),
  /** The place above its words, where it has one: Meta wants it called something. */
  location: Location.omit({ kind: true })
    .extend({ name: some(1_000), address: some(1_000) })
    .optional(),
  /** The product above its words, where it has one: of a catalogue of Meta's, by the shop's own number for it. */
  product: z
    .object({ id: some(100), catalogId: z.string().regex(/^\d{1,64}$/, 'A catalogue has a number.') })
    .optional(),
  /** What a button is given: the end of its address, or (`copies`, ours to say) the coupon that it copies. */
  buttons: z
    .array(z.object({ index: z.int().min(0).max(9), value: words(2_000), copies: z.boolean().optional() }))
    .max(10)
    .optional(),
  /** The names of the places of its body, in the order of `parameters`, and of its header: ours to say, by the template. */
  names: z.array(z.string().max(64)).max(60).optional(),
  headerName: z.string().max(64).optional(),
  /** As the person reads it: ours to say, when it is sent. */
  shown: z
    .object({
      header: words(2_100).optional(),
      body: words(65_536),
      footer: words(60).optional(),
      buttons: z.array(words(25)).max(10).optional(),
    })
    .optional(),
})

/** Somebody with a mailbox. */
const Party = z.object({ name: words(200), address: words(254) })
const parties = (max: number) => z.array(Party).max(max)

/** A file of a mail. With a `contentId` it is shown in the mail's HTML (`cid:`). */
const MailFile = z.object({
  fileId: z.string().max(128),
  fileName: words(255).optional(),
  mime: z.string().max(128),
  sizeBytes: z.int().nonnegative(),
  contentId: words(300).optional(),
})

/**
 * A mail. Of one that came: `text` is what is new in it, `whole` all of it where that is more, `htmlId` the file with its
 * HTML, sane already; `nature` says who wrote it, and no machine may answer where `isSilent`.
 */
const Email = z.object({
  kind: z.literal('email'),
  /** Empty: the thread's own. */
  subject: words(998),
  text: words(mailTextMax),
  cc: parties(50).optional(),
  bcc: parties(20).optional(),
  files: z.array(MailFile).max(50).optional(),
  from: Party.optional(),
  to: parties(50).optional(),
  whole: words(200_000).optional(),
  htmlId: z.string().max(128).optional(),
  /** Its HTML names images elsewhere, which are shown to whoever asks for them. */
  hasRemoteImages: z.boolean().optional(),
  /** Its own id and its thread's, as mails name one another (RFC 5322): what answers it says them. */
  mailId: z.string().max(500).optional(),
  references: z.array(z.string().max(500)).max(30).optional(),
  nature: z.enum(['person', 'auto_reply', 'bulk', 'bounce']).optional(),
  /** What the server that took it found of its sender; `failed`: it may be forged. */
  trust: z.enum(['verified', 'failed', 'unknown']).optional(),
  isSilent: z.boolean().optional(),
})
export type EmailContent = z.infer<typeof Email>

/** Whoever gets a copy: an address that mails can go to. */
const Recipient = Party.extend({ address: words(254).refine(isMailAddress, 'This is no mail address.') })
const recipients = z.array(Recipient).max(mailCopiesMax).optional()
const OutgoingEmail = Email.pick({ kind: true, subject: true })
  .extend({
    text: words(mailTextMax),
    cc: recipients,
    bcc: recipients,
    files: z.array(MailFile).max(mailFilesMax).optional(),
  })
  .refine(({ text, files = [] }) => text.trim() !== '' || files.length > 0, {
    error: 'A mail says something, or brings a file.',
    path: ['text'],
  })

/** Something that the provider cannot show us, or that we do not know yet: said, never dropped. */
const Unsupported = z.object({ kind: z.literal('unsupported'), what: z.string().max(200) })

/** What happened to a conversation, for staff; who did it is the message's author. Never said to anybody. */
const Activity = z.object({
  kind: z.literal('activity'),
  what: z.enum([
    'opened',
    'waiting',
    'snoozed',
    'woke',
    'resolved',
    'automation_paused',
    'automation_resumed',
    'ai_mode',
    'held_back',
    'handed_over',
    'schedule_cancelled',
    'sla_breached',
    'rating_asked',
    'rated',
  ]),
  /** A reason, a comment, or what was held back. */
  text: words(outgoingTextMax).optional(),
  /** An hour that belongs to it, ISO 8601. */
  until: z.iso.datetime().optional(),
  /** What it became: a mode, a score, a promise. */
  value: z.string().max(64).optional(),
})

/** A telephone call; who called whom, its message's direction says. */
export const CallContent = z.object({
  kind: z.literal('call'),
  status: z.enum(callStatuses),
  /** For how long the two spoke. */
  seconds: z.int().min(0).max(86_400).optional(),
  /** Why it came to nothing, in words. */
  why: z.string().max(200).optional(),
})
export type CallContent = z.infer<typeof CallContent>

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
  Activity,
  Email,
  CallContent,
])
export type Content = z.infer<typeof Content>

/** A card that says something: who, and at least one number. */
const OutgoingContacts = Contacts.extend({
  contacts: z
    .array(z.object({ name: some(512), phones: z.array(some(64)).min(1).max(20) }))
    .min(1)
    .max(10),
})

/** What staff and machines may send. */
export const Outgoing = z.discriminatedUnion('kind', [
  Text.extend({ text: some(outgoingTextMax) }),
  Media,
  Location,
  OutgoingContacts,
  Reaction,
  Buttons,
  List,
  Template,
  OutgoingEmail,
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
      return content.name ?? ''
    case 'template':
      return content.shown?.body.trim() || content.name
    case 'email':
      return content.text.trim() || content.subject
    default:
      return shownAs(content)
  }
}

function shownAs(content: Exclude<Content, { text: string } | { title: string } | { kind: 'location' | 'template' }>) {
  if (content.kind === 'contacts') return content.contacts[0]?.name ?? ''
  if (content.kind === 'reaction') return content.emoji ?? ''
  if (content.kind === 'activity') return content.text ?? ''
  if (content.kind === 'call') return callWords(content)
  return content.kind === 'unsupported' ? '' : (content.caption ?? content.fileName ?? '')
}

/** The file that a content brings as a message of its own, or above its words; a mail's files are its own matter. */
export function fileOf(content: Content) {
  if (content.kind === 'template') return content.file
  return 'mime' in content ? content : undefined
}
