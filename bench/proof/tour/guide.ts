import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Installation } from '../../../test/cli/command.ts'
import { print } from '../../figures.ts'

interface Parts {
  browser: Browser
  home: Installation
  /** What the terminal said when the server had started. */
  printed: string
  folder: string
  name: string
}

interface Look {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
}

export type Tour = (guide: Guide) => Promise<void>

/** What a page says when its own request was refused, or its line was cut, as happens here on purpose. */
const meant = /ERR_INTERNET_DISCONNECTED|WebSocket connection/

/** Leads through one tour: opens windows, takes the time of each step, and its picture. */
export class Guide {
  readonly home: Installation
  readonly printed: string
  readonly #parts: Parts
  readonly #pages = new Map<string, Page>()
  #step = 0
  #failed = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.home = parts.home
    this.printed = parts.printed
  }

  get isWhole() {
    return this.#failed === 0
  }

  /** The address that the terminal printed under this name. */
  address(name: string): string {
    return new RegExp(`^ +${name} +(\\S+)`, 'm').exec(this.printed)?.[1] ?? ''
  }

  /** Goes until a step cannot be done: those after it stand on it. */
  async leads(tour: Tour) {
    print(`\n${this.#parts.name}`)
    try {
      await tour(this)
    } catch (error) {
      this.#failed++
      print(`  ${error instanceof Error ? error.message : String(error)}`)
      for (const [name, page] of this.#pages) if (!page.isClosed()) await this.#picture(page, `failed-${name}`)
    }
    for (const page of this.#pages.values()) await page.context().close()
  }

  /** A window of its own. */
  async window(name: string, { width = 1440, height = 900, scheme = 'light' }: Look = {}): Promise<Page> {
    const context = await this.#parts.browser.newContext({ viewport: { width, height }, colorScheme: scheme })
    context.setDefaultTimeout(20_000)
    return this.#watched(name, await context.newPage())
  }

  /** One more page in the same browser. */
  async tab(name: string, beside: Page): Promise<Page> {
    return this.#watched(name, await beside.context().newPage())
  }

  /** The window that a press opens beside this one. */
  async opened(name: string, from: Page, press: () => Promise<void>): Promise<Page> {
    const [page] = await Promise.all([from.context().waitForEvent('page'), press()])
    return this.#watched(name, page)
  }

  /** One thing that somebody wants to do, and what they see when it is done. */
  async step(says: string, see: Page | undefined, work: () => Promise<unknown>) {
    this.#step++
    const began = performance.now()
    await work()
    const ms = performance.now() - began
    print(`  ${String(this.#step).padStart(2)} ${says.padEnd(55)} ${ms.toFixed(0).padStart(6)} ms`)
    if (see) await this.#picture(see, says.replaceAll(/\W+/g, '-').toLowerCase())
  }

  async #picture(page: Page, name: string) {
    const { folder, name: who } = this.#parts
    await page.screenshot({ path: join(folder, `${who}-${String(this.#step).padStart(2, '0')}-${name}.png`) })
  }

  #watched(name: string, page: Page): Page {
    this.#pages.set(name, page)
    const complains = (what: string) => {
      this.#failed++
      print(`  ${name} complains: ${what}`)
    }
    page.on('pageerror', ({ message }) => complains(message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !meant.test(message.text())) complains(message.text())
    })
    return page
  }
}
