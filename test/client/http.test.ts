import { expect } from 'chai'
import { createApi } from '../../client/api.ts'
import { ApiProblem } from '../../client/problem.ts'
import { memoryTokens, type TokenStorage } from '../../client/tokens.ts'
import { withApp } from '../harness/boot.ts'

describe('client: http', () => {
  const app = withApp()

  /** An api that writes down what it asks, signed in as a member. */
  async function watched(tokens: TokenStorage = memoryTokens()) {
    const asked: { path: string; headers: Headers; status: number }[] = []
    const signedOut: ApiProblem[] = []
    const api = createApi({
      url: app.url,
      tokens,
      onSignedOut: (error) => signedOut.push(error),
      fetch: async (input, init) => {
        const request = new Request(input, init)
        const response = await fetch(request)
        asked.push({ path: new URL(request.url).pathname, headers: request.headers, status: response.status })
        return response
      },
    })
    const { business } = app
    const member = business.members['ana'] ?? (await business.member('ana'))
    await api.link(await app.careline.auth.createOwnerLink(business.workspace.id, member.id))
    asked.length = 0
    const paths = () => asked.map(({ path, status }) => `${path.replace('/api/v1', '')} ${status}`)
    return { api, asked, paths, signedOut }
  }
  const soon = (session: ReturnType<TokenStorage['load']>) => ({ ...session!, expiresAt: new Date().toISOString() })

  it('signs in, knows who it is, and signs out', async () => {
    const { api, paths } = await watched()
    expect((await api.me()).user).to.include({ name: 'ana', role: 'staff' })
    expect((await api.members.list()).items.map(({ name }) => name)).to.include('ana')
    await api.logout()
    expect(api.session()).to.equal(undefined)
    const refused = await api.me().catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiProblem).and.include({ code: 'signed_out', status: 401 })
    expect(paths()).to.deep.equal(['/auth/me 200', '/members 200', '/auth/logout 204'])
  })

  it('renews a token before it ends: once, however many wait for it', async () => {
    const { api, paths } = await watched()
    const before = api.session()
    api.http.session = soon(before)
    await Promise.all([api.me(), api.me(), api.token(), api.members.list()])
    expect(paths().filter((path) => path.startsWith('/auth/refresh'))).to.deep.equal(['/auth/refresh 200'])
    expect(api.session()?.refreshToken).not.to.equal(before?.refreshToken)
  })

  it('renews a token that the server does not take any more, and asks again once', async () => {
    const { api, paths } = await watched()
    api.http.session = { ...api.session()!, accessToken: 'spoiled' }
    await api.me()
    expect(paths()).to.deep.equal(['/auth/me 401', '/auth/refresh 200', '/auth/me 200'])
  })

  it('renews once for two tabs that share their storage', async () => {
    const shared = memoryTokens()
    let way: Promise<unknown> = Promise.resolve()
    // What a browser's lock does over tabs.
    const tokens: TokenStorage = {
      ...shared,
      alone: <T>(work: () => Promise<T>) => {
        const turn = way.then(work)
        way = turn.catch(() => undefined)
        return turn
      },
    }
    const [one, two] = [await watched(tokens), await watched(tokens)]
    tokens.save(soon(tokens.load()))
    await Promise.all([one.api.me(), two.api.me()])
    const refreshes = [...one.paths(), ...two.paths()].filter((path) => path.startsWith('/auth/refresh'))
    expect(refreshes).to.deep.equal(['/auth/refresh 200'])
    expect([one.signedOut, two.signedOut]).to.deep.equal([[], []])
  })

  it('says that the session is over when nothing renews it', async () => {
    const { api, signedOut } = await watched()
    api.http.session = { ...soon(api.session()), refreshToken: 'spoiled' }
    const refused = await api.me().catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiProblem).and.include({ status: 401 })
    expect(signedOut).to.have.length(1)
    expect(api.session()).to.equal(undefined)
  })

  it('gives every POST a key of its own, and a repeated one the same', async () => {
    const { api, asked } = await watched()
    const send = (key?: string) => api.conversations.send('c_nobody', { content: { kind: 'text', text: 'hi' } }, key)
    for (const key of [undefined, undefined, 'mine', 'mine']) await send(key).catch(() => undefined)
    const keys = asked.map(({ headers }) => headers.get('idempotency-key'))
    expect(keys.slice(2)).to.deep.equal(['mine', 'mine'])
    expect(keys[0])
      .to.match(/^key_[0-9a-f]{32}$/)
      .and.not.equal(keys[1])
  })

  it('throws what the server says, with its code and the fields that are wrong', async () => {
    const { api } = await watched()
    const missing = (await api.conversations.get('c_nobody').catch((error: unknown) => error)) as ApiProblem
    expect(missing).to.be.instanceOf(ApiProblem).and.include({ status: 404, retryable: false })
    expect(missing.requestId).to.be.a('string')
    const wrong = (await api.conversations
      .send('c_nobody', { content: { kind: 'text', text: '' } })
      .catch((error: unknown) => error)) as ApiProblem
    expect(wrong).to.include({ status: 422 })
    expect(wrong.errors).not.to.be.empty
  })

  it('says unreachable when there is no server, and that trying again may help', async () => {
    const api = createApi({ url: 'http://127.0.0.1:9' })
    const refused = await api.login('a@b.test', 'x').catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiProblem).and.include({ code: 'unreachable', retryable: true })
  })

  it('keeps files and gives them back', async () => {
    const { api } = await watched()
    const png = new Uint8Array(
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
    )
    const { fileId, sizeBytes } = await api.files.upload(png, { mime: 'image/png', name: 'Zähne 1.png' })
    expect(sizeBytes).to.equal(png.length)
    const bytes = new Uint8Array(await (await api.files.bytes(fileId)).arrayBuffer())
    expect(bytes).to.deep.equal(png)
    const { url } = await api.files.link(fileId)
    const opened = await fetch(new URL(url, app.url))
    expect(opened.status).to.equal(200)
    expect(opened.headers.get('content-type')).to.equal('image/png')
  })
})
