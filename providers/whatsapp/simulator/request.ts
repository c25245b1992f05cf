import { z } from 'zod'
import type { Content } from '../../../kernel/content.ts'
import { Refusal } from './meta-errors.ts'

// What Meta accepts at POST /{phone_number_id}/messages. Strict, so that a misspelt field of ours is found here and
// not at Meta.

const some = (max: number) => z.string().min(1).max(max)
const unique = <Value>(list: readonly Value[], key: (value: Value) => string) =>
  new Set(list.map(key)).size === list.length

const Body = z.strictObject({ text: some(4_096) })
const Text = z.strictObject({ body: some(4_096), preview_url: z.boolean().optional() })
const File = { id: some(512) }
const Caption = { caption: z.string().max(1_024).optional() }

const Reply = z.strictObject({ id: some(256), title: some(20) })
const Buttons = z.strictObject({
  type: z.literal('button'),
  body: Body.extend({ text: some(1_024) }),
  action: z.strictObject({
    buttons: z
      .array(z.strictObject({ type: z.literal('reply'), reply: Reply }))
      .min(1)
      .max(3)
      .refine((list) => unique(list, ({ reply }) => reply.id), 'Button ids must differ.')
      .refine((list) => unique(list, ({ reply }) => reply.title), 'Button titles must differ.'),
  }),
})
const Row = z.strictObject({ id: some(200), title: some(24), description: z.string().max(72).optional() })
const List = z.strictObject({
  type: z.literal('list'),
  body: Body,
  action: z.strictObject({
    button: some(20),
    sections: z
      .array(z.strictObject({ title: z.string().max(24).optional(), rows: z.array(Row).min(1).max(10) }))
      .min(1)
      .max(10)
      .refine((list) => list.length === 1 || list.every(({ title }) => (title ?? '') !== ''), 'Sections need titles.')
      .refine((list) => list.flatMap(({ rows }) => rows).length <= 10, 'At most 10 rows in all sections.')
      .refine(
        (list) =>
          unique(
            list.flatMap(({ rows }) => rows),
            ({ id }) => id,
          ),
        'Row ids must differ.',
      ),
  }),
})
const Parameter = z.strictObject({
  type: z.literal('text'),
  parameter_name: z.string().max(64).optional(),
  text: some(1_024),
})
const BodyParameters = z.strictObject({ type: z.literal('body'), parameters: z.array(Parameter).max(60) })
const Filed = z.strictObject({ id: some(512) })
const FileParameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('image'), image: Filed }),
  z.strictObject({ type: z.literal('video'), video: Filed }),
  z.strictObject({ type: z.literal('document'), document: Filed.extend({ filename: z.string().max(240).optional() }) }),
])
const degrees = (max: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,20})?$/)
    .transform(Number)
    .pipe(z.number().min(-max).max(max))
const PlaceParameter = z.strictObject({
  type: z.literal('location'),
  location: z.strictObject({ latitude: degrees(90), longitude: degrees(180), name: some(1_000), address: some(1_000) }),
})
const ProductParameter = z.strictObject({
  type: z.literal('product'),
  product: z.strictObject({ product_retailer_id: some(100), catalog_id: z.string().regex(/^\d{1,64}$/) }),
})
const HeaderParameters = z.strictObject({
  type: z.literal('header'),
  parameters: z.array(z.union([Parameter, FileParameter, PlaceParameter, ProductParameter])).length(1),
})
/** The end of an address, a coupon, or the code of an authentication template. */
const ButtonParameter = z.strictObject({
  type: z.literal('button'),
  sub_type: z.enum(['url', 'copy_code']),
  index: z.string().regex(/^\d$/),
  parameters: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text'), text: some(2_000) }),
        z.strictObject({ type: z.literal('coupon_code'), coupon_code: some(15) }),
      ]),
    )
    .length(1),
})
const Template = z.strictObject({
  name: some(512),
  language: z.strictObject({ code: some(16) }),
  components: z
    .array(z.discriminatedUnion('type', [BodyParameters, HeaderParameters, ButtonParameter]))
    .max(12)
    .refine((list) => unique(list, (one) => `${one.type}/${'index' in one ? one.index : ''}`), 'Each stands once.')
    .optional(),
})

