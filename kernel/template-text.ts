import type { Content } from './content.ts'
import type { TemplateButton, TemplateWords } from './template.ts'
import type { FileFormat } from './template-kinds.ts'

// The words of templates and the places in them: without schemas, so that the console can carry it.

const place = /\{\{\s*([^{}]*?)\s*\}\}/g

/** The names in `{{…}}`, each once: numbers in their order, others as they come. */
export function placesIn(text: string): string[] {
  const names = [...new Set([...text.matchAll(place)].map(([, name = '']) => name))]
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((one, other) => Number(one) - Number(other)) : names
}

/** Everything of it that must be filled, in the order in which the provider takes it. */
export function slotsOf({ header, body, buttons }: Pick<TemplateWords, 'header' | 'body' | 'buttons'>): string[] {
  const inHeader = header?.format === 'text' ? placesIn(header.text) : []
  const onButtons = buttons.flatMap((button, index) => (takesValue(button) ? [`button:${String(index)}`] : []))
  return [...inHeader.map((name) => `header:${name}`), ...placesIn(body).map((name) => `body:${name}`), ...onButtons]
}

/** Of which kind the file above its words is; undefined where there is none. */
export const fileFormatOf = ({ header }: Pick<TemplateWords, 'header'>): FileFormat | undefined =>
  header && 'handle' in header ? header.format : undefined

/** What stands above its words that is no text, and is another one for each message. */
export type Above = FileFormat | 'location' | 'product'
export const aboveOf = ({ header }: Pick<TemplateWords, 'header'>): Above | undefined =>
  header === null || header.format === 'text' ? undefined : header.format

/** What a message brings for it. */
export type Brings = Pick<TemplateContent, 'file' | 'location' | 'product'>
export const broughtBy = ({ file, location, product }: Brings): Above | undefined => {
  if (file) return file.kind as Above
  return (location && 'location') ?? (product && 'product')
}

const takesValue = (button: TemplateButton) =>
  button.type === 'copy_code' || (button.type === 'url' && placesIn(button.url).length > 0)

/** Whether its places have names, instead of numbers. */
export const isNamed = (words: Pick<TemplateWords, 'header' | 'body' | 'buttons'>) =>
  slotsOf(words).some((slot) => !slot.startsWith('button:') && !/:\d+$/.test(slot))

export type TemplateContent = Extract<Content, { kind: 'template' }>
/** What somebody reads who gets it. */
export type Shown = NonNullable<TemplateContent['shown']>

const filledIn = (text: string, of: (name: string) => string | undefined) =>
  text.replace(place, (written: string, name: string) => of(name) ?? written)

const buttonWords: Readonly<Record<string, string>> = { copy_code: 'Copy code', otp: 'Copy code' }

/** How it reads with these values, by slot; a place without one stays as it is written. */
export function shownOf(words: TemplateWords, values: Readonly<Record<string, string>>): Shown {
  const { header, body, footer, buttons } = words
  const fill = (part: string) => (name: string) => values[`${part}:${name}`]
  return {
    ...(header?.format === 'text' && { header: filledIn(header.text, fill('header')) }),
    body: filledIn(body, fill('body')),
    ...(footer !== '' && { footer }),
    ...(buttons.length > 0 && {
      buttons: buttons.map((one) => ('text' in one && one.text) || (buttonWords[one.type] ?? one.type)),
    }),
  }
}

/** The values of a message by slot, and how many it has for the body. */
export function valuesOf(words: TemplateWords, content: TemplateContent): Record<string, string> {
  const { parameters, header, buttons = [] } = content
  const slots = slotsOf(words)
  const inBody = slots.filter((slot) => slot.startsWith('body:'))
  const inHeader = slots.find((slot) => slot.startsWith('header:'))
  return {
    ...Object.fromEntries(parameters.map((value, index) => [inBody[index] ?? `body:${String(index + 1)}`, value])),
    ...(inHeader !== undefined && header !== undefined && { [inHeader]: header }),
    ...Object.fromEntries(buttons.map(({ index, value }) => [`button:${String(index)}`, value])),
  }
}

/** The message that says it with these values, by slot. */
export function messageOf(
  { name, language, words }: { name: string; language: string; words: TemplateWords },
  values: Readonly<Record<string, string>>,
  brings: Brings = {},
): TemplateContent {
  const slots = slotsOf(words)
  const inHeader = slots.find((slot) => slot.startsWith('header:'))
  const header = inHeader === undefined ? undefined : values[inHeader]
  const of = (part: string) => slots.filter((slot) => slot.startsWith(`${part}:`))
  const buttons = of('button').map((slot) => ({ index: Number(slot.slice(7)), value: values[slot] ?? '' }))
  return {
    kind: 'template',
    name,
    language,
    parameters: of('body').map((slot) => values[slot] ?? ''),
    ...(header !== undefined && { header }),
    ...brings,
    ...(buttons.length > 0 && { buttons }),
  }
}
