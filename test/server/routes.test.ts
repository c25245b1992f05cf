import { expect } from 'chai'
import { apiRoutes } from '../../server/routes/index.ts'
import { beginBackup } from '../../store/backups.ts'
import { App, type Business } from '../harness/boot.ts'
import { ofStrangers, table } from './rows/index.ts'
import type { Known, Row } from './rows/row.ts'
import { newTemplate } from './rows/tools.ts'

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
const text = { kind: 'text', text: 'Good morning' }
const png = Buffer.from('89504e470d0a1a0a', 'hex')
const newService = { name: 'Massage', durationMin: 60, priceMinor: 5_000, currency: 'EUR' }
const newCanned = { shortcut: 'thanks', name: 'Thanks', texts: [{ locale: 'en', text: 'Thank you' }] }
const c = ({ conversationId }: Known) => `/conversations/${conversationId}`

/** Another realm: `platform.test.ts` has them. */
const ofOperators = apiRoutes.filter(({ path }) => path.startsWith('/platform/')).map(nameOf)
/** And another: `own-app.test.ts` has them. */
const ofPersons = apiRoutes.filter(({ terms }) => terms.allow === 'person').map(nameOf)

describe('every route', () => {
  let app: App
  let clinic: Business
  let other: Business
  let known: Known
  before(async () => {
    app = await new App().start()
    clinic = await app.open('clinic')
    other = await app.open('other')
    await clinic.member('ann', 'staff')
    const begun = { id: 'bak_1', startedAt: Date.now(), by: null, machine: 'elsewhere', file: 'one.age' }
    await beginBackup(app.careline.storage.store, begun)
    clinic.person('Lena').sends('Hello')
    await app.settled()
    const token = await tokenOf(clinic, 'owner')
    const [line] = (await ask('get', '/conversations', token)).body.items
    const [message] = (await ask('get', `/conversations/${line.conversationId}/messages`, token)).body.items
    const file = await (await clinic.as('owner')).files.upload(png, { mime: 'image/png', name: 'a.png' })
    known = {
      conversationId: line.conversationId,
      messageId: message._id,
      userId: line.conversation.userId,
      memberId: clinic.members['ann']?.id ?? '',
      teamId: (await ask('post', '/teams', token, { name: 'Team' })).body.id,
      serviceId: (await ask('post', '/services', token, { ...newService, name: 'Talk' })).body.id,
      cannedId: (await ask('post', '/canned-responses', token, newCanned)).body.id,
      templateId: (await ask('post', '/message-templates', token, { ...newTemplate, channelId: clinic.channel.id }))
        .body.id,
      macroId: (await ask('post', '/macros', token, { name: 'Later', deeds: [{ do: 'note', text: 'Later' }] })).body.id,
      viewId: (await ask('post', '/inbox-views', token, { name: 'All', filter: { all: [] } })).body.id,
      slaId: (await ask('post', '/sla-policies', token, { name: 'All', firstResponseMinutes: 60 })).body.id,
      slackRuleId: (
        await ask('post', '/slack-rules', token, { name: 'Calls', on: ['mentioned'], channel: 'C0GENERAL' })
      ).body.id,
      ...(await lists(token)),
      channelId: clinic.channel.id,
      keyId: (await ask('post', '/api-keys', token, { name: 'Website', scopes: ['members.read'] })).body.key.id,
      endpointId: await endpoint(token),
      fileId: file.fileId,
      letterIds: [await letter(line.conversation.userId), await letter(line.conversation.userId)],
      remarkId: await remark(line.conversation.userId, token),
      errorId: await error(),
      fieldId: (await ask('post', '/custom-fields', token, { key: 'one', name: 'One', type: 'text' })).body.id,
      tagId: (await ask('post', '/tags', token, { label: 'one' })).body.id,
      optionId: (await ask('post', '/user-status-options', token, { name: 'One' })).body.id,
    }
  })
  after(() => app.stop())

  const remark = async (recordId: string, token: string): Promise<string> =>
    (await ask('post', '/remarks', token, { kind: 'person', recordId, text: 'Prefers mornings' })).body.id

  /** A list by hand, an import that was looked at, and an export that is ready. */
  async function lists(token: string) {
    const table = Buffer.from('Name,Phone\nBea,+4915123456782\n')
    const importId: string = (await ask('post', '/imports', token, table)).body.id
    const segmentId: string = (await ask('post', '/segments', token, { name: 'By hand', kind: 'static' })).body.id
    const exportId: string = (await ask('post', '/exports', token, {})).body.id
    await app.careline.lists.lists.exports.settled()
    return { importId, segmentId, exportId }
  }

  async function error() {
    const { errors, flush } = app.careline.watch
    errors.capture({ name: 'TypeError' }, { source: 'test', workspaceId: clinic.workspace.id })
    await flush()
    return (await app.careline.storage.errorLogs.page(clinic.workspace.id, { limit: 1 })).items[0]?.id ?? ''
  }

  async function endpoint(token: string) {
    const { body } = await ask('post', '/webhook-endpoints', token, { name: 'CRM', events: ['user.changed'] })
    await ask('post', `/webhook-endpoints/${body.id}/test`, token, {})
    await app.settled()
    return body.id as string
  }

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
    const declared = apiRoutes.map(nameOf)
    expect([...Object.keys(table), ...ofStrangers, ...ofOperators, ...ofPersons]).to.have.members(declared)
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
    for (const path of ['/conversations', '/members', '/integrations', '/webhook-endpoints', '/admin/actors']) {
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
