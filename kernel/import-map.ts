import { z } from 'zod'
import { type ChannelKind, channelKinds } from './channel-kind.ts'
import { type ConsentState, type Purpose, purposes } from './consent.ts'
import { type CustomField, customPrefix } from './filter-fields.ts'
import { isCalendarDate, isZone } from './local-time.ts'
import {
  Address,
  birthOf,
  birthdayOf,
  FieldKey,
  type FieldValue,
  Label,
  labelsMax,
  Stage,
  type stages,
} from './person.ts'
import { phoneOf } from './phone.ts'

// What the columns of a file mean, and what one row of it says of a person. Pure: a dry run and a run read the same.

const plainTargets = [
  'name',
  'firstName',
  'lastName',
  'phone',
  'whatsapp',
  'email',
  'stage',
  'source',
  'tags',
  'birthday',
  'timezone',
  'locale',
] as const
type Plain = (typeof plainTargets)[number]

/** `consent.email.marketing`: whether they agreed to it. What answers them needs no consent. */
const consentPrefix = 'consent.'
const askedFor = purposes.filter((purpose) => purpose !== 'conversational')
export const consentTargets = channelKinds.flatMap((channel) =>
  askedFor.map((purpose) => `${consentPrefix}${channel}.${purpose}` as const),
)

/** What a column can be: one of ours, a field that the business added, a consent, or nothing. */
export const Target = z.union([
  z.enum([...plainTargets, ...consentTargets]),
  z.string().regex(/^custom\.[a-z][a-z0-9_]{0,39}$/, 'custom. and the key of a field'),
  z.null(),
])
export type Target = z.infer<typeof Target>

export const columnsMax = 100
export const Mapping = z.array(Target).max(columnsMax)
export type Mapping = z.infer<typeof Mapping>

export const ImportOptions = z.object({
  /** Of who is known already: what the file names takes its place, fills what is empty, or nothing is changed. */
  known: z.enum(['update', 'fill', 'leave']).default('update'),
  /** Everybody of the file gets these. */
  tags: z.array(Label).max(20).default([]),
  /** And is put on this list. */
  segmentId: z.string().max(128).nullable().default(null),
  /** Where numbers without a country are from: ISO 3166. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two letters like DE')
    .nullable()
    .default(null),
  /** How `03/04/1990` is read. */
  dates: z.enum(['day_first', 'month_first']).default('day_first'),
})
export type ImportOptions = z.infer<typeof ImportOptions>

const synonyms: Record<Plain, string[]> = {
  name: ['name', 'full name', 'fullname', 'contact', 'client', 'patient', 'kunde', 'kontakt', 'vollstandiger name'],
  firstName: ['first name', 'firstname', 'given name', 'forename', 'vorname'],
  lastName: ['last name', 'lastname', 'surname', 'family name', 'nachname', 'familienname'],
  phone: [
    'phone',
    'phone number',
    'telephone',
    'tel',
    'mobile',
    'cell',
    'number',
    'telefon',
    'telefonnummer',
    'handy',
    'handynummer',
    'mobil',
    'mobilnummer',
    'rufnummer',
  ],
  whatsapp: ['whatsapp', 'whatsapp number', 'wa'],
  email: ['email', 'e mail', 'mail', 'email address', 'e mail adresse'],
  stage: ['stage', 'status', 'phase', 'lifecycle'],
  source: ['source', 'lead source', 'quelle', 'herkunft'],
  tags: ['tags', 'tag', 'labels', 'schlagworte', 'gruppen', 'groups'],
  birthday: ['birthday', 'birth date', 'birthdate', 'date of birth', 'dob', 'geburtstag', 'geburtsdatum'],
  timezone: ['timezone', 'time zone', 'zeitzone'],
  locale: ['language', 'locale', 'lang', 'sprache'],
}

const consentSynonyms: Partial<Record<(typeof consentTargets)[number], string[]>> = {
  'consent.email.marketing': ['newsletter', 'email marketing', 'email opt in', 'email consent', 'marketing opt in'],
  'consent.sms.marketing': ['sms marketing', 'sms opt in', 'sms consent'],
  'consent.whatsapp.marketing': ['whatsapp marketing', 'whatsapp opt in', 'whatsapp consent'],
}

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** What each column most likely is; each target once. */
export function suggested(columns: readonly string[], custom: readonly CustomField[]): Mapping {
  const taken = new Set<string>()
  return columns.map((column) => {
    const word = plain(column)
    const own = custom.find(({ key, name }) => plain(name) === word || key === word.replaceAll(' ', '_'))
    const ours = plainTargets.find((target) => synonyms[target].includes(word))
    const consent = consentTargets.find((one) => consentSynonyms[one]?.includes(word))
    const target = own ? customPrefix + own.key : (ours ?? consent ?? null)
    if (target === null || taken.has(target)) return null
    taken.add(target)
    return target
  })
}

