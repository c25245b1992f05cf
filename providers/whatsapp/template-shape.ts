import { z } from 'zod'
import { TemplateWords } from '../../kernel/template.ts'
import type { TemplateButton, TemplateCategory } from '../../kernel/template.ts'
import { isNamed, placesIn } from '../../kernel/template-text.ts'

// Templates as Meta writes them ("Template components"), and as we do. What Meta has and we have no word for is told
// apart from the rest, so that nothing of it is lost by being handed in again.

type Bag = Record<string, unknown>
type Words = TemplateWords

const sampleOf = ({ places }: Words, slot: string) => places.find((one) => one.slot === slot)?.sample ?? ''

/** Meta's examples: a list by number, or one with the names. */
function examples(words: Words, part: 'header' | 'body', names: readonly string[]): Bag {
  if (names.length === 0) return {}
  const samples = names.map((name) => sampleOf(words, `${part}:${name}`))
  if (isNamed(words)) {
    const named = names.map((param_name, index) => ({ param_name, example: samples[index] ?? '' }))
    return { example: { [`${part}_text_named_params`]: named } }
  }
  return { example: { [`${part}_text`]: part === 'body' ? [samples] : samples } }
}

function headerOf(words: Words): Bag[] {
  const { header } = words
  if (header === null) return []
  const format = header.format.toUpperCase()
  if (header.format === 'text')
    return [{ type: 'HEADER', format, text: header.text, ...examples(words, 'header', placesIn(header.text)) }]
  const example = 'handle' in header ? { example: { header_handle: [header.handle] } } : {}
  return [{ type: 'HEADER', format, ...example }]
}

const plainButtons = {
  quick_reply: 'QUICK_REPLY',
  catalog: 'CATALOG',
  product: 'SPM',
  products: 'MPM',
  voice_call: 'VOICE_CALL',
} as const

function buttonOf(words: Words, button: TemplateButton, index: number): Bag {
  const sample = sampleOf(words, `button:${String(index)}`)
  switch (button.type) {
    case 'url': {
      const isFilled = placesIn(button.url).length > 0
      // Meta wants the whole address as it would be.
      const whole = button.url.replace(/\{\{1\}\}$/, sample)
      return { type: 'URL', text: button.text, url: button.url, ...(isFilled && { example: [whole] }) }
    }
    case 'phone':
      return { type: 'PHONE_NUMBER', text: button.text, phone_number: button.phone }
    case 'copy_code':
      return { type: 'COPY_CODE', example: sample }
    case 'otp':
      return { type: 'OTP', otp_type: button.how.toUpperCase(), ...(button.text !== '' && { text: button.text }) }
    default:
      return { type: plainButtons[button.type], text: button.text }
  }
}

/** As Meta takes its components. */
export function componentsOf(words: Words, category: TemplateCategory): Bag[] {
  const { body, footer, buttons, warns, expiresMinutes } = words
  const isCode = category === 'authentication'
  const says = isCode
    ? { type: 'BODY', ...(warns && { add_security_recommendation: true }) }
    : { type: 'BODY', text: body, ...examples(words, 'body', placesIn(body)) }
  const expires = isCode && expiresMinutes !== null ? [{ type: 'FOOTER', code_expiration_minutes: expiresMinutes }] : []
  return [
    ...headerOf(words),
    says,
    ...(footer === '' ? expires : [{ type: 'FOOTER', text: footer }]),
    ...(buttons.length === 0
      ? []
      : [{ type: 'BUTTONS', buttons: buttons.map((button, index) => buttonOf(words, button, index)) }]),
  ]
}

const words = (max: number) => z.string().max(max).optional().catch(undefined)
const list = (max: number) => z.array(z.string().max(4_000)).max(max).catch([])
const Named = z
  .array(z.object({ param_name: z.string().max(64), example: z.string().max(2_000) }))
  .max(60)
  .catch([])
const Example = z
  .object({
    header_text: list(10),
    body_text: z.union([z.array(z.array(z.string().max(2_000)).max(60)), z.array(z.string().max(2_000))]).catch([]),
    header_handle: list(10),
    header_text_named_params: Named,
    body_text_named_params: Named,
  })
  .partial()
  .catch({})
const MetaButton = z.object({
  type: z.string().max(64),
  text: words(200),
  url: words(2_000),
  phone_number: words(32),
  otp_type: words(32),
  example: z
    .union([
      z
        .string()
        .max(4_000)
        .transform((one) => [one]),
      list(10),
    ])
    .optional()
    .catch(undefined),
})
const Component = z.object({
  type: z.string().max(64),
  format: words(32),
  text: words(4_096),
  example: Example.optional(),
  add_security_recommendation: z.boolean().optional().catch(undefined),
  code_expiration_minutes: z.int().optional().catch(undefined),
  buttons: z.array(MetaButton).max(20).optional().catch(undefined),
})
type Component = z.output<typeof Component>
type Place = Words['places'][number]

