import { conflict, invalid, missing, Problem } from '../kernel/problem.ts'
import type { Channel, ChannelSettings, OpenChannel } from '../store/settings/channels.ts'
import { type ChannelProvider, fieldsOf, isBrought, madeUpFor, providerOf } from './channel-kinds.ts'
import type { HttpConfig } from './ports.ts'
import type { Workspaces } from './workspaces.ts'

/** @throws Problem `not_found` */
export async function known(channels: ChannelSettings, workspaceId: string, id: string): Promise<Channel> {
  const found = await channels.byId(workspaceId, id)
  if (!found) throw missing('not_found', 'There is no such channel.')
  return found
}

/** With its secrets, to be asked or to send a test. @throws Problem `not_found`, `channel_disabled` */
export async function working(channels: ChannelSettings, workspaceId: string, id: string): Promise<OpenChannel> {
  await known(channels, workspaceId, id)
  const opened = await channels.opened(id)
  if (opened?.status !== 'active') throw conflict('channel_disabled', 'Let the channel work first.')
  return opened
}

type Given = Readonly<Record<string, unknown>>

/** What is the provider's to give, or ours to make, and was not said. */
const lacking = (provider: ChannelProvider, given: Given) =>
  fieldsOf(provider).filter((field) => (isBrought(field) || field.isOurs === true) && given[field.name] === undefined)

/** @throws Problem `invalid_request` where something of the provider's own is missing; what is ours we make. */
export function demandBrought(provider: ChannelProvider, given: Given) {
  const missing = lacking(provider, given).filter(isBrought)
  if (missing.length === 0) return
  const errors = missing.map(({ name: path }) => ({ path, message: 'A channel that is not simulated needs it.' }))
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', errors)
}

/** What a simulator needs, and a real provider may do without. */
const playedFields = (provider: ChannelProvider) =>
  fieldsOf(provider).filter((field) => field.isMadeUp === true && field.isOptional === true)

/** Of a channel that begins to be simulated, or ends it: what is made for that, and let go of after it. */
export function playedSecrets({ provider, madeUp, secrets }: OpenChannel, simulate: boolean) {
  const names = playedFields(providerOf({ provider })).map(({ name }) => name)
  const made = names.filter((name) => (simulate ? !secrets[name] : madeUp.includes(name)))
  const others = madeUp.filter((name) => !made.includes(name))
  return {
    secrets: Object.fromEntries(made.map((name) => [name, simulate ? madeUpFor(name) : ''])),
    ...(made.length > 0 && { madeUp: simulate ? [...others, ...made] : others }),
  }
}

/** What was said, sorted into what may be shown and what is secret, with what was missing made. */
export function settled(provider: ChannelProvider, given: Given, simulate: boolean) {
  const played = simulate ? playedFields(provider).filter(({ name }) => !given[name]) : []
  const madeUp = [...lacking(provider, given), ...played].map(({ name }) => name)
  const fields: Record<string, string> = {}
  const secrets: Record<string, string> = {}
  for (const { name, isSecret, isOptional } of fieldsOf(provider)) {
    const isMade = madeUp.includes(name) || isOptional !== true
    const said = madeUp.includes(name) ? undefined : (given[name] as string | undefined)
    const value = said ?? (isMade ? madeUpFor(name) : '')
    if (isSecret) secrets[name] = value
    else fields[name] = value
  }
  return { fields, secrets, madeUp }
}

/** The part of a change that is the provider's. @throws Problem `invalid_request` for a field of another provider */
export function changedFields({ provider }: Channel, change: Given) {
  const fields: Record<string, string> = {}
  const secrets: Record<string, string> = {}
  const own = new Map(fieldsOf(providerOf({ provider })).map((field) => [field.name, field]))
  for (const [name, value] of Object.entries(change)) {
    const field = own.get(name)
    const read = field?.schema.safeParse(value)
    if (!read?.success) throw refusedAt(name, 'This channel’s provider asks for no such thing.')
    if (field?.isSecret) secrets[name] = read.data as string
    else fields[name] = read.data as string
  }
  return { fields, secrets }
}

export const refusedAt = (path: string, message: string) => invalid('invalid_request', message, [{ path, message }])

/** Those that a real provider must have given. */
export const stillMadeUp = (channel: Channel) => {
  const brought = fieldsOf(providerOf(channel)).filter(isBrought)
  return channel.madeUp.filter((one) => brought.some(({ name }) => name === one))
}

export function secretsMissing(madeUp: Channel['madeUp']) {
  const errors = madeUp.map((path) => ({ path, message: 'Your provider does not know this one.' }))
  return new Problem('conflict', 'secrets_missing', 'Give the secrets of your provider first.', { errors })
}

interface Standing {
  workspaces: Pick<Workspaces, 'now'>
  workspace: { id: string }
  config: HttpConfig
}

/** Messages of a business that is live must reach people, or fail so that somebody sees it. */
const isLive = async ({ workspaces, workspace }: Standing) => {
  const { status, isSandbox } = await workspaces.now(workspace.id)
  return status === 'active' && !isSandbox
}

export async function demandNotLive(call: Standing) {
  if (await isLive(call))
    throw conflict('workspace_is_live', 'This business is live: simulated channels would reach nobody.')
}

export async function isPlayedByItself(call: Standing, provider: ChannelProvider, given: Given) {
  if (!call.config.hasSimulators || !provider.canSimulate) return false
  const brought = fieldsOf(provider).filter(isBrought)
  const isNothingBrought = brought.length > 0 && brought.every(({ name }) => given[name] === undefined)
  return isNothingBrought && !(await isLive(call))
}

interface Place {
  simulate: boolean
  baseUrl?: string | undefined
}
export function addressFor(provider: ChannelProvider, { simulate, baseUrl }: Place, config: HttpConfig) {
  if (!simulate && baseUrl !== undefined) return allowedUrl(provider, baseUrl, config)
  return provider.baseUrl?.(simulate, config) ?? ''
}

/**
 * The secrets of a channel go to this address with every message, so in production it is its provider's. The tests and
 * the benchmark bring their own provider, and say so in the configuration.
 */
export function allowedUrl(provider: ChannelProvider, url: string, config: HttpConfig) {
  const { protocol, hostname } = new URL(url)
  const isTheirs = protocol === 'https:' && provider.hosts?.test(hostname) === true
  if (isTheirs || url === provider.baseUrl?.(false, config) || config.allowsAnyProvider) return url
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', [
    { path: 'baseUrl', message: `Use an https address of ${provider.says}.` },
  ])
}
