import { z } from 'zod'
import { Content, textMax } from '../../kernel/content.ts'
import { MetaError } from './errors.ts'

// What a person's message says, in our words. Meta adds types and fields without notice, so nothing in here refuses:
// what we cannot read becomes `unsupported` and keeps its raw form, and what is longer than our bounds is clipped.

type Candidate = Record<string, unknown> & { kind: Content['kind'] }
type Read = (body: unknown, message: Readonly<Record<string, unknown>>) => Candidate | undefined

/** At most `max` UTF-16 units, without half a character at the end (MongoDB and JSON want well-formed text). */
const clip = (text: string, max: number) => text.slice(0, max).toWellFormed()

/** Ids and texts have come as numbers too; never z.coerce, which reads null and a missing field as words. */
export const stringy = z.union([z.string(), z.number().transform(String)])
export const clipped = (max: number) =>
  stringy
    .transform((text) => clip(text, max))
    .optional()
    .catch(undefined)
const id = (max: number) => stringy.pipe(z.string().min(1).max(max)).optional().catch(undefined)
const reader =
  <Schema extends z.ZodType>(schema: Schema, build: (body: z.output<Schema>) => Candidate | undefined): Read =>
  (body) => {
    const read = schema.safeParse(body)
    return read.success ? build(read.data) : undefined
  }

const unsupported = (what: string): Content => ({ kind: 'unsupported', what: clip(what, 200) })

const MetaMedia = z.object({
  id: id(512),
  mime_type: clipped(128),
  filename: clipped(255),
  caption: clipped(1_024),
  file_size: z.int().nonnegative().optional().catch(undefined),
  voice: z.boolean().optional().catch(undefined),
})

const media = (kind: 'image' | 'video' | 'audio' | 'document' | 'sticker') =>
  reader(MetaMedia, (file) => ({
    kind: kind === 'audio' && file.voice === true ? 'voice' : kind,
    mime: file.mime_type ?? 'application/octet-stream',
    mediaId: file.id,
    fileName: file.filename,
    sizeBytes: file.file_size,
    caption: file.caption,
    // Without an id there is nothing to fetch, now or later.
    lost: file.id === undefined ? 'WhatsApp sent no file with this message.' : undefined,
  }))

const MetaContact = z.object({
  name: z
    .object({ formatted_name: clipped(512), first_name: clipped(512) })
    .optional()
    .catch(undefined),
  phones: z
    .array(z.object({ phone: clipped(64), wa_id: clipped(64) }).catch({ phone: undefined, wa_id: undefined }))
    .catch([]),
})

const contacts = reader(z.array(MetaContact.catch({ name: undefined, phones: [] })), (cards) => ({
  kind: 'contacts',
  contacts: cards.slice(0, 257).map(({ name, phones }) => ({
    name: name?.formatted_name ?? name?.first_name ?? '',
    phones: phones.flatMap(({ phone, wa_id }) => phone ?? wa_id ?? []).slice(0, 20),
  })),
}))

// Numbers as in Meta's documents, strings as in some recorded samples.
const Degrees = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
])
const location = reader(
  z.object({ latitude: Degrees, longitude: Degrees, name: clipped(1_000), address: clipped(1_000) }),
  (place) => ({ kind: 'location', ...place }),
)

const Reply = z.object({ id: stringy.pipe(z.string().max(256)), title: clipped(256), description: clipped(1_024) })
const Flow = z.object({ name: clipped(256), body: clipped(256), response_json: clipped(1_024) })
const Interactive = z.object({
  type: z.string().max(64),
  button_reply: Reply.optional().catch(undefined),
  list_reply: Reply.optional().catch(undefined),
  nfm_reply: Flow.optional().catch(undefined),
})
const interactive = reader(Interactive, ({ type, button_reply, list_reply, nfm_reply }) => {
  if (button_reply !== undefined) return answer('button', button_reply)
  if (list_reply !== undefined) return answer('list', list_reply)
  if (nfm_reply === undefined) return unsupported(type)
  // A flow's form: its fields are JSON in the description, whole in the raw item.
  const { name, body, response_json } = nfm_reply
  return answer('flow', { id: name ?? 'flow', title: body, description: response_json })
})

interface Tapped {
  id: string
  title?: string | undefined
  description?: string | undefined
}
const answer = (of: 'button' | 'list' | 'quick_reply' | 'flow', { id, title, description }: Tapped): Candidate => ({
  kind: 'answer',
  of,
  id,
  title: title ?? id,
  description,
})

const readers: Readonly<Record<string, Read>> = {
  text: reader(z.object({ body: clipped(textMax) }), ({ body }) => ({ kind: 'text', text: body })),
  image: media('image'),
  video: media('video'),
  audio: media('audio'),
  voice: (body) => media('audio')({ ...Object(body), voice: true }, {}),
  document: media('document'),
  sticker: media('sticker'),
  location,
  contacts,
  interactive,
  // The quick reply of a template: its payload is ours, up to 256 characters of it.
  button: reader(z.object({ payload: clipped(256), text: clipped(256) }), ({ payload, text }) =>
    answer('quick_reply', { id: payload ?? text ?? '', title: text ?? payload }),
  ),
  // No emoji, or an empty one, takes the reaction back.
  reaction: reader(z.object({ message_id: id(256), emoji: clipped(32) }), ({ message_id, emoji }) => ({
    kind: 'reaction',
    to: message_id,
    emoji: emoji === undefined || emoji === '' ? null : emoji,
  })),
  // Its errors say only that it is unsupported; `unsupported.type` says what it was.
  unsupported: reader(z.object({ type: z.string().max(100) }), ({ type }) => unsupported(type)),
}

const Errors = z.array(MetaError).catch([])

/** Why Meta could not tell us what the person sent, in its words. */
function whatWentWrong(errors: unknown): string | undefined {
  const [first] = Errors.parse(errors)
  if (first === undefined) return undefined
  const title = first.title ?? first.message ?? `Error ${first.code}`
  const details = first.error_data?.details ?? first.details
  return details === undefined ? title : `${title}: ${details}`
}

/**
 * The content of one of Meta's message objects (also of the one inside an edit), never a failure. `errors` are those
 * of the webhook around it, which Meta uses when it could not read an interactive answer itself.
 */
export function contentOf(message: Readonly<Record<string, unknown>>, errors?: unknown): Content {
  const type = typeof message.type === 'string' ? message.type : 'unknown'
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined
  const said = Object.entries(read?.(message[type], message) ?? {}).filter(([, value]) => value !== undefined)
  const content = Content.safeParse(Object.fromEntries(said))
  if (content.success) return content.data
  return unsupported(whatWentWrong(message.errors) ?? whatWentWrong(errors) ?? type)
}
