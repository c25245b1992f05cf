import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Content } from '../../../kernel/content.ts'
import { flawsOf } from '../../../kernel/template-rules.ts'
import { templateCategories } from '../../../kernel/template-kinds.ts'
import { aboveOf, isNamed, placesIn, shownOf, slotsOf } from '../../../kernel/template-text.ts'
import type { TemplateCategory, TemplateWords } from '../../../kernel/template.ts'
import { wordsOf } from '../template-shape.ts'
import * as envelope from './envelope.ts'
import type { Answer, Asked } from './http.ts'
import type { Ledger, TemplateRow } from './ledger.ts'
import type { Line } from './line.ts'
import { Refusal } from './meta-errors.ts'
import { givenTo, type TemplateRequest } from './request.ts'
import type { SimulatedChannel, SimulatedTemplate } from './settings.ts'
import { Uploads } from './uploads.ts'

export interface TemplateParts {
  ledger: Ledger
  line: Line
  /** How long Meta looks at one, ms. */
  reviewMs: number
  /** One rejection that was asked for is used up. */
  rejected(channel: SimulatedChannel): void
}

/** What may become of one, as Meta's webhook names it. */
export const templateEvents = ['APPROVED', 'REJECTED', 'PAUSED', 'DISABLED', 'FLAGGED', 'REINSTATED'] as const
export type TemplateEvent = (typeof templateEvents)[number]

