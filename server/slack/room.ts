import type { Workspace } from '../../actors/runtime/contract.ts'
import { slack as slackActor } from '../../actors/slack/contract.ts'
import { derivedId, newSecret } from '../../kernel/id.ts'
import { conflict, invalid, missing, Problem, staleRevision } from '../../kernel/problem.ts'
import { slackRulesMax } from '../../kernel/slack.ts'
import { type SlackAccount, type SlackAnswer, type SlackApi, slackUrl } from '../../providers/slack/api.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { Resources } from '../../store/settings/resources.ts'
import {
  type SlackConnection,
  type SlackConnectionFields,
  slackConnectionsOf,
  slackRules,
  workspaceOfSlack,
} from '../../store/settings/slack.ts'

interface Parts {
  store: Store
  rest: Rest
  api: SlackApi
  /** Where Slack is played; undefined where nothing is simulated. */
  simulatedAt(): string | undefined
  now(): number
}

export interface Secrets {
  botToken: string
  signingSecret: string
}
type Change = Partial<Secrets & Pick<SlackConnectionFields, 'status' | 'showsWords'>>

/** The same before and after it is connected: its address is given to Slack first. */
export const connectionIdOf = (workspaceId: string) => derivedId('slk', workspaceId)
export const webhookPathOf = (id: string) => `/webhooks/slack/${id}`

