import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { expect } from 'chai'
import { type Browser, type BrowserContext, chromium as playwright, type Page } from 'playwright-core'
import type { App } from '../harness/boot.ts'
import { patienceMs } from '../harness/until.ts'

const root = join(import.meta.dirname, '../..')
const screens = join(root, 'test/screens')
const axeSource = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
const axeRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export interface Look {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  /** axe writes its own script and needs the policy out of the way; everybody else keeps it. */
  bypassCSP?: boolean
  direction?: 'rtl'
}

/** One window: a page with a storage of its own, and everything that went wrong on it. */
export class Screen {
  readonly page: Page
  readonly context: BrowserContext
  readonly faults: string[] = []
  readonly #url: string

  constructor(page: Page, context: BrowserContext, url: string) {
    this.page = page
    this.context = context
    this.#url = url
    page.on('pageerror', (error) => this.faults.push(`page error: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      // A network that was cut on purpose is told by the browser as an error, too.
      if (
        message.type() === 'error' &&
        !/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|WebSocket connection|401|404|409/.test(
          text,
        )
      )
        this.faults.push(text)
    })
  }

  async go(path: string) {
    await this.page.goto(`${this.#url}${path}`)
    return this
  }

  /** The page for signing in, asked by what no other page has: an account's own page speaks of an e-mail address, too. */
  async signedOut() {
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  }

  /** Kept in test/screens for a person to look at. */
  async shot(name: string) {
    mkdirSync(screens, { recursive: true })
    await this.page.screenshot({ path: join(screens, `${name}.png`) })
  }

  /** What axe finds of any weight, in words. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(axeSource)
    const found = await this.page.evaluate(
      (rules) => (globalThis as any).axe.run(document, { runOnly: rules }),
      axeRules,
    )
    return found.violations.map(
      (one: any) => `${one.impact} ${one.id}: ${one.nodes.map((node: any) => node.target.join(' ')).join(' | ')}`,
    )
  }

  /** Nothing reaches over the side of the window. */
  async overflow(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  }
}

/**
 * Not those that its package names: they have a graphics card played in software, and a picture then takes more than a
 * second instead of a tenth of one; two of them make it die when a window is closed. There is no network to look up either.
 */
const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A microphone that beeps, and nobody who has to be asked for it.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--font-render-hinting=none',
]

/** One for all files of a run: starting it costs more than most tests. It ends with the process. */
let launched: Promise<Browser> | undefined
export async function launch() {
  return playwright.launch({ executablePath: await chromium.executablePath(), args: browserArgs, headless: true })
}

/** Windows for the tests of a file; each is closed after its test, and none may have failed. */
export function withBrowser(app: App) {
  let browser: Browser
  const screens: Screen[] = []

  before(async () => {
    browser = await (launched ??= launch())
  })
  afterEach(async () => {
    const opened = screens.splice(0)
    await Promise.all(opened.map(({ context }) => context.close()))
    expect(opened.flatMap(({ faults }) => faults)).to.deep.equal([])
  })

  const open = async ({ width = 1440, height = 900, scheme = 'light', bypassCSP = false, direction }: Look = {}) => {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      bypassCSP,
      deviceScaleFactor: width < 760 ? 2 : 1,
    })
    context.setDefaultTimeout(patienceMs)
    if (direction)
      await context.addInitScript(() => document.addEventListener('DOMContentLoaded', () => (document.dir = 'rtl')))
    const screen = new Screen(await context.newPage(), context, app.url)
    screens.push(screen)
    return screen
  }

  return {
    /** A window of nobody. */
    blank: open,
    /** A window in which this member of the staff is signed in, on this page. */
    async staff(name: string, path: string, look: Look = {}) {
      const screen = await open(look)
      const api = await app.business.as(name)
      await screen.context.addInitScript(
        (session) => localStorage.getItem('careline.session') ?? localStorage.setItem('careline.session', session),
        JSON.stringify(api.session()),
      )
      return screen.go(path)
    },
    /** A window with the phones, and these people's on the table. */
    async phones(people: string[], look: Look = {}) {
      const screen = await open(look)
      return screen.go(`/phone?key=${app.careline.secrets.phoneKey}&show=${people.join(',')}`)
    },
  }
}
