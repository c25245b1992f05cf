import { expect } from 'chai'
import { apiRoutes } from '../../server/routes/index.ts'
import { App, type Business } from '../harness/boot.ts'

interface Known {
  conversationId: string
  messageId: string
  userId: string
  memberId: string
  channelId: string
  fileId: string
  /** Two of them: one is replayed, one dropped. */
  letterIds: [string, string]
}
interface Row {
  path(known: Known): string
  body?: object | Uint8Array
  /** What its own workspace gets. */
  status: number
  allow: 'any' | 'staff' | 'admin'
}

const text = { kind: 'text', text: 'Good morning' }
const png = Buffer.from('89504e470d0a1a0a', 'hex')
const newChannel = { name: 'Second', phoneNumberId: '777', businessId: '778', simulate: true }
const c = ({ conversationId }: Known) => `/conversations/${conversationId}`

/** Every route that asks who is there. A route without a row fails the first test. */
const table: Record<string, Row> = {
  'get /auth/me': { path: () => '/auth/me', status: 200, allow: 'any' },
  'get /auth/sessions': { path: () => '/auth/sessions', status: 200, allow: 'any' },
  // Nobody's: those of others are as unknown as this one.
  'delete /auth/sessions/:id': { path: () => '/auth/sessions/ses_none', status: 404, allow: 'any' },
  'post /auth/logout-all': { path: () => '/auth/logout-all', body: { keepsThis: true }, status: 204, allow: 'any' },
  'post /auth/password/change': {
    path: () => '/auth/password/change',
    body: { current: 'not this one', password: 'a longer word than before' },
    status: 401,
    allow: 'any',
  },
  'get /auth/workspaces': { path: () => '/auth/workspaces', status: 200, allow: 'any' },
  'post /auth/switch': { path: () => '/auth/switch', body: { workspaceId: 'ws_none' }, status: 404, allow: 'any' },
  'get /members': { path: () => '/members', status: 200, allow: 'staff' },
  'post /members/invitations': {
    path: () => '/members/invitations',
    body: { email: 'new@clinic.test', name: 'New', role: 'staff' },
    status: 201,
    allow: 'admin',
  },
  'patch /members/:id': {
    path: ({ memberId }) => `/members/${memberId}`,
    body: { name: 'Ann' },
    status: 200,
    allow: 'admin',
  },
  'delete /members/:id': { path: ({ memberId }) => `/members/${memberId}`, status: 204, allow: 'admin' },
  'get /integrations': { path: () => '/integrations', status: 200, allow: 'staff' },
  'post /integrations': { path: () => '/integrations', body: newChannel, status: 201, allow: 'admin' },
  'get /integrations/:id': { path: ({ channelId }) => `/integrations/${channelId}`, status: 200, allow: 'staff' },
  'patch /integrations/:id': {
    path: ({ channelId }) => `/integrations/${channelId}`,
    body: { name: 'Renamed' },
    status: 200,
    allow: 'admin',
  },
  'get /integrations/:id/health': {
    path: ({ channelId }) => `/integrations/${channelId}/health`,
    status: 200,
    allow: 'staff',
  },
  'get /conversations': { path: () => '/conversations', status: 200, allow: 'staff' },
  'get /conversations/:id': { path: c, status: 200, allow: 'staff' },
  'get /conversations/:id/messages': { path: (k) => `${c(k)}/messages`, status: 200, allow: 'staff' },
  'get /conversations/:id/window': { path: (k) => `${c(k)}/window`, status: 200, allow: 'staff' },
  'post /conversations/:id/messages': {
    path: (k) => `${c(k)}/messages`,
    body: { content: text },
    status: 201,
    allow: 'staff',
  },
  'post /conversations/:id/notes': {
    path: (k) => `${c(k)}/notes`,
    body: { text: 'note' },
    status: 201,
    allow: 'staff',
  },
  'post /conversations/:id/read': { path: (k) => `${c(k)}/read`, body: { upTo: 1 }, status: 200, allow: 'staff' },
  'put /conversations/:id/status': {
    path: (k) => `${c(k)}/status`,
    body: { status: 'pending' },
    status: 200,
    allow: 'staff',
  },
  'put /conversations/:id/assignee': {
    path: (k) => `${c(k)}/assignee`,
    body: { assigneeId: null },
    status: 200,
    allow: 'staff',
  },
  'post /conversations/:id/take': { path: (k) => `${c(k)}/take`, body: {}, status: 200, allow: 'staff' },
  'post /conversations/:id/automation/resume': {
    path: (k) => `${c(k)}/automation/resume`,
    body: {},
    status: 200,
    allow: 'staff',
  },
  'get /messages/:id': { path: ({ messageId }) => `/messages/${messageId}`, status: 200, allow: 'staff' },
  // The message came in, so there is nothing to send again: its own workspace hears that, another hears of nothing.
  'post /messages/:id/retry': { path: ({ messageId }) => `/messages/${messageId}/retry`, status: 409, allow: 'staff' },
  'get /users/:id': { path: ({ userId }) => `/users/${userId}`, status: 200, allow: 'staff' },
  'patch /users/:id': {
    path: ({ userId }) => `/users/${userId}`,
    body: { stage: 'engaged' },
    status: 200,
    allow: 'staff',
  },
  'post /files': { path: () => '/files', body: png, status: 201, allow: 'staff' },
  'get /files/:id/link': { path: ({ fileId }) => `/files/${fileId}/link`, status: 200, allow: 'staff' },
  'get /files/:id': { path: ({ fileId }) => `/files/${fileId}`, status: 200, allow: 'staff' },
  // This workspace is no sandbox.
  'get /admin/clock': { path: () => '/admin/clock', status: 200, allow: 'staff' },
  'post /admin/clock/freeze': { path: () => '/admin/clock/freeze', body: {}, status: 409, allow: 'admin' },
  'post /admin/clock/release': { path: () => '/admin/clock/release', body: {}, status: 409, allow: 'admin' },
  'post /admin/clock/step': { path: () => '/admin/clock/step', body: { ms: 1 }, status: 409, allow: 'admin' },
  'post /admin/clock/next': { path: () => '/admin/clock/next', body: {}, status: 409, allow: 'admin' },
  'post /admin/clock/real': { path: () => '/admin/clock/real', body: {}, status: 409, allow: 'admin' },
  'get /admin/actors/overview': { path: () => '/admin/actors/overview', status: 200, allow: 'admin' },
  'get /admin/actors': { path: () => '/admin/actors', status: 200, allow: 'admin' },
  'get /admin/actors/:kind/:id': { path: ({ userId }) => `/admin/actors/user/${userId}`, status: 200, allow: 'admin' },
  'get /admin/dead-letters': { path: () => '/admin/dead-letters', status: 200, allow: 'admin' },
  'get /admin/dead-letters/:id': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[0]}`,
    status: 200,
    allow: 'admin',
  },
  'post /admin/dead-letters/:id/replay': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[0]}/replay`,
    status: 200,
    allow: 'admin',
  },
  'post /admin/dead-letters/:id/drop': {
    path: ({ letterIds }) => `/admin/dead-letters/${letterIds[1]}/drop`,
    body: { reason: 'It is of no use.' },
    status: 200,
    allow: 'admin',
  },
  'get /admin/streams/readers': {
    path: (k) => `/admin/streams/readers?stream=conversation:${k.conversationId}`,
    status: 200,
    allow: 'admin',
  },
}