/** The connection of a workspace with its Slack: what people do with it. */
export class SlackRoom {
  readonly #parts: Parts
  readonly #all: ReturnType<typeof slackConnectionsOf>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#all = slackConnectionsOf(parts)
  }

  /** Undefined where it is not connected. */
  ofWorkspace(workspaceId: string): Promise<SlackConnection | undefined> {
    return this.#all.byId(workspaceId, connectionIdOf(workspaceId))
  }

  /** By what Slack's requests name it, whosever it is. */
  async opened(id: string): Promise<{ workspaceId: string; connection: SlackConnection } | undefined> {
    const workspaceId = await workspaceOfSlack(this.#parts.store, id)
    const connection = workspaceId === undefined ? undefined : await this.#all.byId(workspaceId, id)
    return workspaceId === undefined || !connection ? undefined : { workspaceId, connection }
  }

  accountOf({ botToken: token, simulate }: SlackConnection): SlackAccount {
    return { token, baseUrl: simulate ? `${this.#parts.simulatedAt() ?? ''}/` : slackUrl }
  }

  /** Without secrets Slack is played here. @throws Problem `slack_exists`, `slack_refused`, `no_simulator` */
  async connect(workspace: Workspace, secrets: Secrets | undefined, by: string): Promise<SlackConnection> {
    const id = connectionIdOf(workspace.id)
    if (await this.ofWorkspace(workspace.id)) throw conflict('slack_exists', 'Slack is connected already.')
    const known = secrets ? await this.#asked(secrets) : this.#played(id)
    const fields = { ...known, status: 'active' as const, showsWords: false }
    const made = await this.#all.insert(workspace.id, { id, fields, by }, this.#parts.now())
    if (!made) throw conflict('slack_exists', 'Slack is connected already.')
    await workspace.at(slackActor, workspace.id).mended()
    return made
  }

  /** @throws Problem `not_connected`, `slack_refused`, `stale_revision` */
  async change(workspace: Workspace, { status, showsWords, ...given }: Change, by: string): Promise<SlackConnection> {
    const before = await this.known(workspace.id)
    const isOther = given.botToken !== undefined || given.signingSecret !== undefined
    if (isOther && before.simulate)
      throw invalid('invalid_request', 'Slack is simulated: disconnect it first, and connect the real one.')
    const { botToken, signingSecret } = { ...before, ...given }
    const asked = given.botToken === undefined ? { signingSecret } : await this.#asked({ botToken, signingSecret })
    const change = {
      ...(isOther && asked),
      ...(status !== undefined && { status }),
      ...(showsWords !== undefined && { showsWords }),
    }
    const after = await this.#all.change(workspace.id, before, change, { by, now: this.#parts.now() })
    if (!after || after === 'taken') throw staleRevision()
    const desk = workspace.at(slackActor, workspace.id)
    if (after.status === 'disabled') await desk.off()
    else await desk.mended()
    return after
  }

  /** @throws Problem `not_connected`, `stale_revision` */
  async remove(workspace: Workspace, by: string) {
    const before = await this.known(workspace.id)
    const how = { by, now: this.#parts.now(), isKept: false }
    if (!(await this.#all.remove(workspace.id, before, how))) throw staleRevision()
    await workspace.at(slackActor, workspace.id).off()
    return before
  }

  /** Asks Slack whether it knows us; where it does, what waited goes on. @throws Problem `not_connected`, `slack_disabled` */
  async test(workspace: Workspace, channel: string | undefined, by: string) {
    const before = await this.known(workspace.id)
    if (before.status !== 'active') throw conflict('slack_disabled', 'Switch it on first.')
    const answer = await this.#parts.api.whoAmI(this.accountOf(before))
    if (answer.outcome !== 'done') return { isRight: false, team: null, why: whyOf(answer), isOnItsWay: false }
    const now = this.#parts.now()
    await this.#all.change(workspace.id, before, { teamName: answer.data.team, verifiedAt: now }, { by, now })
    const desk = workspace.at(slackActor, workspace.id)
    await desk.mended()
    if (channel !== undefined) await desk.test({ channel })
    return { isRight: true, team: answer.data.team, why: null, isOnItsWay: channel !== undefined }
  }

  /** The channels that the app can see, at most 1,000. @throws Problem `not_connected`, `slack_refused` */
  async channels(workspaceId: string) {
    const account = this.accountOf(await this.known(workspaceId))
    const found: { id: string; name: string; isMember: boolean }[] = []
    let cursor: string | undefined
    for (let pages = 0; pages < 5; pages++) {
      const answer = await this.#parts.api.channels(account, cursor)
      if (answer.outcome !== 'done') throw refused(answer)
      const open = answer.data.channels.filter((one) => one.is_archived !== true)
      found.push(...open.map(({ id, name, is_member: isIn }) => ({ id, name: name ?? id, isMember: isIn === true })))
      cursor = answer.data.response_metadata?.next_cursor || undefined
      if (cursor === undefined) break
    }
    return found.slice(0, 1_000)
  }

  /** What the staff is to hear of; nothing where it is not connected. */
  async rulesInForce(workspaceId: string) {
    const connection = await this.ofWorkspace(workspaceId)
    if (connection?.status !== 'active') return []
    const { items } = await new Resources(this.#parts, slackRules).page(workspaceId, { limit: slackRulesMax })
    return items.map(({ rev: _, createdAt: __, createdBy: ___, updatedAt: ____, ...rule }) => rule)
  }

  /** @throws Problem `not_connected` */
  async known(workspaceId: string): Promise<SlackConnection> {
    const found = await this.ofWorkspace(workspaceId)
    if (!found) throw missing('not_connected', 'Slack is not connected.')
    return found
  }

  async #asked({ botToken, signingSecret }: Secrets) {
    const answer = await this.#parts.api.whoAmI({ token: botToken, baseUrl: slackUrl })
    if (answer.outcome !== 'done') throw refused(answer)
    const { team_id: teamId, team: teamName, user_id: botUserId } = answer.data
    return {
      ...{ teamId, teamName, botUserId, botToken, signingSecret },
      simulate: false,
      verifiedAt: this.#parts.now(),
    }
  }

  #played(id: string) {
    if (this.#parts.simulatedAt() === undefined)
      throw invalid('no_simulator', 'Nothing is simulated here: give the token and the signing secret of your app.')
    const name = id.slice(-10).toUpperCase().replace(/\W/g, '0')
    const secrets = { botToken: `xoxb-${newSecret()}`, signingSecret: newSecret() }
    const who = { teamId: `T${name}`, teamName: 'Simulated Slack', botUserId: `U${name}` }
    return { ...who, ...secrets, simulate: true, verifiedAt: null }
  }
}

type Failed = Exclude<SlackAnswer<unknown>, { outcome: 'done' }>
const whyOf = (answer: Failed) => (answer.outcome === 'unknown' ? answer.why : answer.error.title)
const refused = (answer: Failed) => new Problem('conflict', 'slack_refused', whyOf(answer))

/** What Slack makes an app of: its scopes, its buttons, and where it tells what happens. */
export const manifestOf = (url: string) => ({
  display_information: { name: 'Careline', description: 'Who waits for an answer, and who takes it' },
  features: { bot_user: { display_name: 'Careline', always_online: true } },
  oauth_config: {
    scopes: {
      bot: [
        'chat:write',
        'chat:write.public',
        'channels:read',
        'groups:read',
        // To find out whether a message stands there whose answer was lost, before it is posted again.
        'channels:history',
        'groups:history',
        // Who pressed, by their e-mail address.
        'users:read',
        'users:read.email',
      ],
    },
  },
  settings: {
    event_subscriptions: { request_url: url, bot_events: ['app_uninstalled', 'tokens_revoked'] },
    interactivity: { is_enabled: true, request_url: url },
    org_deploy_enabled: false,
    socket_mode_enabled: false,
    token_rotation_enabled: false,
  },
})
