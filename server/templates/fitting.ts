import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { conflict } from '../../kernel/problem.ts'
import { unfit } from '../../kernel/template-known.ts'
import type { TemplateWords } from '../../kernel/template.ts'
import { type Shown, shownOf, slotsOf } from '../../kernel/template-text.ts'
import { filled, type Values } from '../../kernel/variables.ts'
import type { Template } from './templates.ts'

/** A place of a template and what would stand there; empty where a person must say it. */
export interface Filled {
  slot: string
  value: string
}

/** By which WhatsApp channel this person is written to: the one that is asked for, else the usual one, else any. */
export async function whatsAppWay(workspace: Workspace, conversationId: string, channelId: string | undefined) {
  const { items } = await workspace.at(conversation, conversationId).ways()
  const ways = items.filter(({ kind, channelId: id }) => kind === 'whatsapp' && (channelId ?? id) === id)
  const way = ways.find(({ isUsual }) => isUsual) ?? ways[0]
  if (!way) throw conflict('address_missing', 'This person is not reached by WhatsApp.')
  return way
}

/** What the template says to this person; what nothing is known for is left as it is written, and empty in the places. */
export function filledFor(words: TemplateWords, values: Values): { places: Filled[]; shown: Shown } {
  const places = slotsOf(words).map((slot) => {
    const { fill = '' } = words.places.find((one) => one.slot === slot) ?? {}
    const { text, missing } = filled(fill, values)
    // WhatsApp takes a value of one line without wide gaps.
    return { slot, value: missing.length > 0 ? '' : text.replaceAll(/\s+/g, ' ').trim() }
  })
  return { places, shown: shownOf(words, valuesIn(places)) }
}

/** Those that say something. */
export const valuesIn = (places: readonly Filled[]) =>
  Object.fromEntries(places.flatMap(({ slot, value }) => (value === '' ? [] : [[slot, value]])))

const languageOf = (tag: string) => tag.toLowerCase().split(/[-_]/)[0]

/** The better, the smaller: exactly their language, one like it, that of the business; then the others. */
function distance(language: string, locales: readonly (string | null)[]): number {
  const ranks = locales.flatMap((locale, index) => {
    if (locale === null) return []
    const isExact = locale.replace('-', '_').toLowerCase() === language.toLowerCase()
    if (isExact) return [index * 2]
    return languageOf(locale) === languageOf(language) ? [index * 2 + 1] : []
  })
  return Math.min(locales.length * 2, ...ranks)
}

/** Those that can be sent now, the most fitting first. */
export function fitting(all: readonly Template[], locales: readonly (string | null)[]): Template[] {
  const can = all.filter((one) => one.status === 'approved' && one.category !== 'authentication' && !unfit(one))
  const rank = (one: Template) => distance(one.language, locales) * 2 + (one.category === 'utility' ? 0 : 1)
  return can.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name))
}