interface Read {
  words: Bag
  places: Place[]
  isForeign: boolean
}

const placesOf = (part: string, text: string, numbered: readonly string[], named: z.output<typeof Named>): Place[] =>
  placesIn(text).map((name, index) => ({
    slot: `${part}:${name}`,
    sample: (named.find(({ param_name }) => param_name === name)?.example ?? numbered[index] ?? '').slice(0, 2_000),
    fill: '',
  }))

function readHeader({ format = 'TEXT', text = '', example = {} }: Component): Read {
  const { header_text = [], header_handle = [], header_text_named_params = [] } = example
  if (format === 'TEXT') {
    const places = placesOf('header', text, header_text, header_text_named_params)
    return { words: { header: { format: 'text', text } }, places, isForeign: false }
  }
  const known = format.toLowerCase()
  const isFile = ['image', 'video', 'document'].includes(known)
  const isForeign = !isFile && !['location', 'product'].includes(known)
  const header = isForeign
    ? null
    : { format: known, ...(isFile && { handle: (header_handle[0] ?? '').slice(0, 4_000) }) }
  return { words: { header }, places: [], isForeign }
}

function readBody({ text = '', example = {}, add_security_recommendation }: Component): Read {
  const { body_text = [], body_text_named_params = [] } = example
  const numbered = body_text.flatMap((one, index) => (index === 0 || typeof one === 'string' ? one : []))
  const places = placesOf('body', text, numbered, body_text_named_params)
  return { words: { body: text, warns: add_security_recommendation === true }, places, isForeign: false }
}

function readButton(button: z.output<typeof MetaButton>, index: number): { one?: Bag; places: Place[] } {
  const { type, text = '', example = [] } = button
  const sample = (example[0] ?? '').slice(0, 2_000)
  const slot = `button:${String(index)}`
  switch (type) {
    case 'URL':
      return readAddress(button, slot, sample)
    case 'COPY_CODE':
      return { one: { type: 'copy_code' }, places: [{ slot, sample, fill: '' }] }
    case 'PHONE_NUMBER':
      return { one: { type: 'phone', text, phone: button.phone_number ?? '' }, places: [] }
    case 'OTP':
      return { one: { type: 'otp', how: (button.otp_type ?? '').toLowerCase(), text }, places: [] }
    default: {
      const known = Object.entries(plainButtons).find(([, name]) => name === type)
      return known ? { one: { type: known[0], text }, places: [] } : { places: [] }
    }
  }
}

/** Meta's example is the whole address: ours is what stands in the place. */
function readAddress({ text = '', url = '' }: z.output<typeof MetaButton>, slot: string, whole: string) {
  const [before = ''] = url.split('{{')
  const sample = whole.startsWith(before) ? whole.slice(before.length) : whole
  const places = placesIn(url).length > 0 ? [{ slot, sample, fill: '' }] : []
  return { one: { type: 'url', text, url }, places }
}

function readButtons({ buttons = [] }: Component): Read {
  const all = buttons.map(readButton)
  return {
    words: { buttons: all.flatMap(({ one }) => one ?? []) },
    places: all.flatMap(({ places }) => places),
    isForeign: all.some(({ one }) => one === undefined),
  }
}

function readComponent(component: Component): Read {
  switch (component.type.toUpperCase()) {
    case 'HEADER':
      return readHeader(component)
    case 'BODY':
      return readBody(component)
    case 'FOOTER': {
      const { text = '', code_expiration_minutes: minutes } = component
      return { words: { footer: text, expiresMinutes: minutes ?? null }, places: [], isForeign: false }
    }
    case 'BUTTONS':
      return readButtons(component)
    default:
      return { words: {}, places: [], isForeign: true }
  }
}

/** What Meta's components say; `isForeign` where something in them has no word here. Never a failure. */
export function wordsOf(components: unknown, ttlSeconds: unknown = null): { words: Words; isForeign: boolean } {
  const read = z.array(Component).max(20).safeParse(components)
  const parts = read.success ? read.data.map(readComponent) : []
  const whole = Object.assign({}, ...parts.map((part) => part.words)) as Bag
  const isAuth = (whole['buttons'] as { type: string }[] | undefined)?.some(({ type }) => type === 'otp') === true
  const ttl = typeof ttlSeconds === 'number' && ttlSeconds >= 30 && ttlSeconds <= 2_592_000 ? ttlSeconds : null
  const places = parts.flatMap((part) => part.places)
  const said = TemplateWords.safeParse({ ...whole, ...(isAuth && { header: null }), ttlSeconds: ttl, places })
  const isForeign = !read.success || !said.success || parts.some((part) => part.isForeign)
  return { words: said.success ? said.data : TemplateWords.parse({}), isForeign }
}
