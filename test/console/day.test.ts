import { join } from 'node:path'
import { expect } from 'chai'
import { build } from 'vite'
import type { WebSocketRoute } from 'playwright-core'
import { createApi } from '../../client/api.ts'
import { memoryTokens, type Session } from '../../client/tokens.ts'
import { type Command, Installation } from '../cli/command.ts'
import { snippets } from '../client/package/snippets.ts'
import type { App } from '../harness/boot.ts'
import { withBrowser } from './browser.ts'

const root = join(import.meta.dirname, '../..')

/** The README's React, with a page around it. */
async function pageOf(main: string) {
  const files = new Map([
    [join(root, 'test/readme.tsx'), snippets.get('React')?.code ?? ''],
    [join(root, 'test/page.tsx'), main],
  ])
  const built = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: { '@careline/client': join(root, 'client/index.ts') } },
    plugins: [
      {
        name: 'page',
        enforce: 'pre',
        resolveId: (id) => [...files.keys()].find((path) => path.endsWith(id.replace(/^\./, ''))),
        load: (id) => files.get(id),
      },
    ],
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rolldownOptions: { input: join(root, 'test/page.tsx') },
    },
  })
  const [chunk] = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  if (chunk?.type !== 'chunk') throw new Error('Nothing was built.')
  return chunk.code
}

describe('a day of work', () => {
  let place: Installation
  let session: Session
  let server: Command
  // A server that can be killed; its address stays.
  const on = withBrowser({
    get url() {
      return place.url
    },
  } as App)
  const api = () => createApi({ url: place.url, tokens: memoryTokens(session) })

  before(async () => {
    place = await Installation.on({ LOG_LEVEL: 'error' })
    server = await place.start()
    const [, link = ''] = server.out.match(/[?#]link=(\S+)/) ?? []
    session = await createApi({ url: place.url }).link(link)
  })
  after(() => place.remove())

  it('goes on without a line and without a server: what was written leaves once, and the screen says how it is', async () => {
    const { items } = await api().conversations.list()
    const { conversationId, conversation } = items[0]!
    const screen = await on.blank()
    await screen.context.addInitScript(
      (kept) => localStorage.getItem('careline.session') ?? localStorage.setItem('careline.session', kept),
      JSON.stringify(session),
    )
    const held: (() => void)[] = []
    let isHeld = false
    let isCut = false
    await screen.page.routeWebSocket(/socket\.io/, (page: WebSocketRoute) => {
      if (isCut) return void page.close()
      const server = page.connectToServer()
      server.onMessage((message) => {
        if (isHeld && String(message).startsWith('43')) held.push(() => page.send(message))
        else page.send(message)
      })
    })
    const { page } = await screen.go(`/inbox/${conversationId}`)
    const live = page.getByText('Live', { exact: true })
    await live.waitFor()
    const answer = page.getByRole('textbox', { name: `Answer to ${conversation.name}` })
    const say = async (text: string) => {
      await answer.fill(text)
      await answer.press('Enter')
    }

    isCut = true
    await page.getByRole('log').waitFor()
    await screen.context.setOffline(true)
    server.process.kill('SIGKILL')
    await server.ended
    await page.getByText('Offline', { exact: true }).waitFor()
    await say('Written without a line.')
    await say('And another one.')
    await page.getByText('Offline, 2 answers wait here').waitFor()
    await page.getByText('No connection. What you write waits here').waitFor()
    await screen.shot('day-offline')

    await place.start()
    isHeld = true
    isCut = false
    await screen.context.setOffline(false)
    await page.getByText(/^Catching up, 0 of \d$/).waitFor()
    await screen.shot('day-catching-up')
    isHeld = false
    for (const go of held.splice(0)) go()
    await live.waitFor()
    await page.getByRole('log').getByText('And another one.').waitFor()
    await page.getByText('What you write waits here').waitFor({ state: 'detached' })
    // The server has all of it: nothing is kept here any more.
    await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.includes('outbox')))
    await screen.shot('day-live')

    const { items: messages } = await api().conversations.messages(conversationId)
    const texts = messages.map(({ content }) => ('text' in content ? (content.text ?? '') : ''))
    expect(texts.filter((text) => /^Written|^And another/.test(text))).to.deep.equal([
      'Written without a line.',
      'And another one.',
    ])
  })

  it('is as short in React as the client’s page says', async () => {
    const { items } = await api().conversations.list()
    const { conversationId } = items[0]!
    const screen = await on.blank()
    // The page comes from the test and not from this machine: to the browser its socket then leads into a local network.
    await screen.context.grantPermissions(['local-network-access'])
    const code = await pageOf(`
      import { connect } from '@careline/client'
      import { createRoot } from 'react-dom/client'
      import { Careline, Thread } from './readme.tsx'
      const client = connect({ token: () => ${JSON.stringify(await api().token())} })
      createRoot(document.body.appendChild(document.createElement('main'))).render(
        <Careline value={client}><Thread id={${JSON.stringify(conversationId)}} /></Careline>,
      )`)
    await screen.page.route('**/hook', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><body><script type="module" src="/hook.js"></script>',
      }),
    )
    await screen.page.route('**/hook.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }))
    const { page } = await screen.go('/hook')
    await page.locator('section[aria-busy=false] p').first().waitFor()
    const before = await page.locator('p').count()
    await api().conversations.note(conversationId, 'seen at once')
    await page.getByText('seen at once').waitFor()
    expect(await page.locator('p').count()).to.equal(before + 1)
  })
})
