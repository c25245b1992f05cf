import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { io, type Socket } from 'socket.io-client'
import { actors } from '../../actors/index.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import { newId } from '../../kernel/id.ts'
import type { Given, Permission } from '../../kernel/permissions.ts'
import { isPermission, permissionNames, permissionsOfRole, scopes } from '../../kernel/permissions.ts'
import { commands } from '../../realtime/commands/index.ts'
import { defaultLimits } from '../../realtime/socket/limits.ts'
import { isStreamed, rawBodyOf, type Route } from '../../server/http/route.ts'
import { apiRoutes } from '../../server/routes/index.ts'
import { secretsOf } from '../../server/main/secrets.ts'
import { changeMember } from '../../store/settings/members.ts'
import { asking } from '../harness/asking.ts'
import { App, type Business } from '../harness/boot.ts'
import { patienceMs } from '../harness/until.ts'

/** Somebody who comes, and what the declarations say of them. */
interface Who {
  name: string
  token?: string
  role: string
  may: ReadonlySet<Permission>
}

const all = new Set(permissionNames)
/** Messages that one socket may say at once, less its subscription. */
const perSocket = defaultLimits.commandsPerSecond - 2
const none: ReadonlySet<Permission> = new Set()
const signedIn = apiRoutes.filter(({ terms }) => terms.allow !== 'public')
const nameOf = ({ method, path }: Route) => `${method} ${path}`

/** What the declaration of a route promises somebody. Written anew here: the edge must agree with it. */
function isAllowed({ terms: { allow } }: Route, { role, may }: Who): boolean {
  if (isPermission(allow)) return may.has(allow)
  return allow === 'any' && role !== 'key'
}

