import type { z } from 'zod'
import { conflict, invalid, missing, Problem } from '../kernel/problem.ts'
import { type Channel, type ChannelSettings, channelSecrets } from '../store/settings/channels.ts'
import type { Create } from './channel-shapes.ts'
import type { HttpConfig } from './ports.ts'
import type { Workspaces } from './workspaces.ts'

/** @throws Problem `not_found` */
export async function known(channels: ChannelSettings, workspaceId: string, id: string): Promise<Channel> {
  const found = await channels.byId(workspaceId, id)
  if (!found) throw missing('not_found', 'There is no such channel.')
  return found
}

type Given = Pick<z.output<typeof Create>, 'token' | 'appSecret' | 'verifyToken'>

export const lacking = (given: Given) => channelSecrets.filter((secret) => given[secret] === undefined)

/** The verify token is ours to make. */
export function demandSecrets(body: Given) {
  const missing = lacking(body).filter((secret) => secret !== 'verifyToken')
  if (missing.length === 0) return
  const errors = missing.map((path) => ({ path, message: 'A channel that is not simulated needs it.' }))
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', errors)
}

export const refusedAt = (path: string, message: string) => invalid('invalid_request', message, [{ path, message }])

export function secretsMissing(madeUp: Channel['madeUp']) {
  const errors = madeUp
    .filter((one) => one !== 'verifyToken')
    .map((path) => ({ path, message: 'Your provider does not know this one.' }))
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

export const isPlayedByItself = async (call: Standing, body: Given) =>
  call.config.hasSimulators && body.token === undefined && body.appSecret === undefined && !(await isLive(call))

type Place = Pick<z.output<typeof Create>, 'simulate' | 'baseUrl'>
export const addressFor = ({ simulate, baseUrl }: Place, config: HttpConfig) => {
  if (simulate) return config.simulatorUrl
  return baseUrl === undefined ? config.whatsappBaseUrl : provider(baseUrl, config)
}

/**
 * The token of a channel goes to this address with every message, so in production it is Meta's. The tests and the
 * benchmark bring their own provider, and say so in the configuration.
 */
export function provider(url: string, { allowsAnyProvider, whatsappBaseUrl }: HttpConfig) {
  const { protocol, hostname } = new URL(url)
  const isMeta = protocol === 'https:' && (hostname === 'facebook.com' || hostname.endsWith('.facebook.com'))
  if (isMeta || url === whatsappBaseUrl || allowsAnyProvider) return url
  throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', [
    { path: 'baseUrl', message: 'Use an https address of facebook.com.' },
  ])
}
