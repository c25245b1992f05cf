import { Calendar } from '../kernel/calendar.ts'
import { isEverOpen } from '../kernel/hours.ts'
import { dayAfter, localDateOf } from '../kernel/local-time.ts'
import { conflict, invalid } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import { accountsById } from '../store/settings/accounts.ts'
import type { Channel, ChannelSettings } from '../store/settings/channels.ts'
import { type Member, membersOf } from '../store/settings/members.ts'
import { servicesOf } from '../store/settings/services.ts'
import { markSetup, moveWorkspace, type WorkspaceSettings } from '../store/settings/workspaces.ts'
import { type Lack, lackIn } from './onboarding-words.ts'
import type { Workspaces } from './workspaces.ts'

/** The way from a draft to a business that is live, in the order in which it is gone. */
export const stepNames = ['business', 'hours', 'channels', 'staff', 'service', 'privacy'] as const
export type StepName = (typeof stepNames)[number]

export interface Step {
  key: StepName
  status: 'todo' | 'done' | 'skipped'
  maySkip: boolean
  missing: { code: Lack; says: string }[]
}

interface Parts {
  store: Store
  channels: ChannelSettings
  workspaces: Workspaces
  now(): number
}

interface Facts {
  workspace: WorkspaceSettings
  members: Member[]
  isOwnerProven: boolean
  channels: Channel[]
  services: Awaited<ReturnType<typeof servicesOf>>
  now: number
}

/** How a business is set up step by step, and what lets it go live. */
export class Onboarding {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `languages`: in which what is missing is said, the best one first. */
  async view(workspaceId: string, languages: readonly string[]) {
    return shown(await this.#facts(workspaceId), languages)
  }

  /**
   * `done` says that somebody looked and it is right, `skipped` that it is left out, `todo` takes either back.
   * @throws Problem `step_incomplete`, `step_required`
   */
  async mark(workspaceId: string, key: StepName, status: Step['status'], languages: readonly string[]) {
    const { store, workspaces } = this.#parts
    const facts = await this.#facts(workspaceId)
    if (status === 'skipped' && !maySkip(key, facts))
      throw conflict('step_required', 'This step cannot be left out: without it people could not be served.')
    const say = lackIn([...languages, facts.workspace.settings.locale])
    const lacks = status === 'done' ? lacksOf(key, facts).filter((lack) => lack !== 'business_unseen') : []
    if (lacks.length > 0)
      throw invalid(
        'step_incomplete',
        lacks.map(say).join(' '),
        lacks.map((lack) => ({ path: lack, message: say(lack) })),
      )
    const list = status === 'skipped' ? 'skipped' : 'confirmed'
    const added = status === 'todo' ? {} : { [list]: [key] }
    await markSetup(store, workspaceId, added, { skipped: [key], confirmed: [key] })
    await workspaces.changed(workspaceId)
    return this.view(workspaceId, languages)
  }

  /**
   * From here on messages reach real people. Done already, it stays done.
   * @throws Problem `not_ready` with what is missing, `wrong_state` for one that is closing or suspended
   */
  async activate(workspaceId: string, languages: readonly string[]) {
    const { store, workspaces } = this.#parts
    const facts = await this.#facts(workspaceId)
    const { steps, isReady, status } = shown(facts, languages)
    if (status === 'closing' || status === 'suspended')
      throw conflict('wrong_state', `This business is ${status}: it cannot be activated.`)
    if (!isReady) {
      const needed = steps.filter((step) => !step.maySkip && step.missing.length > 0)
      const errors = needed.flatMap(({ key, missing }) => missing.map(({ says }) => ({ path: key, message: says })))
      throw invalid('not_ready', errors.map(({ message }) => message).join(' '), errors)
    }
    await moveWorkspace(store, workspaceId, ['draft'], 'active')
    await workspaces.changed(workspaceId)
    return this.view(workspaceId, languages)
  }

  async #facts(workspaceId: string): Promise<Facts> {
    const { store, channels, workspaces, now } = this.#parts
    const [workspace, members, connected, services] = await Promise.all([
      workspaces.now(workspaceId),
      membersOf(store, workspaceId),
      channels.list(workspaceId),
      servicesOf(store, workspaceId),
    ])
    const owners = members.filter(({ role, status }) => role === 'owner' && status === 'active')
    const accounts = await accountsById(
      store,
      owners.map(({ accountId }) => accountId),
    )
    const isOwnerProven = [...accounts.values()].some((one) => one.isEmailProven)
    return { workspace, members, isOwnerProven, channels: connected, services, now: now() }
  }
}