const ofStrangers = [
  'post /auth/login',
  'post /auth/link',
  'post /auth/refresh',
  'post /auth/logout',
  'get /auth/ways',
  'post /auth/magic-link',
  'post /auth/verify',
  'post /auth/password/forgot',
  'post /auth/password/reset',
  'get /members/invitations/:token',
  'post /members/invitations/:token/accept',
]

describe('every route', () => {
  let app: App
  let clinic: Business
  let other: Business
  let known: Known
  before(async function () {
    this.timeout(30_000)
    app = await new App().start()
    clinic = await app.open('clinic')
    other = await app.open('other')
    await clinic.member('ann', 'staff')
    clinic.person('Lena').sends('Hello')
    await app.settled()
    const token = await tokenOf(clinic, 'owner')
    const [line] = (await ask('get', '/conversations', token)).body.items
    const [message] = (await ask('get', `/conversations/${line.conversationId}/messages`, token)).body.items
    const { body: file } = await ask('post', '/files', token, png)
    known = {
      conversationId: line.conversationId,
      messageId: message._id,
      userId: line.conversation.userId,
      memberId: clinic.members['ann']?.id ?? '',
      channelId: clinic.channel.id,
      fileId: file.fileId,
      letterIds: [await letter(line.conversation.userId), await letter(line.conversation.userId)],
    }
  })
  after(() => app.stop())

  /** A message that could not be delivered. */
  async function letter(userId: string) {
    const to = { workspaceId: clinic.workspace.id, kind: 'user', id: userId }
    const by = { role: 'staff', id: 'ann', depth: 0 } as const
    const { deadLetters } = app.careline.storage
    await deadLetters.bury({ id: 'x', to, message: 'view', input: {}, by }, new Error('on purpose'))
    return (await deadLetters.page(to.workspaceId, { limit: 1 })).items[0]?.id ?? ''
  }

  const tokenOf = async (business: Business, name: string) =>
    (await app.careline.auth.openFor(business.workspace.id, business.members[name]?.id ?? '')).accessToken

  async function ask(method: string, path: string, token?: string, body?: object | Uint8Array, headers = {}) {
    const isRaw = body instanceof Uint8Array
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: method.toUpperCase(),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': isRaw ? 'image/png' : 'application/json' }),
        ...headers,
      },
      ...(body && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const said = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: isJson ? JSON.parse(said) : said }
  }
  const row = ([name, { path, body }]: [string, Row], token?: string) =>
    ask(name.split(' ')[0] ?? '', path(known), token, body)
  const rows = () => Object.entries(table)

  it('has a row in this table', () => {
    const declared = apiRoutes.map(({ method, path }) => `${method} ${path}`)
    expect([...Object.keys(table), ...ofStrangers]).to.have.members(declared)
  })

  it('asks who is there', async () => {
    for (const entry of rows()) {
      expect((await row(entry)).status, entry[0]).to.equal(401)
      const wrong = await row(entry, 'not.a.token')
      expect([wrong.status, wrong.body.code], entry[0]).to.deep.equal([401, 'unauthorized'])
    }
  })

  it('is for those whom it allows', async () => {
    const staff = await tokenOf(clinic, 'ann')
    for (const entry of rows().filter(([, { allow }]) => allow === 'admin')) {
      const { status, body } = await row(entry, staff)
      expect([status, body.code], entry[0]).to.deep.equal([403, 'not_allowed'])
    }
  })

  it("does not know another workspace's ids, and changes nothing there", async () => {
    const [own, stranger] = [await tokenOf(clinic, 'owner'), await tokenOf(other, 'owner')]
    const seen = async () =>
      Promise.all(
        [`/conversations/${known.conversationId}`, `/users/${known.userId}`, `/integrations/${known.channelId}`].map(
          async (path) => (await ask('get', path, own)).body,
        ),
      )
    const before = await seen()
    const found: string[] = []
    for (const entry of rows().filter(([name]) => name.includes(':id'))) {
      const { status } = await row(entry, stranger)
      if (status !== 404) found.push(`${entry[0]}: ${status}`)
    }
    expect(found).to.deep.equal([])
    await app.settled()
    expect(await seen()).to.deep.equal(before)
  })

  it("shows nothing of another workspace's in a list", async () => {
    const stranger = await tokenOf(other, 'owner')
    for (const path of ['/conversations', '/members', '/integrations', '/admin/actors']) {
      const { body } = await ask('get', path, stranger)
      const said = JSON.stringify(body)
      for (const id of Object.values(known).flat()) expect(said, path).not.to.include(id)
    }
    expect((await ask('get', '/conversations', stranger)).body).to.deep.equal({ items: [], nextCursor: null })
  })

  it('answers its own workspace', async () => {
    const token = await tokenOf(clinic, 'owner')
    for (const entry of rows()) expect((await row(entry, token)).status, entry[0]).to.equal(entry[1].status)
  })

  it("takes no other workspace's member, channel or message inside a body", async () => {
    const token = await tokenOf(clinic, 'owner')
    const put = await ask('put', `${c(known)}/assignee`, token, { assigneeId: other.members['owner']?.id })
    expect([put.status, put.body.code]).to.deep.equal([422, 'unknown_member'])
    const sent = await ask('post', `${c(known)}/messages`, token, { content: text, channelId: other.channel.id })
    expect([sent.status, sent.body.code]).to.deep.equal([422, 'unknown_channel'])
  })

  it("leaves the sockets' address to the sockets: one answer, and nothing logged", async () => {
    const before = app.logged.length
    const answer = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`)
    expect(answer.status).to.equal(400)
    await app.settled()
    expect(app.logged.slice(before)).to.deep.equal([])
  })
})
