import { z } from 'zod'
import { providerOf } from '../../channel-kinds.ts'
import type { Config } from '../../../kernel/config.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import { accountByEmail } from '../../../store/settings/accounts.ts'
import { forgetAllFactors } from '../../../store/settings/factors.ts'
import { type Member, membersOf } from '../../../store/settings/members.ts'
import { allWorkspaces, type WorkspaceSettings, workspaceBySlug } from '../../../store/settings/workspaces.ts'
import { type Careline, startCareline } from '../../main.ts'
import type { Controls } from '../control.ts'
import { type Demo, keptDemo } from '../demo/kept.ts'
import { hasDemo, inTurn } from '../demo/in-turn.ts'
import { demoSlug, staff, type Who } from '../demo/script.ts'
import { seedDemo } from '../demo/seed.ts'
import { wipeDemo } from '../demo/wipe.ts'
import { simulatorPrefix } from '../simulators.ts'
import { auditControls } from './audit-checks.ts'
import { backupControls } from './backup-controls.ts'
import { missingIndexes } from './indexes.ts'
import { operatorControls } from './operator.ts'
import { storeControls } from './store-controls.ts'
import { vaultControls } from './vault-controls.ts'

const name = z.string().min(1).max(254)
const Token = z.object({ workspace: name.optional(), as: name.default('owner'), isLink: z.boolean().default(false) })
const Whose = z.object({ workspace: name.optional(), as: name })

const People = z.object({ people: z.array(z.object({ waId: z.string(), name: z.string() })) })
const peopleMs = 5_000

export interface Addresses {
  console: string
  phone: string | null
  /** Where letters are kept that are not mailed. */
  letters: string | null
  apiDocs: string
  eventDocs: string
  data: string
}

/** A running server, and what its owner may ask of it from the same machine. */
export class House {
  readonly config: Config
  #careline: Careline | undefined

  constructor(config: Config) {
    this.config = config
  }

  get careline(): Careline {
    if (!this.#careline) throw new Problem('busy', 'restarting', 'The server is just starting again.')
    return this.#careline
  }

  async open() {
    if (this.config.hasDemo) await this.#seed()
    this.#careline = await startCareline({ config: this.config })
    const demo = keptDemo(this.config.dataDir)
    if (!this.config.hasDemo || !demo || isOneOfMany(this.config)) return
    if (await workspaceBySlug(this.#careline.storage.store, demoSlug)) return
    // The data went elsewhere, or away, and the demo's logins stayed: it is made anew where the data is now.
    await this.#rebuild()
  }

  /** Of several processes that begin together, one makes the demo, and by itself; the others wait for it. */
  async #seed() {
    if (!isOneOfMany(this.config)) return seedDemo(this.config)
    if (this.config.role === 'jobs') return undefined
    return inTurn(this.config, async () => {
      const isHalf = keptDemo(this.config.dataDir)?.state === 'seeding'
      if (isHalf || !(await hasDemo(this.config))) await seedDemo({ ...this.config, redisUrl: undefined, role: 'all' })
    })
  }

  async close() {
    await this.#careline?.close()
  }

  readonly controls: Controls = {
    ...storeControls(() => this.careline.storage.embedded),
    ...vaultControls(() => this.careline.storage),
    ...auditControls(
      (id) => this.careline.watch.audit.look(id),
      () => this.careline.storage,
    ),
    ...operatorControls(() => this.careline.care.operators),
    ...backupControls(
      () => this.careline.care.backups,
      () => this.config,
    ),
    status: async () => ({ pid: process.pid, url: this.careline.url }),
    checks: async () => ({ missingIndexes: await missingIndexes(this.careline.storage.store) }),
    token: async (input) => this.#token(Token.parse(input)),
    'factors/forget': async (input) => this.#forgetFactors(Whose.parse(input)),
    demo: () => this.demo(),
    'demo/reset': async () => {
      if (this.config.isProduction)
        throw new Problem('forbidden', 'not_here', 'A demo is made anew in development only.')
      if (isOneOfMany(this.config))
        throw new Problem('conflict', 'not_alone', 'Stop all servers first: the others would go on with the old demo.')
      await this.#rebuild()
      return this.demo()
    },
  }

  addresses(): Addresses {
    const { url, secrets, simulatorPlace } = this.careline
    return {
      console: `${url}/`,
      phone: simulatorPlace ? `${url}/phone?key=${secrets.phoneKey}` : null,
      letters: this.config.hasSimulators ? `${url}/letters?key=${secrets.phoneKey}` : null,
      apiDocs: `${url}/api/v1/docs`,
      eventDocs: `${url}/api/v1/docs/events`,
      data: this.config.dataDir,
    }
  }

  /** An address that signs this member in, once and within 24 hours. */
  async linkFor(member: Member) {
    const token = await this.careline.auth.createOwnerLink(member.workspaceId, member.id)
    return `${this.careline.url}/sign-in?link=${token}`
  }

  /** What a script needs to use the demo. @throws Problem `no_demo` */
  async demo() {
    const kept = keptDemo(this.config.dataDir)
    const workspace = kept && (await workspaceBySlug(this.careline.storage.store, demoSlug))
    if (!kept || !workspace) throw missing('no_demo', 'There is no demo here. Set CARELINE_DEMO=true and start again.')
    const { url, channels, secrets, simulatorPlace } = this.careline
    const open = await Promise.all((await channels.list(workspace.id)).map(({ id }) => channels.opened(id)))
    return {
      url,
      ...this.addresses(),
      workspace: { id: workspace.id, slug: workspace.slug, name: workspace.name },
      logins: loginsOf(kept),
      channels: open.filter((channel) => channel !== undefined).map((channel) => shownChannel(channel, url)),
      simulators: simulatorPlace ? { whatsapp: { url: `${url}${simulatorPrefix}`, phoneKey: secrets.phoneKey } } : {},
      people: await this.#people(),
    }
  }

  /** Everybody with a simulated phone, on whichever process it is. */
  async #people(): Promise<z.output<typeof People>['people']> {
    const { simulatorPlace: place, secrets } = this.careline
    if (!place) return []
    if (place.here) return People.parse(place.here.snapshot()).people
    const answer = await fetch(`${place.url}/phone`, {
      headers: { 'x-phone-key': secrets.phoneKey },
      signal: AbortSignal.timeout(peopleMs),
    })
    return People.parse(await answer.json()).people
  }

  async #rebuild() {
    const port = this.careline.port
    await this.close()
    this.#careline = undefined
    try {
      await wipeDemo(this.config)
      await seedDemo(this.config)
    } finally {
      // Whoever had the address keeps it, and finds a server there even if the demo could not be made.
      this.#careline = await startCareline({ config: { ...this.config, port } })
    }
  }