const some = (max: number) => z.string().min(1).max(max)
const Component = z.looseObject({
  type: z.enum(['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'header', 'body', 'footer', 'buttons']),
})
const components = z.array(Component).min(1).max(10)
const Category = z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION'])
const NewTemplate = z.strictObject({
  name: some(512),
  language: some(16),
  category: Category,
  parameter_format: z.enum(['NAMED', 'POSITIONAL']).optional(),
  message_send_ttl_seconds: z.int().min(30).max(2_592_000).optional(),
  components,
})
const Edit = z.strictObject({ category: Category.optional(), components })

const pageMax = 100
const ok = (body: unknown): Answer => ({ kind: 'json', status: 200, body })

const subcodes: readonly [about: RegExp, subcode: number, title: string][] = [
  [/first or last/, 2_388_299, 'Variables can’t be at the start or end of the template'],
  [/too few words/, 2_388_293, 'This template has too many variables for its length'],
  [/buttons/, 2_388_073, 'Invalid button'],
  [/header/, 2_388_047, 'Invalid header'],
]

/** The quick answers under a template, if this is one that has them. */
export function buttonsOf(ledger: Ledger, { businessId }: SimulatedChannel, content: Content): string[] | undefined {
  if (content.kind !== 'template') return undefined
  const known = ledger.templateOf(businessId, content.name, content.language)
  const buttons = known ? wordsOf(known.components).words.buttons : []
  const quick = buttons.flatMap((one) => (one.type === 'quick_reply' ? [one.text] : []))
  return quick.length > 0 ? quick : undefined
}

/** The templates of simulated business accounts, reviewed as Meta does it: by webhook, a moment later. */
export class TemplateBook {
  readonly uploads = new Uploads()
  readonly #parts: TemplateParts

  constructor(parts: TemplateParts) {
    this.#parts = parts
  }

  /** Those that Meta has approved before. What became of one since stays. */
  seed({ businessId, templates = [] }: SimulatedChannel): void {
    const { ledger, line } = this.#parts
    for (const template of templates) {
      if (ledger.templateOf(businessId, template.name, template.language)) continue
      const { name, language, category = 'utility' } = template
      const row = { businessId, name, language, category: category.toUpperCase(), components: componentsOf(template) }
      const id = idOf(businessId, name, language)
      ledger.saveTemplate({ ...row, id, ttlSeconds: null, ...reviewed('APPROVED', line.clock.now()) })
    }
  }

  /** `{account}/message_templates`, and one by its id. */
  async answer(channel: SimulatedChannel, id: string | undefined, asked: Asked): Promise<Answer> {
    if (id !== undefined) return asked.method === 'POST' ? this.#edit(channel, id, asked) : this.#one(id)
    if (asked.method === 'GET') return this.#list(channel, asked.query)
    if (asked.method === 'POST') return this.#create(channel, asked)
    if (asked.method === 'DELETE') return this.#remove(channel, asked.query)
    throw new Refusal(100, `Unsupported ${asked.method ?? ''} request.`, 33)
  }

  /** How a message with it reads. @throws Refusal */
  rendered(channel: SimulatedChannel, request: TemplateRequest, mimeOf: MimeOf): string {
    const { name, language } = request
    const known = this.#parts.ledger.templateOf(channel.businessId, name, language.code)
    const status = known && statusNow(known, this.#parts.line.clock.now())
    if (status === 'PAUSED') throw new Refusal(132_015, `Template ${name} is paused.`)
    if (status === 'DISABLED') throw new Refusal(132_016, `Template ${name} is disabled.`)
    if (known === undefined || status !== 'APPROVED')
      throw new Refusal(132_001, `template name (${name}) does not exist in ${language.code}`)
    return filledBy(known, request, mimeOf)
  }

  /** What Meta decides by itself about one, told by webhook. */
  decide(channel: SimulatedChannel, name: string, language: string, event: TemplateEvent): void {
    const { ledger, line } = this.#parts
    const known = ledger.templateOf(channel.businessId, name, language)
    if (known === undefined) throw new Refusal(132_001, `template name (${name}) does not exist in ${language}`)
    const now = line.clock.now()
    const status = event === 'REINSTATED' || event === 'FLAGGED' ? 'APPROVED' : event
    line.change(() => {
      const row = { ...known, ...reviewed(status, now) }
      ledger.saveTemplate(row)
      line.tell(channel, envelope.templateStatus(channel, row, event, now), now)
    })
  }

  #list({ businessId }: SimulatedChannel, query: URLSearchParams): Answer {
    const { ledger, line } = this.#parts
    const limit = Math.min(pageMax, Number(query.get('limit') ?? 25))
    const name = query.get('name')
    const from = Number(query.get('after') ?? 0)
    const all = ledger.templates(businessId).filter((one) => name === null || one.name.includes(name))
    const data = all.slice(from, from + limit).map((row) => shapeOf(row, line.clock.now()))
    const next = from + limit
    const isMore = all.length > next
    const cursors = { before: String(from), after: String(next) }
    return ok({ data, paging: { cursors, ...(isMore && { next: `${String(next)}` }) } })
  }

  #one(id: string): Answer {
    const row = this.#parts.ledger.template(id)
    if (row === undefined) throw new Refusal(100, `Object with ID '${id}' does not exist.`, 33)
    return ok(shapeOf(row, this.#parts.line.clock.now()))
  }

  async #create(channel: SimulatedChannel, asked: Asked): Promise<Answer> {
    const read = NewTemplate.safeParse(await asked.json())
    if (!read.success) throw invalid(read.error)
    const { name, language, category, components, parameter_format, message_send_ttl_seconds } = read.data
    const { ledger } = this.#parts
    if (ledger.templateOf(channel.businessId, name, language) !== undefined)
      throw new Refusal(100, 'Invalid parameter', 2_388_024, {
        title: 'Content in this language already exists',
        message: `There is already ${language} content for this template. You can create a new template and try again.`,
      })
    this.#checked(channel, { name, language, category, components, parameter_format })
    const id = idOf(channel.businessId, name, language, String(ledger.next('template')))
    const row = { id, businessId: channel.businessId, name, language, category, components: kept(components, category) }
    this.#review(channel, { ...row, ttlSeconds: message_send_ttl_seconds ?? null })
    return ok({ id, status: 'PENDING', category })
  }

  async #edit(channel: SimulatedChannel, id: string, asked: Asked): Promise<Answer> {
    const read = Edit.safeParse(await asked.json())
    if (!read.success) throw invalid(read.error)
    const { ledger, line } = this.#parts
    const known = ledger.template(id)
    if (known?.businessId !== channel.businessId) throw new Refusal(100, `Object with ID '${id}' does not exist.`, 33)
    if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(statusNow(known, line.clock.now())))
      throw new Refusal(100, 'Only an approved, rejected or paused template can be edited.')
    const { components, category = known.category } = read.data
    this.#checked(channel, { ...known, components, category, parameter_format: undefined })
    this.#review(channel, { ...known, components: kept(components, category), category })
    return ok({ success: true })
  }

  #remove({ businessId }: SimulatedChannel, query: URLSearchParams): Answer {
    const { ledger } = this.#parts
    const [name, id] = [query.get('name'), query.get('hsm_id')]
    if (name === null) throw new Refusal(100, 'The parameter name is required.')
    const meant = ledger.templates(businessId).filter((one) => one.name === name && (id === null || one.id === id))
    if (meant.length === 0)
      throw new Refusal(100, 'Invalid parameter', 2_593_002, {
        title: 'Message template not found',
        message: 'The message template could not be found.',
      })
    for (const one of meant) ledger.removeTemplate(one.id)
    return ok({ success: true })
  }

  #checked(channel: SimulatedChannel, said: Checked): void {
    const { header } = checked(said)
    if (header && 'handle' in header && !this.uploads.isHandle(channel, header.handle, header.format))
      throw new Refusal(100, 'Invalid parameter', 2_388_273, {
        title: 'Invalid header_handle',
        message: 'The media handle is unknown, has expired, or is of another type.',
      })
  }

  /** Meta says so by webhook when it has looked at it. */
  #review(channel: SimulatedChannel, row: Omit<TemplateRow, 'status' | 'reason' | 'next' | 'at'>): void {
    const { ledger, line, reviewMs, rejected } = this.#parts
    const now = line.clock.now()
    const { rejectTemplates } = ledger.faults(channel.phoneNumberId)
    const verdict = rejectTemplates === null ? ('APPROVED' as const) : ('REJECTED' as const)
    const reason = rejectTemplates?.reason ?? 'NONE'
    const next = { status: verdict, reason, at: now + reviewMs }
    line.change(() => {
      const kept: TemplateRow = { ...row, status: 'PENDING', reason: 'NONE', at: now, next }
      ledger.saveTemplate(kept)
      line.tell(channel, envelope.templateStatus(channel, { ...kept, reason }, verdict, next.at), next.at)
      if (rejectTemplates !== null) rejected(channel)
    })
  }
}

