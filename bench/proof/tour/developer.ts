import type { Page } from 'playwright-core'
import { z } from 'zod'
import { connect } from '../../../client/connect.ts'
import { until } from '../../../test/harness/until.ts'
import type { Guide } from './guide.ts'

const Me = z.object({ user: z.object({ role: z.string() }), workspace: z.object({ id: z.string() }) })
const Demo = z.object({ simulators: z.object({ whatsapp: z.object({ phoneKey: z.string() }) }) })

/** A developer: the terminal, the documentation, a key, curl, a webhook, a socket. */
export async function developer(guide: Guide) {
  const { home } = guide
  let token = ''
  await guide.step('gets a token from the terminal, and asks who that is', undefined, async () => {
    token = (await home.run(['token', '--workspace', 'demo', '--as', 'owner'])).out.trim()
    const { user } = Me.parse((await home.json('/api/v1/auth/me', { token })).body)
    demand(user.role === 'owner', 'the token is the owner’s')
  })
  const console = await guide.window('console')
  await guide.step('comes in by the owner link', console, async () => {
    await console.goto(guide.address('Owner link'))
    await console.getByRole('button', { name: 'Sign in with this link' }).click()
    await console.getByText('Live', { exact: true }).waitFor()
  })
  await withDocs(guide, console)
  await withKey(guide, console)
  await withWebhook(guide, console)
  await withSocket(guide, { console, token })
  await guide.step('asks the doctor', undefined, async () => {
    const { code, out } = await home.run(['doctor'])
    demand(code === 0 && out.includes('Nothing is wrong'), out)
  })
}

function demand(isSo: boolean, what: string) {
  if (!isSo) throw new Error(`It is not so: ${what}`)
}

/** The page that the terminal names, in the browser in which somebody is signed in. */
async function withDocs(guide: Guide, console: Page) {
  const docs = await guide.tab('docs', console)
  await guide.step('opens the API documentation, signed in already', docs, async () => {
    await docs.goto(guide.address('API docs'))
    await docs.getByText('Requests go out as Helena Strand, of Harbour Clinic.').waitFor()
  })
  await guide.step('tries a request out', docs, async () => {
    await docs.evaluate(() => (location.hash = 'tag/auth/GET/api/v1/auth/me'))
    await docs
      .getByRole('button', { name: /Test Request.*auth\/me/ })
      .first()
      .click()
    const [asked] = await Promise.all([
      docs.waitForRequest(/auth\/me/),
      docs.getByRole('button', { name: /^Send/ }).first().click(),
    ])
    demand((await asked.response())?.status() === 200, 'the request is answered')
  })
  await guide.step('reads the events', docs, async () => {
    await docs.goto(guide.address('Event docs'))
    await docs.getByRole('heading', { name: 'Operations', exact: true }).waitFor()
  })
  await docs.close()
}

async function withKey(guide: Guide, console: Page) {
  const { home } = guide
  await guide.step('makes an API key, and uses it', console, async () => {
    await console.goto(`${home.url}/settings/keys`)
    const form = console.getByRole('region', { name: 'Make a key' })
    await form.getByLabel('Name').fill('My script')
    await form.getByRole('button', { name: 'Read only' }).click()
    await form.getByRole('button', { name: 'Make the key' }).click()
    const key = await console.getByLabel('The secret of My script').inputValue()
    const { status } = await home.json('/api/v1/conversations?limit=1', { token: key })
    demand(status === 200, 'the key opens the conversations')
  })
}

async function withWebhook(guide: Guide, console: Page) {
  const { home } = guide
  await guide.step('registers a webhook that is caught here', console, async () => {
    await console.goto(`${home.url}/settings/webhooks`)
    const form = console.getByRole('region', { name: 'Add a webhook' })
    await form.getByLabel('Name').fill('My program')
    await form.getByLabel('Catch them here, to try it out').check()
    await form.getByLabel(/\(message\.created\)/).check()
    await form.getByRole('button', { name: 'Add the webhook' }).click()
    await console.getByRole('link', { name: 'My program' }).waitFor()
  })
  await guide.step('types on a phone by curl, and sees what was caught', console, async () => {
    await types(guide, 'Typed by a script')
    await console.getByRole('link', { name: 'My program' }).click()
    const caught = console.getByRole('region', { name: 'Caught here' })
    await caught.locator('summary').first().click()
    await caught
      .getByText(/webhook-signature/)
      .first()
      .waitFor()
  })
}

/** As the README has it. */
async function types({ home }: Guide, text: string) {
  const { simulators } = Demo.parse(JSON.parse((await home.run(['demo', '--json'])).out))
  const { status } = await home.json('/simulator/whatsapp/phone/messages', {
    headers: { 'x-phone-key': simulators.whatsapp.phoneKey },
    body: { waId: '447700900614', act: { kind: 'text', text } },
  })
  demand(status === 201, 'the phone takes what is typed')
}

async function withSocket(guide: Guide, { console, token }: { console: Page; token: string }) {
  const { home } = guide
  await guide.step('hears it over a socket, by the client library', undefined, async () => {
    const client = connect({ url: home.url, token: () => Promise.resolve(token) })
    try {
      const { workspace } = Me.parse((await home.json('/api/v1/auth/me', { token })).body)
      const inbox = client.stream('inbox', workspace.id)
      await inbox.ready()
      const texts: string[] = []
      inbox.subscribe(() => void texts.push(JSON.stringify(inbox.state())))
      await types(guide, 'Heard over a socket')
      await until(() => texts.some((one) => one.includes('Heard over a socket')))
    } finally {
      client.close()
    }
  })
  await guide.step('looks at the events of a stream', console, async () => {
    await console.goto(`${home.url}/operations/events`)
    await console.getByRole('heading', { name: 'Events', level: 1 }).waitFor()
  })
}
