import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import ts from 'typescript'
import type { Api } from '../../client/api.ts'
import { password, withApp } from '../harness/boot.ts'
import { Installed } from './package/installed.ts'
import { sizeOf } from './package/size.ts'
import { codeBlocks, snippets } from './package/snippets.ts'

const settings: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  types: ['node'],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
}

/** What the types know: right code passes, and each wrong line is seen to be wrong. */
const typed = `
import { type Client, connect, type Message, type OutboxEntry, type StateOf } from '@careline/client'
const client: Client = connect({ token: () => 'x' })
const thread = client.stream('conversation', 'c1')
const messages: readonly Message[] | undefined = thread.state()?.messages
const counts: number | undefined = client.open('inbox:w1').state()?.counts.open
export const state: StateOf<'user:u1'> | undefined = client.stream('user', 'u1').state()
export const waiting: OutboxEntry['state'] = 'waiting'
export const n: Promise<number> = client.command('note.add', { conversationId: 'c1', text: 'x' }).then((done) => done.n)
export const all = [messages, counts]
// @ts-expect-error
client.stream('nothing', 'c1')
// @ts-expect-error
client.command('note.add', { conversationId: 'c1' })
// @ts-expect-error
client.command('message.send', { conversationId: 'c1', content: { kind: 'text', txt: 'x' } })
// @ts-expect-error
client.command('conversation.typing', { conversationId: 'c1', on: true })
// @ts-expect-error
thread.state()?.messages.push('x')
// @ts-expect-error
thread.state()?.conversation.status === 'no such status'
`

/** What the calls answer is what the OpenAPI document says that the server answers: where not, its operation is named. */
const byTheDocument = `
import type { Api } from '@careline/client'
import type { operations } from '@careline/client/openapi'
interface Calls {
  getAuthWays: Api['ways']
  getAuthMe: Api['me']
  postAuthLogin: Api['login']
  postAuthPhoneValidate: Api['phones']['validate']
  postAuthOtp: Api['phones']['askToSignIn']
  getAuthPhones: Api['phones']['own']
  postAuthPhones: Api['phones']['add']
  postAuthPhonesVerify: Api['phones']['verify']
  getAuthSessions: Api['account']['signIns']
  getAuthWorkspaces: Api['account']['workspaces']
  getMembers: Api['members']['all']
  patchMembersById: Api['members']['change']
  postMembersInvitations: Api['members']['invite']
  getMembersInvitationsByToken: Api['members']['invitation']
  getIntegrations: Api['integrations']['list']
  getIntegrationsByIdHealth: Api['integrations']['health']
  getConversations: Api['conversations']['list']
  getConversationsById: Api['conversations']['get']
  getConversationsByIdMessages: Api['conversations']['messages']
  postConversationsByIdMessages: Api['conversations']['send']
  getConversationsByIdWindow: Api['conversations']['window']
  getMessagesById: Api['messages']['get']
  getUsersById: Api['users']['get']
  getAdminActors: Api['admin']['actors']
  getAdminDeadLetters: Api['admin']['deadLetters']
  getAdminClock: Api['admin']['clock']
}
type Answers<O extends keyof operations> = operations[O]['responses'][keyof operations[O]['responses']]
type Answer<O extends keyof operations> =
  Extract<Answers<O>, { content: { 'application/json': unknown } }>['content']['application/json']
type Agrees<O extends keyof operations, Call extends (...given: never[]) => Promise<unknown>> =
  Answer<O> extends Awaited<ReturnType<Call>> ? true : false
type Wrong = { [O in keyof Calls]: Agrees<O, Calls[O]> extends true ? never : O }[keyof Calls]
export const wrong: { [O in Wrong]: never } = {}
// @ts-expect-error
export const another: Agrees<'getAuthPhones', Api['me']> = true
// @ts-expect-error
export const missing: operations['getNothing'] = {}
`

/** Writes so many messages into a conversation, and ends when the server has all that was given, by this or an earlier run. */
const writer = `
import * as fs from 'node:fs'
import { connect, fileStorage } from '@careline/client'
const [url = '', token = '', conversationId = '', count = ''] = process.argv.slice(2)
const storage = fileStorage(fs, './outbox')
const client = connect({ url, token: () => token, storage, timing: { backoffMinMs: 10 } })
const look = () => {
  process.stdout.write('left:' + client.outbox().length + '\\n')
  if (client.outbox().length === 0) client.close()
}
for (let n = 0; n < Number(count); n++) {
  void client.command('message.send', { conversationId, content: { kind: 'text', text: 'killed ' + n } })
}
client.onOutbox(look)
look()
`

