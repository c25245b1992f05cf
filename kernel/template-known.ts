import type { KnownChannel } from './channel-kind.ts'
import type { TemplateCategory, TemplateStatus, TemplateWords } from './template.ts'
import { bodyMax } from './template-kinds.ts'
import {
  type Above,
  aboveOf,
  broughtBy,
  isNamed,
  shownOf,
  slotsOf,
  type TemplateContent,
  valuesOf,
} from './template-text.ts'

/** A template as rules see it. A later version that nobody has approved yet is not among them. */
export interface KnownTemplate {
  /** The provider's account that it belongs to: every number of the account may send it. */
  accountId: string
  name: string
  language: string
  category: TemplateCategory
  status: TemplateStatus
  /** The provider's own reason, where it was rejected. */
  rejectReason: string | null
  /** The provider has parts in it that are unknown here. */
  isForeign: boolean
  words: TemplateWords
}

interface Known {
  readonly channels?: readonly KnownChannel[]
  readonly templates?: readonly KnownTemplate[]
}

/** What is known of the template that a message names; undefined where its provider was never asked for its templates. */
export function templateFor(
  { channels = [], templates }: Known,
  channelId: string,
  { name, language }: Pick<TemplateContent, 'name' | 'language'>,
): KnownTemplate | 'unknown' | undefined {
  const channel = channels.find(({ id }) => id === channelId)
  if (!templates || channel?.account === undefined) return undefined
  const found = templates.find(
    (one) => one.accountId === channel.account && one.name === name && one.language === language,
  )
  return found ?? (channel.knowsTemplates === true ? 'unknown' : undefined)
}

export interface Unsendable {
  code: (typeof templateCodes)[number]
  says: string
}

/** Every code of those. */
export const templateCodes = [
  'template_unknown',
  'template_not_approved',
  'template_rejected',
  'template_paused',
  'template_disabled',
  'template_unfit',
  'template_parameters_mismatch',
  'template_too_long',
] as const

const byStatus: Readonly<Record<Exclude<TemplateStatus, 'approved'>, Unsendable>> = {
  draft: { code: 'template_not_approved', says: 'it was not handed in to WhatsApp yet' },
  submitted: { code: 'template_not_approved', says: 'WhatsApp has not approved it yet' },
  rejected: { code: 'template_rejected', says: 'WhatsApp rejected it' },
  paused: { code: 'template_paused', says: 'WhatsApp has paused it, because people did not like to get it' },
  disabled: { code: 'template_disabled', says: 'WhatsApp has switched it off for good' },
  archived: { code: 'template_unknown', says: 'it is gone' },
}

/** Why a template of these words goes to nobody, whatever its values; undefined where it can go. */
export function unfit({ isForeign, words }: Pick<KnownTemplate, 'isForeign' | 'words'>): Unsendable | undefined {
  const { header, buttons } = words
  if (isForeign) return { code: 'template_unfit', says: 'it has parts that are unknown here' }
  const shows = header?.format === 'product'
  const asksMore = buttons.some(({ type }) => type === 'products' || (type === 'product' && !shows))
  if (!asksMore) return undefined
  return { code: 'template_unfit', says: 'it asks for a list of products, which is sent from the shop itself' }
}

/** Why a message with this template must not leave; undefined where it may. */
export function whyUnsendable(known: KnownTemplate | 'unknown', content: TemplateContent): Unsendable | undefined {
  if (known === 'unknown') return { code: 'template_unknown', says: 'WhatsApp has none of this name and language' }
  if (known.status !== 'approved') return byStatus[known.status]
  return unfit(known) ?? unlikeAbove(known.words, content) ?? misfilled(known.words, content)
}

const aboveWords: Readonly<Record<Above, string>> = {
  image: 'a picture',
  video: 'a film',
  document: 'a document',
  location: 'a place',
  product: 'a product',
}

/** Whether there is above its words what it asks for, and nothing else. */
function unlikeAbove(words: TemplateWords, content: TemplateContent): Unsendable | undefined {
  const wanted = aboveOf(words)
  const given = [content.file, content.location, content.product].filter((one) => one !== undefined).length
  if (broughtBy(content) === wanted && given <= 1) return undefined
  const says = wanted ? `it needs ${aboveWords[wanted]} above its words` : 'it has nothing above its words'
  return { code: 'template_parameters_mismatch', says }
}

function misfilled(words: TemplateWords, content: TemplateContent): Unsendable | undefined {
  const values = valuesOf(words, content)
  const wanted = slotsOf(words)
  const given = Object.keys(values)
  const lacking = wanted.find((slot) => (values[slot] ?? '').trim() === '')
  const spare = given.find((slot) => !wanted.includes(slot))
  const code = 'template_parameters_mismatch' as const
  if (lacking !== undefined) return { code, says: `nothing is said for ${lacking}` }
  if (spare !== undefined) return { code, says: `it has no place ${spare}` }
  // Meta refuses a value of several lines, or with more than four spaces in a row (132000, 132012).
  const crooked = wanted.find((slot) => /[\n\t]| {5}/.test(values[slot] ?? ''))
  if (crooked !== undefined) return { code, says: `what is said for ${crooked} has line breaks, tabs or wide gaps` }
  const { body, header } = shownOf(words, values)
  const isLong = body.length > bodyMax || (header ?? '').length > 60
  return isLong ? { code: 'template_too_long', says: 'it is too long with these values' } : undefined
}

/** The message with the words that the person reads, and the names of its places, for the provider. */
export function spelledOut(known: KnownTemplate, content: TemplateContent): TemplateContent {
  const { words } = known
  const { names: _, headerName: __, ...said } = content
  const whole = { ...said, shown: shownOf(words, valuesOf(words, content)), ...buttonsOf(words, content) }
  if (!isNamed(words)) return whole
  const namesOf = (part: string) =>
    slotsOf(words).flatMap((slot) => (slot.startsWith(`${part}:`) ? [slot.slice(part.length + 1)] : []))
  const [headerName] = namesOf('header')
  return { ...whole, names: namesOf('body'), ...(headerName !== undefined && { headerName }) }
}

function buttonsOf(words: TemplateWords, { buttons }: TemplateContent): Pick<TemplateContent, 'buttons'> {
  if (buttons === undefined) return {}
  return {
    buttons: buttons.map(({ index, value }) => ({
      index,
      value,
      ...(words.buttons[index]?.type === 'copy_code' && { copies: true }),
    })),
  }
}
