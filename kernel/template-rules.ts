import type { TemplateButton, TemplateCategory, TemplateWords } from './template.ts'
import { bodyMax, sampleTypes } from './template-kinds.ts'
import { placesIn, slotsOf } from './template-text.ts'
import { unknownIn } from './variables.ts'

// What Meta would refuse, said before it is asked. Meta, "Template components", "Template guidelines"; the subcodes of
// its own refusals are with the rules that have one.

export interface Flaw {
  path: string
  message: string
}

export const templateName = /^[a-z0-9_]{1,512}$/

/** Meta, "Supported languages" of templates. */
export const templateLanguages: readonly string[] = (
  'af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en ' +
  'en_GB en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE ' +
  'fr_CA fr_CH fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml ' +
  'mr nb ps_AF fa pl pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA ' +
  'es_PE es_ES es_UY sw sv ta te th tr uk ur uz vi zu'
).split(' ')

interface Written {
  name: string
  language: string
  category: TemplateCategory
  words: TemplateWords
}

/** Everything that is wrong with it; nothing where Meta would look at it. */
export function flawsOf({ name, language, category, words }: Written): Flaw[] {
  const flaws = (all: readonly (Flaw | undefined | false)[]) => all.filter((one): one is Flaw => Boolean(one))
  return [
    ...flaws([
      !templateName.test(name) && { path: 'name', message: 'Small letters, digits and _ only.' },
      !templateLanguages.includes(language) && { path: 'language', message: 'WhatsApp has no templates in it.' },
    ]),
    ...(category === 'authentication' ? ofCode(words) : [...ofBody(words), ...ofHeader(words), ...ofFooter(words)]),
    ...(category === 'authentication' ? [] : [...ofButtons(words.buttons), ...ofPlaces(words)]),
  ]
}

const pathOf = (...parts: (string | number)[]) => ['words', ...parts].join('.')

/** Meta has the words of a one-time code ready, and takes none. */
function ofCode({ header, body, footer, buttons }: TemplateWords): Flaw[] {
  const isOtp = buttons.length === 1 && buttons[0]?.type === 'otp'
  return [
    ...(header === null ? [] : [{ path: pathOf('header'), message: 'A template of codes has no header.' }]),
    ...(body === ''
      ? []
      : [{ path: pathOf('body'), message: 'WhatsApp has the words of a code ready: leave it empty.' }]),
    ...(footer === '' ? [] : [{ path: pathOf('footer'), message: 'A template of codes has no footer of its own.' }]),
    ...(isOtp ? [] : [{ path: pathOf('buttons'), message: 'A template of codes has one button: that for the code.' }]),
  ]
}

function ofBody({ body }: TemplateWords): Flaw[] {
  const at = (message: string) => [{ path: pathOf('body'), message }]
  if (body.trim() === '') return at('Write what it says.')
  if (body.length > bodyMax) return at(`At most ${String(bodyMax)} characters.`)
  if (/\n{3}/.test(body)) return at('At most two line breaks in a row.')
  if (/\t| {5}/.test(body)) return at('No tabs, and at most four spaces in a row.')
  const flaw = ofNames(body) ?? aroundPlaces(body)
  return flaw === undefined ? [] : at(flaw)
}