const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: some(32).optional(),
  recipient: some(150).optional(),
  context: z.strictObject({ message_id: some(256) }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
}
const kind = <Type extends string, Schema extends z.ZodType>(type: Type, schema: Schema) =>
  z.strictObject({ ...common, type: z.literal(type), [type]: schema } as typeof common & {
    type: z.ZodLiteral<Type>
  } & Record<Type, Schema>)

const Location = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().max(1_000).optional(),
  address: z.string().max(1_000).optional(),
})

const Cards = z
  .array(
    z.strictObject({
      // Meta refuses a name that has nothing beside the whole.
      name: z.strictObject({ formatted_name: some(512), first_name: some(512) }),
      phones: z.array(z.strictObject({ phone: some(64), type: z.string().max(32).optional() })).max(20),
    }),
  )
  .min(1)
  .max(257)

const MessageRequest = z.discriminatedUnion('type', [
  kind('text', Text),
  kind('image', z.strictObject({ ...File, ...Caption })),
  kind('video', z.strictObject({ ...File, ...Caption })),
  kind('audio', z.strictObject({ ...File, voice: z.boolean().optional() })),
  kind('document', z.strictObject({ ...File, ...Caption, filename: z.string().max(240).optional() })),
  kind('sticker', z.strictObject(File)),
  kind('location', Location),
  kind('contacts', Cards),
  kind('reaction', z.strictObject({ message_id: some(256), emoji: z.string().max(32) })),
  kind('interactive', z.discriminatedUnion('type', [Buttons, List])),
  kind('template', Template),
])
export type TemplateRequest = z.infer<typeof Template>

function fileGiven(given: z.infer<typeof FileParameter>) {
  switch (given.type) {
    case 'image':
      return { kind: given.type, ...given.image }
    case 'video':
      return { kind: given.type, ...given.video }
    case 'document':
      return { kind: given.type, ...given.document }
  }
}

type HeaderGiven = z.infer<typeof HeaderParameters>['parameters'][number]

/** What stands above the words of a template, and of which kind it is. */
function aboveGiven(given: HeaderGiven | undefined) {
  if (given === undefined || given.type === 'text') return { above: undefined }
  const above = given.type
  if (given.type === 'location') return { above, location: given.location }
  if (given.type !== 'product') return { above, file: fileGiven(given) }
  const { product_retailer_id: id, catalog_id: catalogId } = given.product
  return { above, product: { id, catalogId } }
}

/** What a template is given for its words, and for the buttons under them. */
export function givenTo({ components = [] }: TemplateRequest) {
  const buttons = components.flatMap((one) =>
    one.type !== 'button'
      ? []
      : one.parameters.map((given) => ({
          index: one.index,
          kind: one.sub_type,
          value: given.type === 'text' ? given.text : given.coupon_code,
        })),
  )
  const [inHeader] = components.flatMap((one) => (one.type === 'header' ? one.parameters : []))
  return {
    body: components.flatMap((one) => (one.type === 'body' ? one.parameters : [])),
    header: inHeader?.type === 'text' ? inHeader : undefined,
    ...aboveGiven(inHeader),
    buttons,
    code: buttons.find(({ kind }) => kind === 'url')?.value,
  }
}
export type MessageRequest = z.infer<typeof MessageRequest>

const ReadRequest = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: some(256),
  typing_indicator: z.strictObject({ type: z.literal('text') }).optional(),
})
export type ReadRequest = z.infer<typeof ReadRequest>

const within = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