describe('client: the package', () => {
  const app = withApp()
  const installed = new Installed()
  let api: Api
  let conversationId: string

  before(async () => {
    await installed.install()
    api = await app.business.as('owner')
    app.business.person('Lena').sends('Hello')
    await app.settled()
    conversationId = (await api.conversations.list()).items[0]?.conversationId ?? ''
  })
  after(() => installed.remove())

  const texts = async () => {
    const { items } = await api.conversations.messages(conversationId, { limit: 100 })
    return items.map(({ content }) => ('text' in content ? (content.text ?? '') : content.kind))
  }
  /** The README's code with this server, member and conversation in it. */
  const here = async (code: string) => {
    const facts = {
      'https://care.example': app.url,
      'lena@care.example': 'owner@clinic.test',
      'correct horse battery staple': password,
      'an access token': await api.token(),
      c_usr_1: conversationId,
    }
    return Object.entries(facts).reduce((text, [example, fact]) => text.replaceAll(example, fact), code)
  }

  it('holds its code, its types, a licence and a page, and needs socket.io-client alone', () => {
    const { files } = installed
    const [own, whole] = ['client/package.json', 'package.json'].map((file) => JSON.parse(readFileSync(file, 'utf8')))
    expect(own.version).to.equal(whole.version)
    expect(Object.entries(own.dependencies)).to.deep.equal([
      ['socket.io-client', `^${whole.dependencies['socket.io-client']}`],
    ])
    expect(files).to.include.members(['package.json', 'README.md', 'dist/LICENSE', 'dist/index.js', 'dist/index.d.ts'])
    expect(files.filter((file) => !/^(package\.json|README\.md|dist\/(LICENSE|index\.js|.*\.d\.ts))$/.test(file))).to.be
      .empty
    const declarations = installed.declarations()
    expect(declarations.length).to.be.greaterThan(10)
    for (const { path, text } of declarations)
      for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*['"]([^'"]*)['"]/g))
        expect(target, path).to.match(/^\.\.?\/.*\.js$/)
    expect(declarations.map(({ text }) => text).join()).not.to.match(/\bz\.|zod/)
  })

  it('is small: the live part under 20 KiB beside socket.io-client, and 8 KB as it travels', async () => {
    const [live, usual] = await Promise.all([
      sizeOf('connect'),
      sizeOf('connect', 'webStorage', 'createApi', 'webTokens'),
    ])
    expect(live.minified).to.be.lessThan(20 * 1_024)
    expect(live.compressed).to.be.lessThan(8_000)
    // With every call that an admin's pages make.
    expect(usual.compressed).to.be.lessThan(12_500)
  })

  it('is typed, to the last word of its page', async () => {
    const files = [...snippets].map(([heading, { language, code }]) =>
      installed.write(`${heading.replaceAll(' ', '-')}.${language}`, code),
    )
    files.push(installed.write('typed.ts', typed), installed.write('writer.ts', writer))
    files.push(installed.write('by-the-document.ts', byTheDocument))
    const program = ts.createProgram(files, settings)
    const seen = [...files, ...installed.declarations().map(({ path }) => path)]
    const wrong = seen.flatMap((path) => {
      const source = program.getSourceFile(path)
      if (!source) throw new Error(`${path} was not read.`)
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    })
    expect(
      ts.formatDiagnostics(wrong, { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }),
    ).to.equal('')
  })

  it('does what its page says', async () => {
    expect(codeBlocks, 'each under a heading of its own').to.equal(snippets.size)
    const settles = `await new Promise((done) => {
      const look = () => client.outbox().length === 0 && done(undefined)
      client.onOutbox(look)
      look()
    })`
    const endings: Record<string, string> = {
      Connect: 'client.close()',
      Streams: '',
      Commands: '',
      Offline: `${settles}\nprocess.stdout.write('settled')\nclient.close()`,
      'React Native': `await client.stream('conversation', 'c_usr_1').ready()\nprocess.stdout.write(client.status().state)\nclient.close()`,
      Node: '',
    }
    const says: Record<string, RegExp> = {
      Connect: /1 open conversations/,
      Streams: /^Lena \{ kind: 'text', text: 'Hello' \}/,
      Commands: /^cmd_\S+ 1\nmsg_\S+ \d+\nstale You have seen/,
      Offline: /settled/,
      'React Native': /live/,
      Node: /^$/,
    }
    const does = async (heading: string) => {
      const file = `run-${heading.replaceAll(' ', '-')}.ts`
      installed.write(file, await here(`${snippets.get(heading)?.code}\n${endings[heading]}`))
      const { code, out, err } = await installed.run(file)
      expect({ heading, code, err }).to.deep.equal({ heading, code: 0, err: '' })
      expect(out, heading).to.match(says[heading] ?? /never/)
    }
    // Those that look at what is unread before one that answers. React's is run in a browser, by the console's tests.
    await Promise.all(['Connect', 'Streams'].map(does))
    await does('Node') // It writes a note, which the two would see.
    await Promise.all(['Commands', 'Offline', 'React Native'].map(does))
    // Who is looked after signs in by a code to a telephone: `own-app.test.ts` does it with the same calls.
    const elsewhere = ['React', 'An app for the people who are looked after']
    expect([...snippets.keys()]).to.have.members([...Object.keys(endings), ...elsewhere])
    const all = await texts()
    for (const text of ['Hello', 'prefers mornings', 'written in a tunnel', '1 wait for an answer.'])
      expect(all, text).to.include(text)
  })

  it('sends once what a process had given that was killed in the middle', async () => {
    const count = 18
    installed.write('writer.ts', writer)
    const token = await api.token()
    const args = [app.url, token, conversationId]
    // The first run never gets through to anybody, the second is killed on its way.
    const deaf = await installed.run(
      'writer.ts',
      ['http://127.0.0.1:9', ...args.slice(1), String(count)],
      (out, kill) => {
        if (out.includes(`left:${count}`)) kill()
      },
    )
    const killed = await installed.run('writer.ts', [...args, '0'], (out, kill) => {
      if (/left:9\n/.test(out)) kill()
    })
    expect([deaf.code, killed.code], killed.out).to.deep.equal([null, null])
    const last = await installed.run('writer.ts', [...args, '0'])
    expect(last).to.include({ code: 0, err: '' })
    expect(last.out, 'something was left to be done').to.match(/^left:[1-9]/)
    expect((await texts()).filter((text) => text.startsWith('killed'))).to.deep.equal(
      Array.from({ length: count }, (_, n) => `killed ${n}`),
    )
  })
})