/** 2388299: none at an end. 2388293: enough words around them. */
function aroundPlaces(body: string): string | undefined {
  const places = [...body.matchAll(/\{\{[^{}]*\}\}/g)]
  if (places.length === 0) return undefined
  const bare = body.trim()
  if (/^\{\{/.test(bare) || /\}\}$/.test(bare))
    return 'A place to fill must not be first or last: write words around it.'
  if (/\}\}\s*\{\{/.test(body)) return 'Two places must not stand side by side: write words between them.'
  const words = body.replaceAll(/\{\{[^{}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0
  return words >= places.length * 2 + 1 ? undefined : 'There are too few words for so many places.'
}

/** Numbers from 1 on without a gap, or names; never both. */
function ofNames(text: string): string | undefined {
  if (/\{\{|\}\}/.test(text.replaceAll(/\{\{[^{}]*\}\}/g, ''))) return 'A place begins with {{ and ends with }}.'
  const names = placesIn(text)
  const numbers = names.filter((name) => /^\d+$/.test(name))
  if (numbers.length > 0 && numbers.length < names.length) return 'Places have numbers or names, not both.'
  if (numbers.length > 0)
    return names.every((name, index) => name === String(index + 1)) ? undefined : 'Number the places 1, 2, 3 …'
  const isNamed = names.every((name) => /^[a-z][a-z0-9_]{0,63}$/.test(name))
  return isNamed ? undefined : 'A place is a number, or a name of small letters, digits and _.'
}

function ofHeader({ header, body, buttons }: TemplateWords): Flaw[] {
  const at = (message: string) => [{ path: pathOf('header'), message }]
  if (header === null) return []
  if ('handle' in header) return ofFile(header, at)
  if (header.format === 'product' && !buttons.some(({ type }) => type === 'product'))
    return at('A product above the words needs a button that shows it.')
  if (header.format !== 'text') return []
  if (header.text.trim() === '') return at('Write the header, or leave it out.')
  if (/[\n*_~`]|\p{Extended_Pictographic}/u.test(header.text))
    return at('No line breaks, emoji or marks (* _ ~ `) in a header.')
  const names = placesIn(header.text)
  if (names.length > 1) return at('A header has one place at most.')
  const flaw = ofNames(header.text) ?? mixed(names, placesIn(body))
  return flaw === undefined ? [] : at(flaw)
}

function ofFile(
  { format, handle, file }: Extract<TemplateWords['header'], { handle: string }>,
  at: (message: string) => Flaw[],
): Flaw[] {
  const types: readonly string[] = sampleTypes[format]
  if (file) return types.includes(file.mime) ? [] : at(`Reviewers take ${types.join(' or ')} here.`)
  if (handle === '') return at('Its reviewers need a file to look at.')
  // What Meta reads back is an address of its own, which it does not take.
  return /^https?:/.test(handle) ? at('Choose the file anew: WhatsApp keeps it for itself.') : []
}

function mixed(inHeader: string[], inBody: string[]): string | undefined {
  const isNumber = (name: string) => /^\d+$/.test(name)
  const all = [...inHeader, ...inBody]
  if (all.every(isNumber) || !all.some(isNumber)) return undefined
  return 'Places have numbers or names, as in the body.'
}

function ofFooter({ footer }: TemplateWords): Flaw[] {
  const isPlain = !/\{\{|\}\}|\n/.test(footer)
  return isPlain ? [] : [{ path: pathOf('footer'), message: 'A footer is one line without places.' }]
}

/** Of a kind so many at most. */
const most: Readonly<Partial<Record<TemplateButton['type'], number>>> = {
  url: 2,
  phone: 1,
  copy_code: 1,
  catalog: 1,
  product: 1,
  products: 1,
  voice_call: 1,
}

function ofButtons(buttons: readonly TemplateButton[]): Flaw[] {
  const isQuick = buttons.map(({ type }) => type === 'quick_reply')
  const turns = isQuick.filter((one, index) => index > 0 && one !== isQuick[index - 1]).length
  const group = turns > 1 ? [{ path: pathOf('buttons'), message: 'Keep the quick answers side by side.' }] : []
  return [...group, ...buttons.flatMap((button, index) => ofButton(button, index, buttons))]
}

function ofButton(button: TemplateButton, index: number, all: readonly TemplateButton[]): Flaw[] {
  const at = (name: string, message: string) => [{ path: pathOf('buttons', index, name), message }]
  const same = all.slice(0, index + 1).filter(({ type }) => type === button.type).length
  if (same > (most[button.type] ?? 10)) return at('type', `At most ${String(most[button.type])} of this kind.`)
  if (button.type === 'otp') return at('type', 'Only a template of codes has it.')
  if (button.type === 'copy_code') return []
  const { text } = button
  if (text.trim() === '') return at('text', 'Say what stands on it.')
  if (/\{\{|\n/.test(text)) return at('text', 'One line without places.')
  if (all.slice(0, index).some((other) => 'text' in other && other.text === text))
    return at('text', 'Each says something else.')
  if (button.type === 'phone')
    return /^\+?\d{5,19}$/.test(button.phone) ? [] : at('phone', 'A number with its country.')
  return button.type === 'url' ? ofAddress(button.url, index) : []
}

function ofAddress(url: string, index: number): Flaw[] {
  const at = (message: string) => [{ path: pathOf('buttons', index, 'url'), message }]
  const names = placesIn(url)
  if (!/^https?:\/\/[^\s/]+/.test(url) || !URL.canParse(url.replaceAll(/\{\{[^{}]*\}\}/g, 'x')))
    return at('An address like https://example.com/booking is meant.')
  if (names.length === 0) return []
  return names.length === 1 && /\{\{1\}\}$/.test(url) ? [] : at('One place, {{1}}, may stand at the very end.')
}

/** Reviewers want an example of each place. */
function ofPlaces(words: TemplateWords): Flaw[] {
  const missing = slotsOf(words).filter((slot) => {
    const sample = words.places.find((one) => one.slot === slot)?.sample ?? ''
    return sample.trim() === '' || /[\n\t]/.test(sample)
  })
  const lacking = missing.map((slot) => ({ path: pathOf('places', slot), message: 'Give an example of one line.' }))
  const unknown = words.places.flatMap(({ slot, fill }) =>
    unknownIn(fill).map((name) => ({ path: pathOf('places', slot), message: `There is no {{${name}}}.` })),
  )
  return [...lacking, ...unknown]
}