/** Meta's code for what is wrong: 100 for a field it does not know, 131008 missing, 131009 of a wrong value. */
function refusalOf(body: unknown, { issues: [issue] }: z.ZodError): Refusal {
  if (issue === undefined) return new Refusal(100, 'Invalid.')
  const { path, message } = issue
  const name = path.join('.')
  if (issue.code === 'unrecognized_keys') return new Refusal(100, `Unexpected key "${issue.keys.join('", "')}".`)
  if (name === '' && issue.code === 'invalid_type') return new Refusal(100, 'The body is not an object.')
  if (name === 'messaging_product') return new Refusal(100, 'The parameter messaging_product is required.')
  if (path.reduce(within, body) === undefined) return new Refusal(131008, `The parameter ${name} is required.`)
  if (name === 'type') return new Refusal(131051, 'This message type is not supported.')
  return new Refusal(131009, `Parameter ${name}: ${message}`)
}

/** @throws Refusal */
export function messageRequest(body: unknown): MessageRequest | ReadRequest {
  const isRead = typeof body === 'object' && body !== null && 'status' in body
  const read = isRead ? ReadRequest.safeParse(body) : MessageRequest.safeParse(body)
  if (!read.success) throw refusalOf(body, read.error)
  const request = read.data
  if ('type' in request && request.to === undefined && request.recipient === undefined)
    throw new Refusal(131008, 'The parameter to is required.')
  return request
}

type Sent = Exclude<MessageRequest, { type: 'reaction' }>

/** What the phone shows of it. Files are looked up by the caller. */
export function contentOf(request: Sent, fileOf: (mediaId: string) => Uploaded): Content {
  if (request.type === 'text') return { kind: 'text', text: request.text.body }
  if (request.type === 'location') return { kind: 'location', ...request.location }
  if (request.type === 'contacts') return { kind: 'contacts', contacts: request.contacts.map(cardIn) }
  if (request.type === 'interactive') return offered(request.interactive)
  if (request.type !== 'template') return mediaContent(request, fileOf)
  const { name, language } = request.template
  const { body, code = '', file, location, product } = givenTo(request.template)
  const copyCode = code.length >= 1 && code.length <= 15 ? { copyCode: code } : {}
  const shown = {
    ...(file && { file: fileContent(file.kind, file, fileOf(file.id)) }),
    ...(location && { location }),
    ...(product && { product }),
  }
  const parameters = body.map(({ text }) => text)
  return { kind: 'template', name, language: language.code, parameters, ...copyCode, ...shown }
}

const cardIn = ({ name, phones }: z.infer<typeof Cards>[number]) => ({
  name: name.formatted_name,
  phones: phones.map(({ phone }) => phone),
})

function offered(interactive: Extract<Sent, { type: 'interactive' }>['interactive']): Content {
  const { text } = interactive.body
  if (interactive.type === 'button')
    return { kind: 'buttons', text, buttons: interactive.action.buttons.map(({ reply }) => reply) }
  const { button, sections } = interactive.action
  return { kind: 'list', text: text.slice(0, 1_024), button, rows: sections.flatMap(({ rows }) => rows) }
}

type Media = Extract<Sent, { type: 'image' | 'video' | 'audio' | 'document' | 'sticker' }>

function mediaContent(request: Media, fileOf: (mediaId: string) => Uploaded): Content {
  switch (request.type) {
    case 'image':
      return fileContent('image', request.image, fileOf(request.image.id))
    case 'video':
      return fileContent('video', request.video, fileOf(request.video.id))
    case 'audio':
      return fileContent(request.audio.voice === true ? 'voice' : 'audio', request.audio, fileOf(request.audio.id))
    case 'document':
      return fileContent('document', request.document, fileOf(request.document.id))
    case 'sticker':
      return fileContent('sticker', request.sticker, fileOf(request.sticker.id))
  }
}

interface Described {
  id: string
  caption?: string | undefined
  filename?: string | undefined
}
interface Uploaded {
  mime: string
  size: number
}

function fileContent(
  kind: Extract<Content, { mime: string }>['kind'],
  { id, caption, filename }: Described,
  { mime, size }: Uploaded,
): Extract<Content, { mime: string }> {
  const named = { ...(caption !== undefined && { caption }), ...(filename !== undefined && { fileName: filename }) }
  return { kind, mime, mediaId: id, sizeBytes: size, ...named }
}