/** What a row says of somebody. */
export interface Imported {
  change: {
    name?: string
    firstName?: string
    lastName?: string
    stage?: (typeof stages)[number]
    source?: string
    birthday?: string
    timezone?: string
    locale?: string
    custom?: Record<string, FieldValue>
  }
  addresses: Address[]
  tags: string[]
  consents: SaidOf[]
}
/** What the file says that they agreed to, or did not. */
export interface SaidOf {
  channel: ChannelKind
  purpose: Purpose
  state: ConsentState
  /** The column and what stands in it: a part of the proof. */
  words: string
}
export interface Refusal {
  code: string
  /** In words, with the column. */
  why: string
}

interface Reading {
  columns: readonly string[]
  mapping: Mapping
  options: Pick<ImportOptions, 'country' | 'dates' | 'tags'>
  custom: readonly CustomField[]
}

/** A value that a column cannot have; the whole row is refused, so that nobody is half imported. */
class Unreadable extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What the first column says that cannot be read; nothing where all can. */
function columnsInto(found: Imported, cells: readonly string[], reading: Reading): Refusal | undefined {
  for (const [index, target] of reading.mapping.entries()) {
    const cell = (cells[index] ?? '').trim()
    if (target === null || cell === '') continue
    const column = reading.columns[index] ?? ''
    try {
      put(found, target, cell, { ...reading, column })
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return { code: error.code, why: `${column}: ${error.message}` }
    }
  }
  return undefined
}

/** What one row says, or why it cannot be read. */
export function readRow(cells: readonly string[], reading: Reading): Imported | Refusal {
  const found: Imported = { change: {}, addresses: [], tags: [...reading.options.tags], consents: [] }
  const refusal = columnsInto(found, cells, reading)
  if (refusal) return refusal
  if (found.addresses.length === 0)
    return { code: 'no_address', why: 'Neither a number nor an address: nobody could be told from others.' }
  const name = [found.change.firstName, found.change.lastName].filter(Boolean).join(' ')
  if (found.change.name === undefined && name !== '') found.change.name = name
  found.tags = [...new Set(found.tags)].slice(0, labelsMax)
  return found
}

function put(found: Imported, target: string, cell: string, { options, custom, column }: Reading & { column: string }) {
  const { change } = found
  if (target.startsWith(consentPrefix)) return void found.consents.push(consentOf(target, column, cell))
  if (target.startsWith(customPrefix)) {
    const key = target.slice(customPrefix.length)
    change.custom = {
      ...change.custom,
      [key]: customOf(
        cell,
        custom.find((one) => one.key === key),
        options,
      ),
    }
    return
  }
  switch (target as Plain) {
    case 'phone':
    case 'whatsapp':
      return void found.addresses.push(numberOf(cell, target === 'whatsapp', options.country))
    case 'email':
      return void found.addresses.push(mailOf(cell))
    case 'tags':
      return void found.tags.push(...tagsOf(cell))
    default:
      change[target as 'name'] = plainOf(target as Plain, cell, options)
  }
}

const saidMax = 300

function consentOf(target: string, column: string, cell: string): SaidOf {
  const [, channel, purpose] = target.split('.') as [string, ChannelKind, Purpose]
  const state = yesOrNo(cell) ? 'granted' : 'revoked'
  return { channel, purpose, state, words: `${column}: ${cell}`.slice(0, saidMax) }
}

const longest: Partial<Record<Plain, number>> = { source: 60, timezone: 64, locale: 16 }

function plainOf(target: Plain, cell: string, { dates }: Reading['options']): string {
  if (target === 'birthday') return dayOf(cell, dates)
  if (target === 'stage') return checkedBy(Stage, cell.toLowerCase(), 'unknown_stage', 'no stage is called so.')
  if (target === 'timezone' && !isZone(cell)) throw new Unreadable('unknown_zone', 'no such time zone.')
  const max = longest[target] ?? 200
  if (cell.length > max) throw new Unreadable('too_long', `longer than ${String(max)} characters.`)
  return cell
}

function checkedBy(schema: z.ZodType<string>, value: string, code: string, message: string): string {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Unreadable(code, message)
  return parsed.data
}

