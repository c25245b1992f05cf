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

export interface SlackTeam {
  id: string
  name: string
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
  const headers = { authorization: `Bearer ${phoneKey() ?? ''}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ teamId, channel, ts, actionId, ...who })
  const answer = await fetch('/simulator/slack/press', { method: 'POST', headers, body })
  const said = (await answer.json()) as { status?: number; message?: string }
  if (!answer.ok) throw new PhoneError(answer.status, said.message ?? `The simulator said ${answer.status}.`)
  if (said.status !== undefined && said.status >= 400)
    throw new PhoneError(said.status, `Careline did not take it: its webhook answered ${said.status}.`)
}
