import { expect } from 'chai'
import { createApi } from '../../client/api.ts'
import { connect } from '../../client/connect.ts'
import type { Session } from '../../client/tokens.ts'
import { password, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { caughtUp, status } from '../harness/verify-stream.ts'
import { open } from './parts.ts'

describe('a sign-in, on real sockets', () => {
  const app = withApp()

  /** A tab: its own client, on a storage that it may share with others, and a socket. */
  function tab(held: { session?: Session | undefined }) {
    const tokens = { load: () => held.session, save: (session?: Session) => void (held.session = session) }
    const api = createApi({ url: app.url, tokens })
    const screen = () => {
      const client = connect({ url: app.url, token: () => api.token() })
      app.clients.add(client)
      return client
    }
    return { api, screen }
  }
  const signedIn = async (name: string) => {
    if (!app.business.members[name]) await app.business.member(name)
    const held: { session?: Session } = {}
    const one = tab(held)
    await one.api.login(`${name}@clinic.test`, password)
    return { ...one, held }
  }
  /** The token was exchanged so long ago that to show it again is no race. */
  const longAgo = () =>
    app.careline.storage.store
      .platform('sessions')
      .updateMany({ rotatedAt: { $ne: null } }, { $set: { rotatedAt: new Date(Date.now() - 21_000) } })

  it('ends within five seconds where a stolen refresh token is used again, and cuts its sockets, and no others', async () => {
    const [owner, other] = [await signedIn('ria'), await signedIn('tom')]
    const elsewhere = tab({ session: owner.held.session })
    const [screen, others] = [owner.screen(), other.screen()]
    await Promise.all([caughtUp(screen), caughtUp(others)])
    const stolen = owner.held.session as Session
    await owner.api.http.refresh(stolen)
    await longAgo()

    const started = Date.now()
    const refusal = await elsewhere.api.http.refresh(stolen).catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'refresh_invalid' })
    await status(screen, ({ isEnded }) => isEnded)
    expect(Date.now() - started).to.be.lessThan(10_000)
    expect(screen.status().error).to.include({ code: 'session_revoked' })
    for (const api of [owner.api, elsewhere.api]) {
      const gone = await api.me().catch((error: unknown) => error)
      expect(gone).to.have.property('status', 401)
    }
    expect((await other.api.me()).user.name).to.equal('tom')
    expect(others.status().state).to.equal('live')
  })

  it('goes on in both of two tabs that renew it at once, without a lock between them', async () => {
    const one = await signedIn('uma')
    const other = tab({ session: one.held.session })
    const screens = [one.screen(), other.screen()]
    await Promise.all(screens.map(caughtUp))
    const shown = one.held.session as Session
    const renewed = await Promise.all([one.api.http.refresh(shown), other.api.http.refresh(shown)])
    expect(new Set(renewed.map(({ refreshToken }) => refreshToken))).to.have.length(2)
    const late = tab({ session: shown })
    expect((await late.api.http.refresh(shown)).user.name, 'an answer that was lost, a moment later').to.equal('uma')
    await longAgo()
    for (const { api } of [one, other, late]) {
      const held = api.session() as Session
      expect((await api.http.refresh(held)).user.name, 'each on its own branch').to.equal('uma')
    }
    await until(() => screens.every((screen) => screen.status().state === 'live'))
    expect((await one.api.account.signIns()).items, 'still one sign-in').to.have.length(1)
  })

  it('goes on where two processes renew it at once, and ends in both where it was stolen', async () => {
    const at = await open()
    await at.business('pair', ['owner'])
    const pair = [await at.serve(), await at.serve()] as const
    const refresh = (where: number, refreshToken: string) =>
      pair[where as 0 | 1].ask('POST', '/api/v1/auth/refresh', { body: { refreshToken } })
    const { refreshToken } = await pair[0].login('owner@pair.test')
    const answers = await Promise.all([0, 1, 0, 1].map((where) => refresh(where, refreshToken)))
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200])
    const tokens = answers.map(({ body }) => body as { accessToken: string; refreshToken: string })
    for (const { accessToken } of tokens)
      for (const one of pair)
        expect((await one.ask('GET', '/api/v1/auth/me', { token: accessToken })).status).to.equal(200)

    for (const one of pair) one.later(21_000)
    expect((await refresh(0, refreshToken)).status, 'shown again').to.equal(401)
    for (const one of pair) one.later(5_000)
    for (const [nth, { accessToken, refreshToken: next }] of tokens.entries()) {
      expect((await refresh(nth % 2, next)).status, 'every branch').to.equal(401)
      for (const one of pair)
        expect((await one.ask('GET', '/api/v1/auth/me', { token: accessToken })).status).to.equal(401)
    }
    for (const one of pair) await one.close()
    await at.close()
  })
})