  async #token({ workspace, as, isLink }: z.output<typeof Token>) {
    const member = await this.#memberBy(await this.#workspaceBy(workspace), as)
    if (isLink) return { token: await this.linkFor(member) }
    // Whoever asks here has the machine, and with it everything.
    const { accessToken } = await this.careline.auth.openProven(member.workspaceId, member.id)
    return { token: accessToken }
  }

  /** For somebody who has lost their app, their keys and their codes. */
  async #forgetFactors({ workspace, as }: z.output<typeof Whose>) {
    const { accountId, name } = await this.#memberBy(await this.#workspaceBy(workspace), as)
    await forgetAllFactors(this.careline.storage.store, accountId)
    await this.careline.auth.revokeAll(accountId, 'factors_forgotten')
    return { name }
  }

  async #workspaceBy(slug: string | undefined): Promise<WorkspaceSettings> {
    const { store } = this.careline.storage
    const all = await allWorkspaces(store)
    const found = slug === undefined ? (all.find((one) => one.slug === demoSlug) ?? all[0]) : undefined
    const named = slug === undefined ? found : await workspaceBySlug(store, slug)
    if (named) return named
    const known = all.map((one) => one.slug).join(', ')
    throw missing('no_workspace', `There is no workspace "${slug ?? ''}". There is: ${known || 'none yet'}.`)
  }

  async #memberBy({ id, slug }: WorkspaceSettings, as: string): Promise<Member> {
    const { store } = this.careline.storage
    const members = (await membersOf(store, id)).filter(({ status }) => status === 'active')
    const account = as.includes('@') ? await accountByEmail(store, as) : undefined
    const found = members.find(({ role, accountId }) => (as.includes('@') ? accountId === account?.id : role === as))
    if (found) return found
    const roles = [...new Set(members.map(({ role }) => role))].join(', ')
    throw missing('no_member', `"${as}" is nobody in ${slug}. Give an e-mail address or a role: ${roles}.`)
  }
}

/** Whether other processes may serve the same data. */
export const isOneOfMany = ({ mongodbUri, redisUrl }: Config) => mongodbUri !== undefined && redisUrl !== undefined

export const loginsOf = ({ password, members }: Demo) =>
  (Object.keys(staff) as Who[]).map((who) => ({ id: members[who], ...staff[who], password }))

type OpenChannel = NonNullable<Awaited<ReturnType<Careline['channels']['opened']>>>

const shownChannel = (channel: OpenChannel, url: string) => {
  const { id, kind, name, simulate, baseUrl, fields, secrets } = channel
  const webhookUrl = `${url}${providerOf(channel).webhookPath(id)}`
  return { id, kind, name, simulate, baseUrl, webhookUrl, ...fields, ...secrets }
}
