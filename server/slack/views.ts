import { z } from 'zod'
import type { Message } from '../../actors/conversation/contract/message.ts'
import { actionIds, bold, escaped } from './words.ts'
import type { FormWords } from './form-words.ts'

/** What members do by a form. */
export type FormAct = 'reply' | 'note' | 'assign'
export const formActs: Readonly<Record<string, FormAct>> = {
  [actionIds.reply]: 'reply',
  [actionIds.note]: 'note',
  [actionIds.assign]: 'assign',
}

/** The fields, by the id of their block; errors stand there. */
export const fields = { text: 'text', mentions: 'mentions', member: 'member' } as const
export const mainField: Readonly<Record<FormAct, string>> = { reply: 'text', note: 'text', assign: 'member' }
export const nobody = 'nobody'
/** Slack's bounds. */
const textMax = 3_000
const labelMax = 75
const optionsMax = 100
const shownMax = 500
const mentionsMax = 20

/** What a form carries with it: Slack gives it back as it is, and shows it to nobody. */
const Carried = z.object({
  conversationId: z.string().regex(/^c_[\w.-]{1,126}$/),
  /** Ends in the time of its making: whoever sends it off twice gives one command. */
  key: z.string().regex(/^slf_[0-9a-f]{32}$/),
  /** The number of the last message when it was opened. */
  seen: z.int().nonnegative(),
})
export type Carried = z.infer<typeof Carried>

/** Undefined for what we did not put there. */
export function carriedIn(metadata: string): Carried | undefined {
  try {
    return Carried.safeParse(JSON.parse(metadata)).data
  } catch {
    return undefined // What is no JSON is none of ours.
  }
}

/** Who can be chosen. */
export interface Colleague {
  id: string
  name: string
}

export interface FormParts {
  act: FormAct
  carried: Carried
  words: FormWords
  /** Opens the conversation in the console. */
  link: string
  /** Who it is and what was said last; undefined where that is not told to Slack. */
  shown?: { name: string; messages: readonly Message[] } | undefined
  colleagues?: readonly Colleague[]
  /** What was typed before something came in between. */
  again?: { text: string }
}

/** As Slack takes it. */
export interface View {
  type: 'modal'
  [field: string]: unknown
}

const plain = (text: string) => ({ type: 'plain_text', text })
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const context = (text: string) => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] })

/** The form, as Slack takes it. */
export function formOf({ act, carried, words, ...parts }: FormParts): View {
  return {
    type: 'modal',
    callback_id: actionIds[act],
    private_metadata: JSON.stringify(carried),
    title: plain(words.titles[act]),
    submit: plain(words.submits[act]),
    close: plain(words.close),
    blocks: [...before(words, parts), ...asked(act, words, parts)],
  }
}

/** Says that something stands otherwise than they think, and asks nothing. */
export const noticeOf = (words: FormWords, link: string): View => ({
  type: 'modal',
  title: plain(words.alreadySentTitle),
  close: plain(words.close),
  blocks: [section(words.alreadySent), context(linked(words, link))],
})

const linked = (words: FormWords, link: string) => `<${link}|${escaped(words.open)}>`

function before(words: FormWords, { link, shown, again }: Omit<FormParts, 'act' | 'carried' | 'words'>) {
  const said = shown?.messages.map((message) => section(lineOf(message, words, shown.name))) ?? []
  return [
    ...(shown ? said : [context(`${words.readIt} ${linked(words, link)}`)]),
    ...(shown ? [context(linked(words, link))] : []),
    ...(again ? [section(bold(words.meanwhile))] : []),
  ]
}

function lineOf({ direction, content }: Message, words: FormWords, name: string): string {
  const who = direction === 'in' ? name : words.business
  const text = 'text' in content && typeof content.text === 'string' ? content.text : `(${words.file})`
  return `${bold(who)}: ${escaped(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)}`
}

function asked(act: FormAct, words: FormWords, { colleagues = [], again }: Partial<FormParts>) {
  if (act === 'assign') {
    const element = {
      ...{ type: 'static_select', action_id: 'chosen' },
      ...choices([{ id: nobody, name: words.nobody }, ...colleagues]),
    }
    return [{ type: 'input', block_id: fields.member, label: plain(words.labels.assign), element }]
  }
  const typed = {
    ...{ type: 'plain_text_input', action_id: 'typed', multiline: true, max_length: textMax },
    ...(again && { initial_value: again.text }),
  }
  const text = { type: 'input', block_id: fields.text, label: plain(words.labels[act]), element: typed }
  const hinted = { ...text, hint: plain(words.hints[act]) }
  if (act === 'reply' || colleagues.length === 0) return [hinted]
  const whom = {
    ...{ type: 'multi_static_select', action_id: 'chosen', max_selected_items: mentionsMax },
    ...choices(colleagues),
  }
  const label = plain(words.labels.mentions)
  return [hinted, { type: 'input', block_id: fields.mentions, optional: true, label, element: whom }]
}

/** Slack takes a hundred in a list, and a hundred lists in one. */
function choices(people: readonly Colleague[]) {
  const options = people.map(({ id, name }) => ({ text: plain(name.slice(0, labelMax) || id), value: id }))
  if (options.length <= optionsMax) return { options }
  const parts = Array.from({ length: Math.ceil(options.length / optionsMax) }, (_, n) =>
    options.slice(n * optionsMax, (n + 1) * optionsMax),
  )
  return { option_groups: parts.map((part) => ({ label: plain(spanOf(part)), options: part })) }
}

type Choices = readonly { text: { text: string } }[]
const nameAt = (part: Choices, n: number) => part.at(n)?.text.text.slice(0, 30) ?? ''
const spanOf = (part: Choices) => `${nameAt(part, 0)} – ${nameAt(part, -1)}`
