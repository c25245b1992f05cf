import { z } from 'zod'

const text = (max: number) => z.string().max(max)
const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(null)

/** Empty where it is missing. */
const said = (max: number) => maybe(text(max)).transform((one) => one ?? '')
const id = text(64).min(1)
/** Of what Slack sends only this is read: it adds fields without a word, and leaves out what it likes. */
const Interaction = z.looseObject({ type: text(64) })
const Press = z.looseObject({
  type: z.literal('block_actions'),
  user: z.looseObject({ id, team_id: said(64), username: said(200), name: said(200) }),
  team: z.looseObject({ id }),
  trigger_id: said(255),
  channel: z.looseObject({ id: said(64) }).catch({ id: '' }),
  container: z.looseObject({ message_ts: said(64) }).catch({ message_ts: '' }),
  response_url: said(2_048),
  actions: z.tuple(
    [z.looseObject({ action_id: text(255).min(1), value: said(2_000), action_ts: said(64) })],
    z.unknown(),
  ),
})
/** What stands in one field of a form; null in one that is empty. */
const Choice = z.looseObject({ value: said(150) })
const Answer = z
  .looseObject({
    value: maybe(text(4_096)),
    selected_option: maybe(Choice),
    selected_options: maybe(z.array(Choice).max(100)),
  })
  .transform(({ value, selected_option: one, selected_options: some }) =>
    [value, one?.value, ...(some ?? []).map((each) => each.value)].filter((each) => typeof each === 'string'),
  )
const Submission = z.looseObject({
  type: z.literal('view_submission'),
  user: z.looseObject({ id, team_id: said(64) }),
  team: maybe(z.looseObject({ id: said(64) })),
  view: z.looseObject({
    id,
    team_id: said(64),
    callback_id: said(255),
    private_metadata: said(3_000),
    state: z.looseObject({ values: z.record(text(255), z.record(text(255), Answer)).catch({}) }).catch({ values: {} }),
  }),
})
const Callback = z.looseObject({
  type: text(64),
  challenge: maybe(text(1_000)),
  team_id: maybe(text(64)),
  event_id: maybe(text(128)),
  event: maybe(
    z.looseObject({
      type: maybe(text(64)),
      tokens: maybe(z.looseObject({ bot: z.array(text(64)).max(1_000).nullish().catch(null) })),
    }),
  ),
})

/** A button that somebody pressed. */
export interface Pressed {
  kind: 'pressed'
  /** The same for the same press, however often it comes. */
  key: string
  teamId: string
  userId: string
  /** Of whom the user is: somebody of another Slack workspace may be in a shared channel. */
  userTeamId: string
  actionId: string
  value: string
  channel: string
  ts: string
  responseUrl: string
  /** What opens a form, once and within three seconds. */
  triggerId: string
  /** As Slack calls them, for people to read. */
  userName: string
}

/** A form that somebody sent off. */
export interface Submitted {
  kind: 'submitted'
  teamId: string
  userId: string
  userTeamId: string
  /** The same for the same form, however often it comes. */
  viewId: string
  /** What we called it, and put into it: nobody in between can change it. */
  callbackId: string
  metadata: string
  /** By the id of a block: what was typed or chosen there, nothing where it was left empty. */
  values: Readonly<Record<string, readonly string[]>>
}

export type SlackWord =
  | { kind: 'challenge'; challenge: string }
  | Pressed
  | Submitted
  /** The app, or its token, is gone. `eventId` is the same each time that Slack tries to tell. */
  | { kind: 'gone'; eventId: string; teamId: string; what: 'app_uninstalled' | 'tokens_revoked' }
  /** What is not for us, or nothing that anybody has asked for. */
  | { kind: 'other'; what: string }
  | { kind: 'unreadable' }

/** What Slack tells: events as JSON, presses and filled forms in the field `payload` of a form. */
export function wordOf(type: string, body: string): SlackWord {
  return type.startsWith('application/x-www-form-urlencoded') ? interactionOf(body) : eventOf(body)
}

function interactionOf(body: string): SlackWord {
  const payload = new URLSearchParams(body).get('payload')
  // A slash command is a form as well; the app has none.
  if (payload === null) return { kind: 'other', what: 'form' }
  const said = jsonOf(payload)
  const any = Interaction.safeParse(said)
  if (!any.success) return { kind: 'unreadable' }
  return pressOf(said) ?? submissionOf(said) ?? { kind: 'other', what: any.data.type }
}

function pressOf(said: unknown): Pressed | undefined {
  const read = Press.safeParse(said)
  if (!read.success) return undefined
  const { user, team, channel, container, actions, response_url: responseUrl, trigger_id: triggerId } = read.data
  const [action] = actions
  const where = { channel: channel.id, ts: container.message_ts }
  return {
    kind: 'pressed',
    key: [user.id, where.channel, where.ts, action.action_id, action.action_ts].join('/'),
    teamId: team.id,
    userId: user.id,
    userTeamId: user.team_id || team.id,
    actionId: action.action_id,
    value: action.value,
    ...where,
    responseUrl,
    triggerId,
    userName: user.name || user.username || user.id,
  }
}

function submissionOf(said: unknown): Submitted | undefined {
  const read = Submission.safeParse(said)
  if (!read.success) return undefined
  const { user, team, view } = read.data
  // Of an app that is installed for a whole organisation Slack says no team.
  const teamId = team?.id || view.team_id
  const values = Object.entries(view.state.values).map(([block, fields]) => [block, Object.values(fields).flat()])
  return {
    kind: 'submitted',
    teamId,
    userId: user.id,
    userTeamId: user.team_id || teamId,
    viewId: view.id,
    callbackId: view.callback_id,
    metadata: view.private_metadata,
    values: Object.fromEntries(values) as Submitted['values'],
  }
}

function eventOf(body: string): SlackWord {
  const read = Callback.safeParse(jsonOf(body))
  if (!read.success) return { kind: 'unreadable' }
  const { type, challenge } = read.data
  if (type === 'url_verification') return challenge ? { kind: 'challenge', challenge } : { kind: 'unreadable' }
  return type === 'event_callback' ? toldOf(read.data) : { kind: 'other', what: type }
}

function toldOf({ event, event_id: eventId, team_id: teamId }: z.output<typeof Callback>): SlackWord {
  const what = event?.type ?? 'event_callback'
  if (!eventId || !teamId || !isGone(what)) return { kind: 'other', what }
  // Tokens of people who use the app are revoked one by one; it needs the bot's alone.
  const isOurs = what === 'app_uninstalled' || (event?.tokens?.bot?.length ?? 0) > 0
  return isOurs ? { kind: 'gone', eventId, teamId, what } : { kind: 'other', what }
}

const isGone = (what: string) => what === 'app_uninstalled' || what === 'tokens_revoked'

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
