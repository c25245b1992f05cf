import { derivedId } from '../../kernel/id.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { SlackApi } from '../../providers/slack/api.ts'
import { SlackSimulator } from '../../providers/slack/simulator/simulator.ts'
import { SimulatedSlack } from '../../store/simulated-slack.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { membersOf } from '../../store/settings/members.ts'
import { simulatedSlack } from '../../store/settings/slack.ts'
import { tellingOwners } from '../auth/security-letters.ts'
import type { Sudo } from '../auth/sudo.ts'
import { SlackDesk } from '../slack/desk.ts'
import { SlackForms } from '../slack/forms.ts'
import { SlackLinks } from '../slack/links.ts'
import { SlackPeople } from '../slack/people.ts'
import { SlackRoom, webhookPathOf } from '../slack/room.ts'
import type { Played } from './front-door.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

const prefix = '/simulator/slack'

interface Parts {
  config: Pick<Config, 'hasSimulators'>
  storage: Pick<Storage, 'store' | 'rest'>
  settings: Pick<KnownSettings, 'ofWorkspace'>
  phoneKey: string
  now(): number
  log: Log
}

/** What is known only when actors and addresses are there. */
interface There {
  system: ActorSystem
  workspace(caller: Caller, commandId?: string): Workspace
  /** Where this server is reached from itself, and where people reach it. */
  here: string
  url: string
}

interface Linking extends Pick<Parameters<typeof tellingOwners>[0], 'url' | 'post'> {
  sudo: Sudo
}

export type StaffSlack = ReturnType<typeof openSlack>

/** Slack for the staff: the connections, what stands behind the actors' effects, and the simulator. */
export function openSlack({ config, storage, settings, phoneKey, now, log }: Parts) {
  const { store, rest } = storage
  let there: There | undefined
  const here = () => there?.here ?? ''
  const simulatedAt = () => (config.hasSimulators ? `${here()}${prefix}/api` : undefined)
  const api = new SlackApi()
  const room = new SlackRoom({ store, rest, api, simulatedAt, now })
  const known = () => {
    if (!there) throw new Error('this server is not there yet')
    return there
  }
  const people = new SlackPeople({ store, api, room })
  const about = { store, rest, api, room, people, settingsOf: settings.ofWorkspace, now }
  const desk = new SlackDesk({ ...about, there: () => there })
  const deskOf = (workspaceId: string) => known().system.workspace(workspaceId, principal('provider', 'slack'))
  const simulator = config.hasSimulators
    ? new SlackSimulator({
        prefix,
        phoneKey,
        shelf: new SimulatedSlack(store),
        teams: simulatedTeams(store, room, here),
        here,
        now,
        onError: (error) => log.error('Slack simulator fault', { error }),
      })
    : undefined
  const played: Played[] = simulator ? [{ paths: [prefix], handler: simulator.handler }] : []
  return {
    desk,
    simulator,
    played,
    has: (workspaceId: string) => settings.ofWorkspace(workspaceId).slackRules.length > 0,
    /** What routes ask. */
    ports: {
      slack: room,
      slackDeskOf: deskOf,
      slackForms: new SlackForms({ ...about, there: known, deskOf }),
    },
    /** What members do with their own Slack user. */
    linksBy: ({ sudo, ...telling }: Linking) => {
      return { slackLinks: new SlackLinks({ store, room, sudo, tell: tellingOwners({ store, now, ...telling }), now }) }
    },
    opened: (given: There) => void (there = given),
  }
}

/** The connections that say `simulate`: each is a team of its own. */
const simulatedTeams = (store: Storage['store'], room: SlackRoom, here: () => string) => async () => {
  const found = await simulatedSlack(store)
  const teams = await Promise.all(
    found.map(async ({ id, workspaceId }) => {
      const connection = (await room.opened(id))?.connection
      return connection && { ...connection, staff: await staffOf(store, workspaceId) }
    }),
  )
  return teams
    .filter((one) => one !== undefined)
    .map(({ id, teamId, teamName: name, botUserId, botToken: token, signingSecret, staff }) => ({
      ...{ id: teamId, name, botUserId, token, signingSecret, staff },
      appId: `A${derivedId('app', id).slice(-9).toUpperCase()}`,
      webhookUrl: `${here()}${webhookPathOf(id)}`,
    }))
}

async function staffOf(store: Storage['store'], workspaceId: string) {
  const members = (await membersOf(store, workspaceId)).filter(({ status }) => status === 'active')
  const accounts = await accountsById(
    store,
    members.map(({ accountId }) => accountId),
  )
  return members
    .map(({ name, accountId }) => ({ name, email: accounts.get(accountId)?.email ?? '' }))
    .filter(({ email }) => email !== '')
}