function numberOf(cell: string, isWhatsApp: boolean, country: string | null): Address {
  const found = phoneOf(cell.replace(/^00/, '+'), country ?? undefined)
  if (!found) throw new Unreadable('invalid_phone', 'no such number.')
  return isWhatsApp ? { kind: 'wa_id', value: found.e164.slice(1) } : { kind: 'phone', value: found.e164 }
}

const Mail = z.email().max(254)

function mailOf(cell: string): Address {
  return { kind: 'email', value: checkedBy(Mail, cell.toLowerCase(), 'invalid_email', 'no address of mail.') }
}

function tagsOf(cell: string): string[] {
  const words = cell.split(/[,;|]/).map((tag) => tag.trim().toLowerCase())
  return words.filter((tag) => tag !== '').map((tag) => checkedBy(Label, tag, 'invalid_tag', `${tag} cannot be a tag.`))
}

const unknownYear = 9_999
const two = (text: string) => text.padStart(2, '0')

/** As people write days: `1990-05-15`, `15.5.1990`, `05/15/90`, and without a year where nobody knows it. */
function dayOf(cell: string, order: ImportOptions['dates']): string {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(T.*)?$/.exec(cell)
  const parts = /^(\d{1,2})[./-](\d{1,2})[./-]?(\d{4}|\d{2})?$/.exec(cell)
  let text = ''
  if (iso) text = `${iso[1] ?? ''}-${two(iso[2] ?? '')}-${two(iso[3] ?? '')}`
  else if (parts) {
    const isDayFirst = order === 'day_first' || cell.includes('.')
    const [first = '', second = '', year] = parts.slice(1)
    const [day, month] = isDayFirst ? [first, second] : [second, first]
    text = `${yearOf(year)}-${two(month)}-${two(day)}`
  }
  const birth = birthOf(text)
  if (!birth) throw new Unreadable('invalid_date', 'no day of the calendar.')
  return birthdayOf(birth)
}

function yearOf(year: string | undefined): string {
  if (year === undefined) return String(unknownYear)
  if (year.length === 4) return year
  return Number(year) > 30 ? `19${year}` : `20${year}`
}

function customOf(cell: string, field: CustomField | undefined, { dates }: Reading['options']): FieldValue {
  if (!field) throw new Unreadable('unknown_field', 'the business has no such field.')
  switch (field.type) {
    case 'number':
      return amountOf(cell)
    case 'yes_no':
      return yesOrNo(cell)
    case 'date':
      return calendarDay(cell, dates)
    case 'choice':
      return chosen(cell, field)
    case 'choices':
      return cell.split(/[,;|]/).map((one) => chosen(one.trim(), field))
    default:
      if (cell.length > 2_000) throw new Unreadable('too_long', 'longer than 2000 characters.')
      return cell
  }
}

function calendarDay(cell: string, dates: ImportOptions['dates']): string {
  const day = dayOf(cell, dates)
  if (!isCalendarDate(day)) throw new Unreadable('invalid_date', 'no day of the calendar.')
  return day
}

function amountOf(cell: string): number {
  const isComma = /^-?\d{1,3}(\.\d{3})*,\d+$|^-?\d+,\d+$/.test(cell)
  const text = isComma ? cell.replaceAll('.', '').replace(',', '.') : cell.replace(/(?<=\d),(?=\d{3})/g, '')
  const amount = Number(text)
  if (text === '' || !Number.isFinite(amount) || Math.abs(amount) > 1e15)
    throw new Unreadable('invalid_number', 'no number.')
  return amount
}

const yes = new Set(['yes', 'true', '1', 'y', 'x', 'ja', 'wahr', 'si', 'oui'])
const no = new Set(['no', 'false', '0', 'n', 'nein', 'falsch', 'non'])

function yesOrNo(cell: string): boolean {
  const word = cell.toLowerCase()
  if (!yes.has(word) && !no.has(word)) throw new Unreadable('invalid_yes_no', 'neither yes nor no.')
  return yes.has(word)
}

function chosen(cell: string, { options = [] }: CustomField): string {
  const found = options.find((one) => one.toLowerCase() === cell.toLowerCase())
  if (options.length > 0 && found === undefined) throw new Unreadable('not_a_choice', `one of ${options.join(', ')}.`)
  return found ?? cell
}

/** Whether a key can name a field; what a mapping names must. */
export const isFieldKey = (key: string) => FieldKey.safeParse(key).success