/**
 * As Meta keeps it: a file is an address of its own from then on, and of one-time codes it has the words ready, in
 * every language (here: in English).
 */
function kept(components: readonly Record<string, unknown>[], category: string): Record<string, unknown>[] {
  return components.map((one) => {
    const type = String(one['type']).toUpperCase()
    if (type === 'HEADER' && one['example'] && one['format'] !== 'TEXT') {
      const handle = createHash('sha256').update(JSON.stringify(one['example'])).digest('hex').slice(0, 32)
      return { ...one, example: { header_handle: [`https://scontent.whatsapp.net/v/t61/${handle}`] } }
    }
    if (category !== 'AUTHENTICATION') return one
    const warning = one['add_security_recommendation'] === true ? ' For your security, do not share this code.' : ''
    if (type === 'BODY') return { ...one, text: `*{{1}}* is your verification code.${warning}` }
    if (type !== 'FOOTER') return one
    return { ...one, text: `This code expires in ${String(one['code_expiration_minutes'])} minutes.` }
  })
}

const reviewed = (status: TemplateRow['status'], at: number) => ({ status, reason: 'NONE', at, next: null })

const statusNow = ({ status, next }: TemplateRow, now: number) =>
  next !== null && next.at <= now ? next.status : status

const idOf = (...origin: string[]) =>
  String(BigInt(`0x${createHash('sha256').update(JSON.stringify(origin)).digest('hex').slice(0, 13)}`))

function shapeOf(row: TemplateRow, now: number) {
  const { id, name, language, category, components, ttlSeconds } = row
  const status = statusNow(row, now)
  const rejected_reason = status === 'REJECTED' ? (row.next?.reason ?? row.reason) : 'NONE'
  const parameter_format = isNamed(wordsOf(components).words) ? 'NAMED' : 'POSITIONAL'
  const about = { id, name, language, category, status, rejected_reason, parameter_format, components }
  const ttl = ttlSeconds === null ? {} : { message_send_ttl_seconds: ttlSeconds }
  return { ...about, ...ttl, quality_score: { score: status === 'APPROVED' ? 'GREEN' : 'UNKNOWN' } }
}

function invalid({ issues: [issue] }: z.ZodError): Refusal {
  const path = issue?.path.join('.') ?? ''
  return new Refusal(100, `Param ${path}: ${issue?.message ?? 'is invalid'}`)
}

interface Checked {
  name: string
  language: string
  category: string
  components: unknown[]
  parameter_format: 'NAMED' | 'POSITIONAL' | undefined
}

function checked({ name, language, category, components, parameter_format }: Checked): TemplateWords {
  const { words, isForeign } = wordsOf(components)
  if (isForeign) throw new Refusal(100, 'A component is of no type that templates have.')
  const hasPlaces = slotsOf(words).some((slot) => !slot.startsWith('button:'))
  if (parameter_format !== undefined && hasPlaces && (parameter_format === 'NAMED') !== isNamed(words))
    throw new Refusal(100, 'The parameters are not of the format that parameter_format says.')
  const [flaw] = flawsOf({ name, language, category: categoryOf(category), words })
  if (flaw === undefined) return words
  const text = `${flaw.path} ${flaw.message}`
  const [, subcode, title] = subcodes.find(([about]) => about.test(text)) ?? [/./, 2_388_039, 'Invalid template']
  throw new Refusal(100, 'Invalid parameter', subcode, { title, message: flaw.message })
}

const categoryOf = (category: string): TemplateCategory =>
  templateCategories.find((one) => one === category.toLowerCase()) ?? 'utility'

