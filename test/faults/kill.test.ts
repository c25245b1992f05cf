import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { createApi } from '../../client/api.ts'
import { connect } from '../../client/connect.ts'
import { type Command, Installation } from '../cli/command.ts'
import { Door, says, type ToldChannel } from '../harness/door.ts'
import { outside } from '../harness/outside.ts'
import { until } from '../harness/until.ts'
import { caughtUp } from '../harness/verify-stream.ts'

interface Demo {
  channels: ToldChannel[]
}

describe('the server is killed in the middle of a burst', () => {
  const people = Array.from({ length: 6 }, (_, n) => ({ waId: `49170555${1_000 + n}`, name: `Burst ${n}` }))
  let place: Installation
  let server: Command
  before(async () => {
    place = await Installation.on({
      DURABILITY: 'full',
      LIMIT_STAFF_PER_MINUTE: '100000',
      LIMIT_PUBLIC_PER_MINUTE: '100000',
    })
    server = await place.start()
  })
  after(() => place.remove())

  const demo = async () => JSON.parse((await place.run(['demo', '--json'])).out) as Demo
  const token = async () => (await place.run(['token', '--workspace', 'demo', '--as', 'owner'])).out.trim()

  async function restart() {
    server.process.kill('SIGKILL')
    await server.ended
    server = await place.start()
  }

  it('has, once, every message whose webhook was answered with 200, and screens end as if nothing had been', async () => {
    const [at] = (await demo()).channels
    const door = Door.ofDemo(place.url, at as ToldChannel)
    let access = await token()
    const screen = connect({ url: place.url, token: () => access })
    const { workspace } = await createApi({ url: place.url, tokens: held(access) }).me()
    const inbox = screen.open(`inbox:${workspace.id}`)
    await inbox.ready()

    const hook = await outside((path, body) => place.json(`/api/v1${path}`, { body, token: access }))
    const answered = new Map<string, string[]>(people.map(({ waId }) => [waId, []]))
    let isOver = false
    let n = 0
    const writers = people.map(async (person) => {
      while (!isOver) {
        const text = `${person.name} says ${++n}`
        const posted = await door.post(door.messages(person, says(`wamid.kill.${n}`, text))).catch(() => undefined)
        if (posted?.status === 200) answered.get(person.waId)?.push(text)
        else await new Promise((later) => setTimeout(later, 25))
      }
    })
    const acts = audited(place.url, () => access)
    const count = () => [...answered.values()].flat().length
    for (let round = 0; round < 3; round++) {
      const before = count()
      await until(() => count() > before + 40)
      await restart()
    }
    const before = count()
    await until(() => count() > before + 20)
    isOver = true
    await Promise.all(writers)
    const acknowledged = await acts.end()
    const renamed = acts.names()

    access = await token()
    expect(acknowledged).to.be.greaterThan(3)
    expect(await acts.verdict(), 'the chain of the audit').to.deep.equal([])
    expect(await acts.written(), 'what was acknowledged is in the audit').to.be.at.least(acknowledged)
    const api = createApi({ url: place.url, tokens: held(access) })
    // What a crash left is taken up by a sweep within some seconds.
    const missing = async () => {
      const lost: string[] = []
      for (const { waId } of people) {
        const said = await saidBy(api, `+${waId}`)
        expect(said.length, 'each once').to.equal(new Set(said).size)
        const here = new Set(said)
        lost.push(...(answered.get(waId) ?? []).filter((text) => !here.has(text)))
      }
      return lost
    }
    let lost = await missing()
    for (let tries = 0; lost.length > 0 && tries < 40; tries++) {
      await new Promise((later) => setTimeout(later, 1_000))
      lost = await missing()
    }
    expect(lost).to.deep.equal([])

    const told = (): boolean => {
      const [texts, names] = [new Set(hook.texts()), new Set(hook.names())]
      return [...answered.values()].flat().every((text) => texts.has(text)) && renamed.every((name) => names.has(name))
    }
    await until(told)
    hook.expectInOrder()
    await hook.close()

    await caughtUp(screen)
    const fresh = connect({ url: place.url, token: () => access })
    const newcomer = fresh.open(`inbox:${workspace.id}`)
    await newcomer.ready()
    // A line is shown up to a quarter of a second after it changed: both are looked at until they have come to rest.
    const shownTo = (handle: typeof inbox) => {
      const { counts, lines } = handle.state() ?? { counts: undefined, lines: [] }
      const here = new Set(newcomer.state()?.lines.map(({ conversationId }) => conversationId))
      return [counts, lines.filter(({ conversationId }) => here.has(conversationId))]
    }
    await until(() => isDeepStrictEqual(shownTo(inbox), shownTo(newcomer))).catch(() => undefined)
    expect(shownTo(inbox)).to.deep.equal(shownTo(newcomer))
    expect(newcomer.state()?.lines.length).to.be.greaterThan(people.length)
    screen.close()
    fresh.close()
  })
})

/** Somebody who changes a colleague again and again, which the audit writes down. */
function audited(url: string, token: () => string) {
  let isOver = false
  const named: string[] = []
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return await answer.json()
  }
  const rename = async () => {
    const { items } = await ask('GET', '/members')
    const { id } = items.find(({ role }: { role: string }) => role === 'staff')
    for (let n = 0; !isOver; n++) {
      await ask('PATCH', `/members/${id}`, { name: `Name ${n}` }).then(
        () => void named.push(`Name ${n}`),
        () => undefined, // It is being killed.
      )
      await new Promise((later) => setTimeout(later, 25))
    }
  }
  const renaming = rename()
  return {
    async end() {
      isOver = true
      await renaming
      return named.length
    },
    names: () => named,
    verdict: async () => (await ask('POST', '/admin/audit/verify')).findings as unknown[],
    async written() {
      let [found, cursor] = [0, '']
      do {
        const page = await ask('GET', `/admin/audit?action=member.changed&limit=100${cursor}`)
        found += page.items.filter(({ result }: { result: string }) => result === 'done').length
        cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
      } while (cursor)
      return found
    },
  }
}

type Api = ReturnType<typeof createApi>

const held = (accessToken: string) => {
  const session = { accessToken, expiresAt: new Date(Date.now() + 600_000).toISOString(), refreshToken: '' }
  return { load: () => session as never, save: () => {} }
}

/** All that this person said, oldest first. */
async function saidBy(api: Api, contact: string) {
  const { items } = await api.conversations.list({ limit: 100 })
  const mine = items.filter(({ conversation }) => conversation.contact === contact)
  expect(mine, contact).to.have.length(1)
  const said: string[] = []
  let before: number | undefined
  do {
    const page = await api.conversations.messages(mine[0]?.conversationId ?? '', {
      limit: 100,
      ...(before && { before }),
    })
    said.unshift(...page.items.map(({ content }) => ('text' in content ? (content.text ?? '') : '')))
    before = page.nextCursor === null ? undefined : Number(page.nextCursor)
  } while (before)
  return said
}