describe('who may do what', () => {
  const requests = asking()
  const sockets: Socket[] = []
  let app: App
  let clinic: Business
  let other: Business
  before(async () => {
    app = await new App().start()
    clinic = await app.open('clinic')
    other = await app.open('other')
    for (const role of ['admin', 'staff', 'expert'] as const) await clinic.member(role, role)
    clinic.person('Lena').sends('Hello')
    await app.settled()
  })
  after(async () => {
    for (const socket of sockets) socket.disconnect()
    requests.close()
    await app.stop()
  })

  const auth = () => app.careline.auth
  const session = async (business: Business, name: string) =>
    auth().openFor(business.workspace.id, business.members[name]?.id ?? '')
  const tokenOf = async (business: Business, name: string) => (await session(business, name)).accessToken
  const keyOf = async (owner: string, given: Permission[], more = {}) => {
    const body = JSON.stringify({ name: 'A key', scopes: given, ...more })
    const answer = await ask('post', '/api-keys', { token: owner, body })
    return answer.body as { secret: string; key: { id: string } }
  }

  const ask = (method: string, path: string, asked: Parameters<typeof requests.ask>[2] = {}) =>
    requests.ask(method, `${app.url}/api/v1${path}`, asked)

  /**
   * Whether the door opens, without going through: what kind of body comes is looked at after who may call, and before
   * anything is done.
   */
  async function knock(route: Route, token?: string) {
    const path = route.path.replace(/:\w+/g, 'x')
    const { status, body: said } = await ask(route.method, path, {
      ...(token !== undefined && { token }),
      ...bodyFor(route),
    })
    if (['json_expected', 'too_large', 'file_empty'].includes(said.code)) return 'open'
    return `${String(status)} ${String(said.code)}`
  }
  /** What no route takes of this kind. */
  function bodyFor({ terms: { body } }: Route) {
    if (isStreamed(body)) return {} // A file that has nothing in it.
    const max = rawBodyOf(body)
    return max === undefined ? { body: 'x', type: 'text/plain' } : { body: 'x', saidBytes: max + 1 }
  }
  async function knockAll(token: string | undefined, expected: (route: Route) => string, routes = signedIn) {
    const wrong: string[] = []
    const one = async (route: Route) => {
      const found = await knock(route, token)
      if (found !== expected(route)) wrong.push(`${nameOf(route)}: ${found} instead of ${expected(route)}`)
    }
    for (let at = 0; at < routes.length; at += 8) await Promise.all(routes.slice(at, at + 8).map(one))
    return wrong
  }
  const byDeclaration = (who: Who) => (route: Route) => {
    // A realm of its own: there the token of a workspace is none at all.
    if (route.terms.allow === 'operator' || route.terms.allow === 'person') return '401 unauthorized'
    return isAllowed(route, who) ? 'open' : '403 not_allowed'
  }

  async function everybody(): Promise<Who[]> {
    const owner = await tokenOf(clinic, 'owner')
    const people = await Promise.all(
      (['owner', 'admin', 'staff', 'expert'] as const).map(async (role) => ({
        name: role,
        role,
        token: await tokenOf(clinic, role),
        may: permissionsOfRole(role),
      })),
    )
    const key = async (name: string, given: Permission[]) => ({
      name,
      role: 'key',
      token: (await keyOf(owner, given)).secret,
      may: new Set(given),
    })
    return [
      ...people,
      await key('a key with every scope', scopes),
      await key('a key that reads conversations', ['conversations.read']),
    ]
  }
  const withGiven = async (name: string, given: Given) => {
    const { id } = clinic.members[name] ?? (await clinic.member(name, 'staff'))
    await changeMember(app.careline.storage.store, clinic.workspace.id, id, given)
    auth().forget()
    return tokenOf(clinic, name)
  }

  const connected = (token: string) =>
    new Promise<Socket>((ready, refused) => {
      const socket = io(app.url, { auth: { token }, transports: ['websocket'], reconnection: false })
      sockets.push(socket)
      socket.on('connect_error', refused)
      socket.on('hello', () => ready(socket))
    })

  describe('every route', () => {
    it('uses every permission that there is', () => {
      const asked = [...apiRoutes.map(({ terms }) => terms.allow), ...commands.map(({ allow }) => allow)]
      const read = actors.flatMap(({ contract }) => Object.values(contract.streams))
      const used = new Set<string>([...asked, ...read])
      expect(permissionNames.filter((name) => !used.has(name))).to.deep.equal([])
    })

    it('asks each role and each key for what it declares', async () => {
      expect(signedIn).to.have.length.above(40)
      for (const who of await everybody())
        expect(await knockAll(who.token, byDeclaration(who)), who.name).to.deep.equal([])
    })

    it('is open to a key with just its scope, and closed to one with all the others', async () => {
      const owner = await tokenOf(clinic, 'owner')
      for (const scope of scopes) {
        const routes = signedIn.filter(({ terms }) => terms.allow === scope)
        if (routes.length === 0) continue
        const just = await keyOf(owner, [scope])
        const others = await keyOf(
          owner,
          scopes.filter((one) => one !== scope),
        )
        for (const route of routes) {
          expect(await knock(route, just.secret), `${nameOf(route)}, ${scope}`).to.equal('open')
          expect(await knock(route, others.secret), `${nameOf(route)}, all but ${scope}`).to.equal('403 not_allowed')
        }
      }
    })

    it('asks for what somebody has now: more than their role, or less', async () => {
      const more: Permission[] = ['audit.read', 'clock.move']
      const less: Permission[] = ['conversations.write', 'people.read']
      const may = new Set([...permissionsOfRole('staff'), ...more].filter((name) => !less.includes(name)))
      const token = await withGiven('uma', { grants: more, withheld: less })
      expect(await knockAll(token, byDeclaration({ name: 'uma', role: 'staff', may }))).to.deep.equal([])

      const bare = await withGiven('uma', { grants: [], withheld: permissionNames })
      expect(await knockAll(bare, byDeclaration({ name: 'bare', role: 'staff', may: none }))).to.deep.equal([])
      const full = await withGiven('uma', { grants: permissionNames, withheld: [] })
      expect(await knockAll(full, byDeclaration({ name: 'full', role: 'staff', may: all }))).to.deep.equal([])
    })

    it('takes no token that is missing, expired, ended, forged, or of another realm', async () => {
      const owner = await tokenOf(clinic, 'owner')
      const ended = await session(clinic, 'owner')
      await auth().revoke(ended.sessionId, 'test')
      const revoked = await keyOf(owner, scopes)
      await ask('delete', `/api-keys/${revoked.key.id}`, { token: owner })
      const claims = jwt.decode(owner) as Record<string, unknown>
      const { jwtSecret } = secretsOf(app.careline.config)
      const signed = (changed: object, secret = jwtSecret, algorithm: jwt.Algorithm = 'HS256') =>
        jwt.sign({ ...claims, ...changed }, secret, { algorithm })
      const unsigned = (header: object) =>
        `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
      expect(await knock(signedIn[0] as Route, signed({})), 'what is forged here is otherwise good').to.equal('open')

      const tokens: Record<string, string | undefined> = {
        missing: undefined,
        'no token at all': 'not.a.token',
        expired: signed({ exp: Math.floor(Date.now() / 1_000) - 1 }),
        ended: ended.accessToken,
        'of a file': auth().tokens.file(clinic.workspace.id, 'x').token,
        'of another audience': signed({ aud: 'platform' }),
        'of no audience': signed({ aud: undefined }),
        'of another issuer': signed({ iss: 'somebody' }),
        'of another secret': signed({}, 'another secret that is long enough for HS256'),
        'of another algorithm': signed({}, jwtSecret, 'HS512'),
        'alg none': unsigned({ alg: 'none', typ: 'JWT' }),
        'alg nOnE': unsigned({ alg: 'nOnE', typ: 'JWT' }),
        'of another workspace': signed({ wid: other.workspace.id }),
        'of another member': signed({ sub: clinic.members['staff']?.id }),
        'of nobody’s sign-in': signed({ sid: 'ses_none' }),
        'a refresh token': ended.refreshToken,
        'a revoked key': revoked.secret,
        'a key that never was': `ck_live_${'0'.repeat(12)}_${'A'.repeat(43)}`,
        'half a key': revoked.secret.slice(0, 30),
      }
      const everywhere = ['missing', 'expired', 'ended', 'of another audience', 'a revoked key']
      for (const [name, token] of Object.entries(tokens)) {
        const here = everywhere.includes(name) ? signedIn : signedIn.slice(0, 1)
        expect(await knockAll(token, () => '401 unauthorized', here), name).to.deep.equal([])
        const refused = await connected(token ?? '').catch((error) => error)
        expect(refused.data?.code, `${name}, over a socket`).to.equal('unauthorized')
      }
    })
  })

  it('holds for the twenty that matter most, said by hand', async () => {
    const owner = await tokenOf(clinic, 'owner')
    const [line] = (await ask('get', '/conversations', { token: owner })).body.items
    const [conversation, user] = [`/conversations/${line.conversationId}`, `/users/${line.conversation.userId}`]
    const member = (name: string) => `/members/${clinic.members[name]?.id ?? ''}`
    const tokens: Record<string, string> = {
      owner,
      admin: await tokenOf(clinic, 'admin'),
      staff: await tokenOf(clinic, 'staff'),
      expert: await tokenOf(clinic, 'expert'),
      key: (await keyOf(owner, scopes)).secret,
      stranger: await tokenOf(other, 'owner'),
    }
    const words = { content: { kind: 'text', text: 'Hello' } }
    const list: [who: string, method: string, path: string, body: object | null, answer: string][] = [
      ['nobody', 'get', '/conversations', null, '401 unauthorized'],
      ['nobody', 'get', user, null, '401 unauthorized'],
      ['staff', 'post', '/members/invitations', { email: 'x@x.test', name: 'X', role: 'owner' }, '403 not_allowed'],
      ['staff', 'post', '/api-keys', { name: 'X', scopes: ['members.read'] }, '403 not_allowed'],
      ['staff', 'get', '/admin/dead-letters', null, '403 not_allowed'],
      ['staff', 'post', '/admin/jobs/retention/run', {}, '403 not_allowed'],
      ['expert', 'get', '/admin/audit', null, '403 not_allowed'],
      ['expert', 'post', '/integrations', {}, '403 not_allowed'],
      ['admin', 'patch', member('owner'), { role: 'staff' }, '403 not_allowed'],
      ['admin', 'delete', member('owner'), null, '403 not_allowed'],
      ['admin', 'patch', member('admin'), { role: 'owner' }, '403 not_allowed'],
      [
        'admin',
        'patch',
        member('staff'),
        { permissions: { grants: ['workspace.close'], withheld: [] } },
        '403 not_allowed',
      ],
      ['admin', 'post', '/workspaces/current/close', {}, '403 not_allowed'],
      ['admin', 'post', '/workspaces/current/export', {}, '403 not_allowed'],
      ['owner', 'get', '/platform/workspaces', null, '401 unauthorized'],
      ['key', 'post', '/api-keys', { name: 'X', scopes: ['members.read'] }, '403 not_allowed'],
      ['key', 'get', '/auth/sessions', null, '403 not_allowed'],
      ['key', 'post', `${member('staff')}/impersonation`, {}, '403 not_allowed'],
      ['stranger', 'get', `${conversation}`, null, '404 conversation_missing'],
      ['stranger', 'post', `${conversation}/messages`, words, '404 conversation_missing'],
      ['stranger', 'get', user, null, '404 user_missing'],
      ['stranger', 'delete', member('staff'), null, '404 not_found'],
      ['stranger', 'get', `/integrations/${clinic.channel.id}`, null, '404 not_found'],
    ]
    for (const [who, method, path, body, answer] of list) {
      const token = tokens[who]
      const asked = { ...(token && { token }), ...(body && { body: JSON.stringify(body) }) }
      const { status, body: said } = await ask(method, path, asked)
      expect(`${String(status)} ${said.code}`, `${who}: ${method} ${path}`).to.equal(answer)
    }
  })

  describe('every stream and command', () => {
    const told = (socket: Socket, event: string, message: object): Promise<any> =>
      socket.timeout(patienceMs).emitWithAck(event, message)
    const streamsHere = () =>
      actors.flatMap(({ contract }) =>
        Object.entries(contract.streams).map(([part, reader]) => ({ kind: contract.kind, part, reader })),
      )
    const isReader = (reader: string, { role, may }: Who) => {
      if (reader === 'self') return false // Of others: nobody is called x.
      return reader === 'staff' ? role !== 'key' : may.has(reader as Permission)
    }

    /** Nothing was said: whoever is admitted hears of that, but where nothing has to be said. */
    const answerTo = (error: { code: string } | undefined, { input }: (typeof commands)[number]['shape']) =>
      error?.code === 'invalid_request' || (error?.code !== 'not_allowed' && input.safeParse({}).success)
        ? 'admitted'
        : error?.code

    it('asks each role and each key for what it declares', async () => {
      expect(streamsHere()).to.have.length.above(4)
      expect(commands).to.have.length.above(8)
      for (const who of await everybody()) {
        const socket = await connected(who.token ?? '')
        const names = streamsHere().map(({ kind, part }) => streamName(kind, part, 'x'))
        const { streams } = await told(socket, 'subscribe', { streams: names.map((stream) => ({ stream })) })
        for (const [nth, { reader }] of streamsHere().entries()) {
          const isRefused = streams[nth].error?.code === 'not_allowed'
          expect(isRefused, `${who.name} reads ${names[nth]}`).to.equal(!isReader(reader, who))
          expect(streams[nth], 'nothing is called x').to.have.property('error')
        }
        let speaking = socket
        for (const [nth, { name, allow, shape }] of commands.entries()) {
          // More than one socket may say in a second: so many of them at a time, and no more.
          if (nth > 0 && nth % perSocket === 0) {
            speaking.disconnect()
            speaking = await connected(who.token ?? '')
          }
          const { error } = await told(speaking, 'command', { id: newId('cmd'), name, input: {} })
          expect(answerTo(error, shape), `${who.name} gives ${name}`).to.equal(
            // `self` is of the people who are looked after: none of these.
            allow !== 'self' && who.may.has(allow) ? 'admitted' : 'not_allowed',
          )
        }
        speaking.disconnect()
      }
    })

    it('is closed to somebody who is looked after, but for what is theirs', async () => {
      const [line] = (await ask('get', '/conversations', { token: await tokenOf(clinic, 'owner') })).body.items
      const { userId } = line.conversation
      const token = await clinic.appOf(userId)
      expect(
        await knockAll(token, ({ terms }) => (terms.allow === 'person' ? 'open' : '401 unauthorized')),
      ).to.deep.equal([])

      const socket = await connected(token)
      for (const { kind, part, reader } of streamsHere()) {
        const theirs = [userId, line.conversationId].map((id) => streamName(kind, part, id))
        const names = [...theirs, streamName(kind, part, 'x'), streamName(kind, part, clinic.workspace.id)]
        const { streams } = await told(socket, 'subscribe', { streams: names.map((stream) => ({ stream })) })
        const open = streams.filter((one: any) => one.error === undefined).map((one: any) => one.stream)
        expect(open, `${kind}.${part}`).to.have.length(reader === 'self' ? 1 : 0)
        expect(theirs).to.include.members(open)
      }
      for (const { name, allow, alsoSelf, shape } of commands) {
        const speaking = await connected(token)
        const { error } = await told(speaking, 'command', { id: newId('cmd'), name, input: {} })
        const isTheirs = allow === 'self' || alsoSelf === true
        expect(answerTo(error, shape), name).to.equal(isTheirs ? 'admitted' : 'not_allowed')
        speaking.disconnect()
      }
    })

    it('knows nothing of another workspace', async () => {
      const { workspace, channel } = clinic
      const [line] = (await ask('get', '/conversations', { token: await tokenOf(clinic, 'owner') })).body.items
      const ids = [workspace.id, channel.id, line.conversationId, line.conversation.userId]
      const socket = await connected(await tokenOf(other, 'owner'))
      for (const { kind, part } of streamsHere()) {
        const wanted = ids.map((id) => ({ stream: streamName(kind, part, id) }))
        const { streams } = await told(socket, 'subscribe', { streams: wanted })
        for (const one of streams) expect(one.error?.code, one.stream).to.be.oneOf(['no_such_stream', 'not_allowed'])
      }
      const input = { conversationId: line.conversationId, content: { kind: 'text', text: 'Hello' } }
      const { error } = await told(socket, 'command', { id: newId('cmd'), name: 'message.send', input })
      expect(error.code).to.equal('conversation_missing')
    })

    it('hears of a right that is withheld while it is used, and of a key that is revoked', async () => {
      const token = await withGiven('vic', { grants: [], withheld: [] })
      const owner = await tokenOf(clinic, 'owner')
      const { secret, key } = await keyOf(owner, ['conversations.read'])
      const stream = streamName('inbox', 'main', clinic.workspace.id)
      const [member, program] = [await connected(token), await connected(secret)]
      for (const socket of [member, program])
        expect((await told(socket, 'subscribe', { streams: [{ stream }] })).streams[0]).to.have.property('snapshot')

      const shut = new Promise<any>((heard) => member.once('revoked', heard))
      const permissions = { grants: [], withheld: ['conversations.read'] }
      const path = `/members/${clinic.members['vic']?.id ?? ''}`
      const changed = await ask('patch', path, { token: owner, body: JSON.stringify({ permissions }) })
      expect(changed.status).to.equal(200)
      expect(await shut).to.deep.include({ stream })

      const cut = new Promise<string>((heard) => program.once('disconnect', heard))
      await ask('delete', `/api-keys/${key.id}`, { token: owner })
      expect(await cut).to.equal('io server disconnect')
      expect((await ask('get', '/conversations', { token: secret })).status).to.equal(401)
    })
  })
})