function shown(facts: Facts, languages: readonly string[]) {
  const { workspace } = facts
  const say = lackIn([...languages, workspace.settings.locale])
  const steps = stepNames.map((key): Step => {
    const lacks = lacksOf(key, facts)
    const canSkip = maySkip(key, facts)
    const isSkipped = lacks.length > 0 && canSkip && workspace.setup.skipped.includes(key)
    const open = isSkipped ? 'skipped' : 'todo'
    return {
      key,
      status: lacks.length === 0 ? 'done' : open,
      maySkip: canSkip,
      missing: lacks.map((code) => ({ code, says: say(code) })),
    }
  })
  const isReady = steps.every((step) => step.maySkip || step.missing.length === 0)
  return { status: workspace.status, steps, isReady }
}

const takesBookings = ({ workspace }: Facts) => workspace.settings.modules.includes('bookings')

function maySkip(key: StepName, facts: Facts): boolean {
  return key === 'staff' || ((key === 'hours' || key === 'service') && !takesBookings(facts))
}

const lacksOf = (key: StepName, facts: Facts): Lack[] => lacks[key](facts)

const lacks: { [Key in StepName]: (facts: Facts) => Lack[] } = {
  business: ({ workspace, isOwnerProven }) => [
    ...(workspace.setup.confirmed.includes('business') ? [] : (['business_unseen'] as const)),
    ...(isOwnerProven ? [] : (['email_unproven'] as const)),
  ],

  hours: ({ workspace }) => (isEverOpen(workspace.settings.hours) ? [] : ['hours_missing']),

  channels: ({ channels, workspace }) => {
    // What is simulated reaches nobody; in a sandbox nobody is to be reached.
    const usable = channels.filter(({ status, simulate }) => status === 'active' && (!simulate || workspace.isSandbox))
    if (usable.length === 0)
      return [channels.some(({ status }) => status === 'active') ? 'channel_simulated' : 'channel_missing']
    // The app has no provider that could refuse: whoever has it open is reached.
    const works = ({ kind, simulate, verifiedAt }: Channel) => simulate || kind === 'app' || verifiedAt !== null
    return usable.some(works) ? [] : ['channel_unverified']
  },

  staff: ({ members }) =>
    members.filter(({ status }) => status === 'active' || status === 'invited').length > 1 ? [] : ['staff_alone'],

  service: (facts) => {
    const offered = facts.services.filter(({ isActive }) => isActive)
    if (offered.length === 0) return ['service_missing']
    return offered.some(({ durationMin }) => fitsSoon(facts, durationMin)) ? [] : ['service_without_time']
  },

  privacy: ({ workspace }) => (workspace.profile.privacyUrl === '' ? ['privacy_url_missing'] : []),
}

const soonDays = 14

/** Whether so many minutes in one piece are open within the next two weeks. */
function fitsSoon({ workspace, now }: Facts, minutes: number): boolean {
  const { hours, timezone } = workspace.settings
  const calendar = new Calendar(hours, timezone)
  let date = localDateOf(now, timezone)
  for (let nth = 0; nth < soonDays; nth++, date = dayAfter(date))
    if (calendar.spansOf(date).some(({ from, to }) => to - Math.max(from, now) >= minutes * 60_000)) return true
  return false
}
