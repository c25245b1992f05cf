import { z } from 'zod'

// Forms as Slack documents them, with its bounds: https://docs.slack.dev/reference/views and /reference/block-kit.

const plain = (max: number) => z.looseObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max) })
const words = z.union([plain(3_000), z.looseObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3_000) })])
const blockId = z.string().min(1).max(255).optional()
const actionId = z.string().min(1).max(255).optional()

const Option = z.looseObject({ text: plain(75), value: z.string().min(1).max(150) })
const options = z.array(Option).min(1).max(100)
const groups = z
  .array(z.looseObject({ label: plain(75), options }))
  .min(1)
  .max(100)
const choice = { action_id: actionId, placeholder: plain(150).optional() }
const chosenFrom = { ...choice, options: options.optional(), option_groups: groups.optional() }
const eitherList = ({ options: some, option_groups: more }: { options?: unknown; option_groups?: unknown }) =>
  (some === undefined) !== (more === undefined)

const Input = z.looseObject({
  type: z.literal('plain_text_input'),
  action_id: actionId,
  placeholder: plain(150).optional(),
  multiline: z.boolean().optional(),
  initial_value: z.string().max(3_000).optional(),
  min_length: z.int().min(0).max(3_000).optional(),
  max_length: z.int().min(1).max(3_000).optional(),
})
const Element = z.discriminatedUnion('type', [
  Input,
  z
    .looseObject({ type: z.literal('static_select'), ...chosenFrom, initial_option: Option.optional() })
    .refine(eitherList),
  z
    .looseObject({
      type: z.literal('multi_static_select'),
      ...chosenFrom,
      max_selected_items: z.int().min(1).optional(),
    })
    .refine(eitherList),
  z.looseObject({ type: z.literal('radio_buttons'), action_id: actionId, options: options.max(10) }),
  z.looseObject({ type: z.literal('checkboxes'), action_id: actionId, options: options.max(10) }),
])
export type Element = z.output<typeof Element>

const Block = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('section'), block_id: blockId, text: words }),
  z.looseObject({ type: z.literal('divider'), block_id: blockId }),
  z.looseObject({ type: z.literal('context'), block_id: blockId, elements: z.array(words).min(1).max(10) }),
  z.looseObject({
    type: z.literal('input'),
    block_id: blockId,
    label: plain(2_000),
    hint: plain(2_000).optional(),
    optional: z.boolean().optional(),
    element: Element,
  }),
])

const areOwn = (blocks: { block_id?: string | undefined }[]) => {
  const named = blocks.flatMap(({ block_id: id }) => id ?? [])
  return new Set(named).size === named.length
}

/** A form. What Slack does not take of it is `invalid_arguments`. */
export const View = z
  .looseObject({
    type: z.literal('modal'),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3_000).optional(),
    blocks: z.array(Block).max(100).refine(areOwn),
  })
  // Where something is asked, there is a button to send it off.
  .refine(({ submit, blocks }) => submit !== undefined || blocks.every(({ type }) => type !== 'input'))
export type View = z.output<typeof View>
export type ViewBlock = View['blocks'][number]
export type ViewInput = Extract<ViewBlock, { type: 'input' }>

const groupsOf = (element: Element) =>
  'option_groups' in element ? ((element.option_groups ?? []) as z.output<typeof groups>) : []

/** Everything that can be chosen. */
export const optionsOf = (element: Element) =>
  element.type === 'plain_text_input' ? [] : (element.options ?? groupsOf(element).flatMap((group) => group.options))

/** What an app may answer to a form that was sent off; nothing closes it. */
export const SubmissionAnswer = z.union([
  z.looseObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1).max(3_000)) }),
  z.looseObject({ response_action: z.literal('update'), view: View }),
  z.looseObject({ response_action: z.literal('clear') }),
  z.object({ response_action: z.undefined().optional() }),
])
export type SubmissionAnswer = z.output<typeof SubmissionAnswer>