function componentsOf({
  body,
  buttons = [],
  samples = [],
  category,
  header,
  footer,
}: SimulatedTemplate): Record<string, unknown>[] {
  const names = placesIn(body)
  const example =
    names.length > 0 && category !== 'authentication'
      ? { example: { body_text: [names.map((name, index) => samples[index] ?? name)] } }
      : {}
  const otp = { type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy code' }
  const all = category === 'authentication' ? [otp] : buttons.map((text) => ({ type: 'QUICK_REPLY', text }))
  return [
    ...(header === undefined ? [] : [{ type: 'HEADER', format: 'TEXT', text: header }]),
    { type: 'BODY', text: body, ...example },
    ...(footer === undefined ? [] : [{ type: 'FOOTER', text: footer }]),
    ...(all.length > 0 ? [{ type: 'BUTTONS', buttons: all }] : []),
  ]
}

function filledBy({ name, category, components }: TemplateRow, request: TemplateRequest, mimeOf: MimeOf): string {
  const { words } = wordsOf(components)
  const { body: given, header, code, buttons, file, above } = givenTo(request)
  checkedAbove(words, { file, above }, mimeOf)
  const wanted = placesIn(words.body)
  if (given.length !== wanted.length)
    throw new Refusal(
      132_000,
      `body: number of localizable_params (${given.length}) does not match the expected number of params (${wanted.length})`,
    )
  const isCode = category === 'AUTHENTICATION'
  if (isCode && (code === undefined || code !== given[0]?.text))
    throw new Refusal(131_008, 'buttons: the code is required as the parameter of the button, too')
  if (!isCode) checkedButtons(name, words, buttons)
  const values = { ...headerValue(words, header), ...bodyValues(words, given) }
  const shown = shownOf(words, values)
  return [shown.header, shown.body, shown.footer].filter((one) => one !== undefined).join('\n\n')
}

type Given = ReturnType<typeof givenTo>
/** Of a file that was uploaded to be sent. @throws Refusal */
type MimeOf = (mediaId: string) => { mime: string }

interface AboveGiven {
  file?: Given['file'] | undefined
  above: Given['above']
}

/** As Meta says it: 132012, "Format mismatch, expected IMAGE, received DOCUMENT". */
function checkedAbove(words: TemplateWords, { file, above }: AboveGiven, mimeOf: MimeOf): void {
  const format = aboveOf(words)
  const [expected, received] = [format?.toUpperCase() ?? 'no file', above?.toUpperCase() ?? 'UNKNOWN']
  const wrong = `header: Format mismatch, expected ${expected}, received ${received}`
  if (above !== format) throw new Refusal(132_012, wrong)
  if (file === undefined) return
  const { mime } = mimeOf(file.id)
  const family = file.kind === 'document' ? !/^(image|video|audio)\//.test(mime) : mime.startsWith(`${file.kind}/`)
  if (!family) throw new Refusal(132_012, wrong)
}

function checkedButtons(name: string, words: TemplateWords, buttons: Given['buttons']): void {
  const wanted = slotsOf(words).filter((slot) => slot.startsWith('button:'))
  const isOf = (index: string, kind: string) => {
    const { type } = words.buttons[Number(index)] ?? {}
    return (type === 'url' && kind === 'url') || (type === 'copy_code' && kind === 'copy_code')
  }
  const spare = buttons.find(({ index, kind }) => !wanted.includes(`button:${index}`) || !isOf(index, kind))
  if (spare !== undefined) throw new Refusal(132_012, `template ${name} has no button that takes a parameter`)
  const missing = wanted.find((slot) => !buttons.some(({ index }) => slot === `button:${index}`))
  if (missing !== undefined) throw new Refusal(131_008, `${missing}: a parameter is required`)
}

function headerValue(words: TemplateWords, header: Given['header']): Record<string, string> {
  const slot = slotsOf(words).find((one) => one.startsWith('header:'))
  if (slot === undefined && header !== undefined) throw new Refusal(132_000, 'header: it takes no parameter')
  if (slot === undefined) return {}
  if (header === undefined) throw new Refusal(132_000, 'header: number of localizable_params (0) does not match (1)')
  named(words, slot, header)
  return { [slot]: header.text }
}

function bodyValues(words: TemplateWords, given: Given['body']): Record<string, string> {
  const slots = placesIn(words.body).map((name) => `body:${name}`)
  return Object.fromEntries(
    slots.map((slot, index) => {
      const value = given[index] ?? { type: 'text' as const, text: '' }
      named(words, slot, value)
      return [slot, value.text]
    }),
  )
}

/** Meta wants each parameter's name where the places have names, and none elsewhere. */
function named(words: TemplateWords, slot: string, { parameter_name: said, text }: Given['body'][number]): void {
  const wanted = isNamed(words) ? slot.split(':')[1] : undefined
  if (said !== wanted) throw new Refusal(132_012, `Parameter name ${said ?? '(none)'} is not ${wanted ?? '(none)'}`)
  if (/[\n\t]| {5}/.test(text))
    throw new Refusal(132_012, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces')
}
