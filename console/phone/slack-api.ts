import { phoneKey, kept, PhoneError } from './phone-api.ts'

// The people's side of simulated Slack. Times are epoch ms.

export interface SlackButton {
  action_id: string
  text: { text: string }
  style?: string
  url?: string
}
interface Words {
  text: string
}
export type SlackBlock =
  | { type: 'section'; text: Words }
  | { type: 'context'; elements: Words[] }
  | { type: 'actions'; elements: SlackButton[] }

export interface SlackMessage {
  teamId: string
  channel: string
  ts: string
  text: string
  blocks: SlackBlock[]
  /** Who alone sees it. */
  onlyFor: string | null
  isEdited: boolean
  at: number
}

interface Option {
  text: Words
  value: string
}
export interface SlackInput {
  type: 'input'
  block_id: string
  label: Words
  hint?: Words
  optional?: boolean
  element: {
    type: string
    max_length?: number
    initial_value?: string
    options?: Option[]
    option_groups?: { options: Option[] }[]
  }
}

/** A form that stands open in front of somebody; its `hash` is another after each change. */
export interface SlackForm {
  id: string
  hash: string
  email: string
  view: {
    title: Words
    submit?: Words
    close?: Words
    blocks: (({ block_id: string } & Exclude<SlackBlock, { type: 'actions' }>) | SlackInput)[]
  }
}

export interface SlackTeam {
  id: string
  name: string
  forms: SlackForm[]
  staff: { name: string; email: string }[]
  channels: { id: string; name: string; messages: SlackMessage[] }[]
}

export const slackTeams = async () => (await kept<{ teams: SlackTeam[] }>('slack/desk')).teams

/** Somebody presses a button. @throws PhoneError */
export async function press(
  { teamId, channel, ts }: Pick<SlackMessage, 'teamId' | 'channel' | 'ts'>,
  actionId: string,
  who: { name: string; email: string },
) {
  await done('press', { teamId, channel, ts, actionId, ...who })
}

/** Somebody sends a form off, filled so by block; what the app answered. @throws PhoneError */
export async function submit(teamId: string, viewId: string, filled: Readonly<Record<string, string[]>>) {
  return (await done('submit', { teamId, viewId, filled })).answer
}

export async function close(teamId: string, viewId: string) {
  await done('close', { teamId, viewId })
}

interface Said {
  status?: number
  message?: string
  answer?: { response_action?: string; errors?: Record<string, string> } | null
}

async function done(what: string, about: object): Promise<Said> {
  const headers = { authorization: `Bearer ${phoneKey() ?? ''}`, 'content-type': 'application/json' }
  const answer = await fetch(`/simulator/slack/${what}`, { method: 'POST', headers, body: JSON.stringify(about) })
  const said = (await answer.json()) as Said
  if (!answer.ok) throw new PhoneError(answer.status, said.message ?? `The simulator said ${answer.status}.`)
  if (said.status !== undefined && said.status >= 400)
    throw new PhoneError(said.status, `Careline did not take it: its webhook answered ${said.status}.`)
  return said
}
