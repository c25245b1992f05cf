/** Careline itself, and beside it in the same process the same reads as a route of Koa and nothing else. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pass } from 'node:timers/promises'
import { Router } from '@koa/router'
import Koa from 'koa'
import { channel } from '../../actors/channel/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { loadConfig } from '../../kernel/config.ts'
import { permissionNames, wordsOf } from '../../kernel/permissions.ts'
import { hashPassword } from '../../server/auth/passwords.ts'
import { type Careline, startCareline } from '../../server/main.ts'
import { conversationPage } from '../../store/queries/conversations.ts'
import { accountsById, createAccount } from '../../store/settings/accounts.ts'
import { createMember, membersOf } from '../../store/settings/members.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { meet } from '../people.ts'
import { answer } from '../program.ts'

export interface Place {
  ours: string
  bare: string
  token: string
  /** Who can sign in, all with the same password. */
  emails: string[]
  password: string
}
export interface Delay {
  p50: number
  p99: number
  max: number
}
const password = 'a password of the benchmark'
const loop = monitorEventLoopDelay({ resolution: 1 })
const ms = 1e6

let careline: Careline

answer({
  async start({ directory, people, logins }: { directory: string; people: number; logins: number }): Promise<Place> {
    careline = await startCareline({ config: configOf(directory) })
    const { store } = careline.storage
    const { id: workspaceId } = await createWorkspace(store, { slug: 'bench', name: 'Bench' }, Date.now())
    await store.platform('workspaces').updateOne({ _id: workspaceId }, { $set: { 'quotas.requestsPerMinute': 1e6 } })
    await careline.settings.changed(workspaceId)
    const workspace = careline.system.workspace(workspaceId, principal('system', 'bench'))
    await workspace.at(channel, 'ch_bench').configure({ limits: { perSecond: 1_000, burst: 1_000, pairMs: 0 } })
    for (let nth = 0; nth < people; nth++) await meet(workspace, `person${nth}`)
    const passwordHash = await hashPassword(password)
    const emails: string[] = []
    let first = ''
    for (let nth = 0; nth < logins; nth++) {
      const email = `staff${nth}@bench.test`
      const account = await createAccount(store, { email, passwordHash }, Date.now())
      const made = { accountId: account.id, name: `Staff ${nth}`, role: 'staff' as const }
      const member = await createMember(store, workspaceId, made, Date.now())
      first ||= member.id
      emails.push(email)
    }
    const { accessToken: token } = await careline.auth.openFor(workspaceId, first)
    await pass(1_500) // The last turns are written.
    return { ours: `${careline.url}/api/v1`, bare: await bare(workspaceId), token, emails, password }
  },
  watch() {
    loop.reset()
    loop.enable()
  },
  watched(): Delay {
    loop.disable()
    return { p50: loop.percentile(50) / ms, p99: loop.percentile(99) / ms, max: loop.max / ms }
  },
  // It may not have come so far.
  stop: () => (careline as Careline | undefined)?.close(),
})

const configOf = (directory: string) =>
  loadConfig({
    CARELINE_DATA: directory,
    PORT: '0',
    CARELINE_DEMO: 'false',
    SIMULATORS: 'false',
    LOG_LEVEL: 'error',
    LIMIT_PUBLIC_PER_MINUTE: '1000000',
    LIMIT_STAFF_PER_MINUTE: '1000000',
  })

/** The same handlers, with whatever a route needs to answer at all: no caller, no schema, no limit, no header. */
async function bare(workspaceId: string): Promise<string> {
  const { store, rest } = careline.storage
  const router = new Router()
  router.get('/permissions', (ctx) => {
    ctx.body = {
      items: permissionNames.map((name) => ({ name, words: wordsOf(name), roles: ['owner'], isScope: true })),
    }
  })
  router.get('/members', async (ctx) => {
    const members = await membersOf(store, workspaceId)
    const accounts = await accountsById(
      store,
      members.map(({ accountId }) => accountId),
    )
    ctx.body = { items: members.map((one) => ({ ...one, email: accounts.get(one.accountId)?.email ?? null })) }
  })
  router.get('/conversations', async (ctx) => {
    const limit = Number(ctx.query['limit'])
    ctx.body = await conversationPage({ store, rest }, workspaceId, { limit })
  })
  const handle = new Koa().use(router.routes()).callback()
  const http = createServer((request, response) => void handle(request, response))
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
  return `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`
}
