import { randomBytes } from 'node:crypto'
import { Problem } from '../../../kernel/problem.ts'
import { Refusal } from './refusal.ts'
import { type Element, optionsOf, SubmissionAnswer, View, type ViewBlock, type ViewInput } from './view-shape.ts'

/** What opens a form is good once, for three seconds. */
const triggerMs = 3_000
const triggersMax = 1_000
const openMax = 200
const viewBytesMax = 250_000

interface Trigger {
  teamId: string
  userId: string
  until: number
  isUsed: boolean
}

/** A form that stands open in front of somebody. */
export interface OpenView {
  id: string
  teamId: string
  userId: string
  /** Another after each change. */
  hash: string
  view: View
}

/** What somebody filled in: by block, what they typed or chose. */
export type Filled = Readonly<Record<string, readonly string[]>>

/** The forms of simulated Slack: opened by a trigger, filled, sent off, and changed or closed by what the app answers. */
export class SimulatedViews {
  readonly #now: () => number
  readonly #triggers = new Map<string, Trigger>()
  readonly #open = new Map<string, OpenView>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** As Slack writes them: `132456.7890123.abcdef`. */
  trigger(teamId: string, userId: string, agoMs = 0): string {
    const number = () => String(randomBytes(6).readUIntBE(0, 6))
    const id = `${number()}.${number()}.${randomBytes(16).toString('hex')}`
    this.#triggers.set(id, { teamId, userId, until: this.#now() + triggerMs - agoMs, isUsed: false })
    if (this.#triggers.size > triggersMax) this.#triggers.delete(this.#triggers.keys().next().value ?? '')
    return id
  }

  /** @throws Refusal */
  open(teamId: string, triggerId: string, wanted: unknown): OpenView {
    const view = shaped(wanted)
    const trigger = this.#triggers.get(triggerId)
    if (trigger?.teamId !== teamId) throw new Refusal('invalid_trigger_id')
    if (trigger.isUsed) throw new Refusal('exchanged_trigger_id')
    if (this.#now() > trigger.until) throw new Refusal('expired_trigger_id')
    trigger.isUsed = true
    const id = `V${randomBytes(5).toString('hex').toUpperCase()}`
    const opened = { id, teamId, userId: trigger.userId, hash: this.#hash(), view: withIds(view) }
    this.#open.set(id, opened)
    if (this.#open.size > openMax) this.#open.delete(this.#open.keys().next().value ?? '')
    return opened
  }

  of(teamId: string): OpenView[] {
    return [...this.#open.values()].filter((one) => one.teamId === teamId)
  }

  /** @throws Problem */
  one(teamId: string, id: string): OpenView {
    const found = this.#open.get(id)
    if (found?.teamId !== teamId) throw new Problem('missing', 'not_found', 'There is no such form.')
    return found
  }

  close(id: string) {
    this.#open.delete(id)
  }

  /** What the app answered takes place. What Slack would not understand stays, and is said. @throws Problem */
  answered({ id }: OpenView, said: unknown): SubmissionAnswer {
    const read = SubmissionAnswer.safeParse(said)
    if (!read.success) throw new Problem('invalid', 'not_slack', 'Slack would not understand what the app answered.')
    const { data } = read
    const open = this.#open.get(id)
    if (data.response_action === 'errors') {
      const inputs = inputsOf(open?.view).map((block) => block.block_id)
      if (Object.keys(data.errors).some((block) => !inputs.includes(block)))
        throw new Problem('invalid', 'not_slack', 'Errors stand at fields, and there is no such field.')
      return data
    }
    if (data.response_action === 'update') {
      if (open) this.#open.set(id, { ...open, hash: this.#hash(), view: withIds(shaped(data.view)) })
      return data
    }
    this.#open.delete(id)
    return data
  }

  #hash = () => `${Math.floor(this.#now() / 1_000)}.${randomBytes(4).toString('hex')}`
}

/** @throws Refusal */
function shaped(wanted: unknown): View {
  if (JSON.stringify(wanted ?? null).length > viewBytesMax) throw new Refusal('view_too_large')
  const view = View.safeParse(wanted)
  if (!view.success) throw new Refusal('invalid_arguments')
  return view.data
}

/** Slack names what the app did not. */
const withIds = (view: View): View => ({
  ...view,
  blocks: view.blocks.map((block) => ({ ...block, block_id: block.block_id ?? randomBytes(3).toString('hex') })),
})

export const inputsOf = (view: View | undefined): ViewInput[] =>
  (view?.blocks ?? []).filter((block: ViewBlock): block is ViewInput => block.type === 'input')

/** The `state` of a form that was filled so. @throws Problem for what Slack does not let anybody send off */
export function stateOf(view: View, filled: Filled) {
  const values = inputsOf(view).map((block) => {
    const given = filled[block.block_id ?? ''] ?? []
    demandFilled(block, given)
    return [block.block_id ?? '', { [block.element.action_id ?? 'x']: fieldOf(block.element, given) }] as const
  })
  return { values: Object.fromEntries(values) }
}

const wrong = (message: string) => new Problem('invalid', 'not_filled', message)

function demandFilled({ element, optional: isOptional = false, label }: ViewInput, given: readonly string[]) {
  if (given.every((one) => one === '')) {
    if (!isOptional) throw wrong(`Please complete this required field: ${label.text}`)
    return
  }
  if (element.type === 'plain_text_input') demandLength(element, given[0] ?? '', label.text)
  else demandOffered(element, given, label.text)
}

type TextInput = Extract<Element, { type: 'plain_text_input' }>

function demandLength({ min_length: min = 0, max_length: max = 3_000 }: TextInput, { length }: string, label: string) {
  if (length < min || length > max) throw wrong(`Between ${min} and ${max} letters: ${label}`)
}

function demandOffered(element: Element, given: readonly string[], label: string) {
  const known = optionsOf(element).map(({ value }) => value)
  const most = element.type === 'multi_static_select' ? (element.max_selected_items ?? 100) : 100
  if (given.length > most || given.some((one) => !known.includes(one))) throw wrong(`Not offered: ${label}`)
}

function fieldOf(element: Element, given: readonly string[]) {
  const { type } = element
  if (type === 'plain_text_input') return { type, value: given[0] || null }
  const chosen = optionsOf(element).filter(({ value }) => given.includes(value))
  const isMany = type === 'multi_static_select' || type === 'checkboxes'
  return isMany ? { type, selected_options: chosen } : { type, selected_option: chosen[0] ?? null }
}
