import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { Installation } from './command.ts'

describe('careline start, on a machine that has nothing, after a first try that was killed', () => {
  let home: Installation
  let printed: string

  before(async () => {
    home = await Installation.on()
    // The very first start dies while it makes the demo: the next one must not notice.
    const first = home.begin(['start'])
    const kept = join(home.directory, 'demo.json')
    await until(() => existsSync(kept) && readFileSync(kept, 'utf8').includes('seeding'))
    first.process.kill('SIGKILL')
    expect((await first.ended).out, 'killed in the middle').to.equal('')
    printed = (await home.start()).out
  })
  after(() => home.remove())

  const line = (name: string) => printed.match(new RegExp(`^ +${name} +(\\S+)`, 'm'))?.[1] ?? ''

  it('prints where everything is, and everything is there', async () => {
    expect(line('Console')).to.equal(`${home.url}/`)
    expect(line('Data')).to.equal(home.directory)
    for (const name of ['Console', 'Phone', 'API docs', 'Event docs']) {
      const { status, headers } = await fetch(line(name))
      expect(status, name).to.equal(200)
      expect(headers.get('content-type'), name).to.include('text/html')
    }
    const key = new URL(line('Phone')).searchParams.get('key') ?? ''
    const phone = await home.json('/simulator/whatsapp/phone', { headers: { 'x-phone-key': key } })
    expect(phone.body.people).to.have.length.greaterThan(12)
    expect((await home.json('/simulator/whatsapp/phone')).status, 'without its key').to.equal(401)
  })

  it('prints an owner link that signs in once', async () => {
    const token = new URL(line('Owner link')).searchParams.get('link')
    const first = await home.json('/api/v1/auth/link', { body: { token } })
    expect(first.status).to.equal(200)
    expect(first.body).to.have.nested.property('user.role', 'owner')
    expect((await home.json('/api/v1/auth/link', { body: { token } })).body.code).to.equal('link_invalid')
  })

  it('prints logins that work, each with its own role', async () => {
    const password = printed.match(/password of all four is (\S+)/)?.[1]
    const logins = [...printed.matchAll(/^ +(\w+) +(\S+@harbour\.example)/gm)].map(([, role, email]) => ({
      role,
      email,
    }))
    expect(logins).to.have.length(4)
    for (const { role, email } of logins) {
      const { status, body } = await home.json('/api/v1/auth/login', { body: { email, password } })
      expect(status, email).to.equal(200)
      expect(body.user).to.include({ role, email })
    }
  })

  it('keeps what is secret from everybody else on the machine', () => {
    const mode = (path: string) => (statSync(join(home.directory, path)).mode & 0o777).toString(8)
    for (const file of ['master.key', 'jwt.secret', 'phone.key', 'demo.json', 'control.sock'])
      expect(mode(file), file).to.equal('600')
    if (home.isEmbedded) expect(mode('store')).to.equal('700')
  })

  describe('the demo', () => {
    let lines: any[]
    const of = (name: string) => lines.find(({ conversation }) => conversation.name === name)
    let token: string

    before(async () => {
      token = (await home.run(['token'])).out.trim()
      lines = (await home.json('/api/v1/conversations?status=all&limit=50', { token })).body.items
    })

    it('has conversations in every state that an inbox knows', () => {
      const headers = lines.map(({ conversation }) => conversation)
      expect(lines).to.have.length.greaterThan(13)
      for (const status of ['open', 'pending', 'resolved'])
        expect(
          headers.filter((header) => header.status === status),
          status,
        ).not.to.be.empty
      expect(headers.filter(({ unread }) => unread > 0)).not.to.be.empty
      expect(headers.filter(({ assigneeId, status }) => status === 'open' && assigneeId)).not.to.be.empty
      expect(headers.filter(({ assigneeId, status }) => status === 'open' && !assigneeId)).not.to.be.empty
    })

    it('has somebody who waits while the WhatsApp window is about to close', () => {
      const { conversation } = of('Camila Duarte')
      const left = Date.parse(conversation.windowExpiresAt) - Date.now()
      expect(left).to.be.within(1, 60 * 60_000)
      expect(conversation).to.include({ unread: 2, assigneeId: null })
      expect(Date.parse(conversation.waitingSince)).to.be.lessThan(Date.now() - 23 * 60 * 60_000)
    })

    it('has words, files, places, taps, reactions, notes and a failure, as the actors made them', async () => {
      const messages: any[] = []
      for (const { conversationId } of lines) {
        const page = await home.json(`/api/v1/conversations/${conversationId}/messages?limit=50`, { token })
        messages.push(...page.body.items)
        expect(page.body.items.map(({ n }: any) => n)).to.deep.equal(
          page.body.items.map((_: any, at: number) => at + 1),
        )
      }
      const kinds = new Set(messages.map(({ content }) => content.kind))
      expect([...kinds]).to.include.members([
        'text',
        'image',
        'voice',
        'document',
        'location',
        'contacts',
        'buttons',
        'answer',
      ])
      expect(messages.filter(({ direction }) => direction === 'note')).not.to.be.empty
      expect(messages.filter(({ reactions }) => reactions.person ?? reactions.staff)).to.have.length.greaterThan(4)
      expect(messages.filter(({ editedAt }) => editedAt)).to.have.length(1)
      const out = messages.filter(({ direction }) => direction === 'out').map(({ status }) => status)
      expect([...new Set(out)]).to.have.members(['read', 'delivered', 'sent', 'failed'])
      const failed = messages.find(({ status }) => status === 'failed')
      expect(failed.error).to.include({ providerCode: 131026, retryable: false })
      const files = messages.filter(({ content }) => content.fileId)
      const { body: link } = await home.json(`/api/v1/files/${files[0].content.fileId}/link`, { token })
      const file = await fetch(home.url + link.url)
      expect(file.status).to.equal(200)
      expect((await file.arrayBuffer()).byteLength).to.equal(files[0].content.sizeBytes)
    })

    it('has one thread per person over WhatsApp, SMS, mail and the app', async () => {
      const { channels } = JSON.parse((await home.run(['demo', '--json'])).out)
      expect(channels.map(({ kind }: any) => kind)).to.have.members(['whatsapp', 'sms', 'email', 'app'])
      for (const [name, kind] of [
        ['Liam Chen', 'sms'],
        ['Maya Fraser', 'email'],
        ['Emre Yıldız', 'app'],
      ] as const) {
        const page = await home.json(`/api/v1/conversations/${of(name).conversationId}/messages?limit=50`, { token })
        const heard = page.body.items.filter(({ direction }: any) => direction === 'in')
        const kinds = heard.map(({ channelId }: any) => channels.find(({ id }: any) => id === channelId).kind)
        expect(new Set(kinds), name).to.deep.equal(new Set(['whatsapp', kind]))
        expect(page.body.items.at(-1).channelId, 'and answered there').to.equal(heard.at(-1).channelId)
      }
    })

    it('signs in as one of the demo by a press, on this machine and by its own name alone', async () => {
      const ways = async (headers: Record<string, string> = {}) => {
        const asked = request(`${home.url}/api/v1/auth/ways`, { headers }).end()
        const [answer] = (await once(asked, 'response')) as [IncomingMessage]
        return JSON.parse(await text(answer))
      }
      const { demo } = await ways()
      expect(demo).to.include({
        business: 'Harbour Clinic',
        phoneKey: new URL(line('Phone')).searchParams.get('key'),
      })
      for (const { id, role } of demo.members) {
        const { status, body } = await home.json('/api/v1/auth/demo', { body: { memberId: id } })
        expect({ status, role: body.user.role }).to.deep.equal({ status: 200, role })
      }
      const stranger = await home.json('/api/v1/auth/demo', { body: { memberId: 'mem_nobody' } })
      expect(stranger.body.code).to.equal('no_demo')
      expect((await ways({ 'x-forwarded-for': '203.0.113.9' })).demo, 'for others, by a proxy').to.equal(null)
      expect((await ways({ host: 'evil.example' })).demo, 'by a name that was pointed here').to.equal(null)
    })

    it('has people in many zones and scripts, with the same chats on their phones', async () => {
      const people = await Promise.all(
        lines.map(
          async ({ conversation }) => (await home.json(`/api/v1/users/${conversation.userId}`, { token })).body,
        ),
      )
      expect(new Set(people.map(({ timezone }) => timezone)).size).to.be.greaterThan(10)
      expect(people.map(({ timezone }) => timezone)).to.include.members(['America/Vancouver', 'Africa/Casablanca'])
      for (const script of [
        /\p{sc=Arabic}/u,
        /\p{sc=Devanagari}/u,
        /\p{sc=Han}/u,
        /\p{sc=Hebrew}/u,
        /\p{sc=Cyrillic}/u,
      ])
        expect(
          people.some(({ name }) => script.test(name)),
          String(script),
        ).to.equal(true)
      const { simulators } = JSON.parse((await home.run(['demo', '--json'])).out)
      const phone = await home.json('/simulator/whatsapp/phone', {
        headers: { 'x-phone-key': simulators.whatsapp.phoneKey },
      })
      const maya = phone.body.people.find(({ name }: any) => name === 'Maya Fraser')
      expect(maya.chats[0].messages.map(({ content }: any) => content.kind)).to.include.members(['buttons', 'answer'])
      expect(maya.chats[0].messages.at(-1)).to.include({ by: 'business', status: 'read' })
    })
  })

  it('takes a message from a phone of the demo at once', async () => {
    const { simulators, channels, people } = JSON.parse((await home.run(['demo', '--json'])).out)
    const token = (await home.run(['token', '--as', 'staff'])).out.trim()
    const { waId, name } = people.find((person: any) => person.name === 'Grace Okafor')
    const headers = { 'x-phone-key': simulators.whatsapp.phoneKey }
    const body = { waId, channelId: channels[0].id, act: { kind: 'text', text: 'I am at the door.' } }
    expect((await home.json('/simulator/whatsapp/phone/messages', { body, headers })).status).to.equal(201)
    let items: any[] = []
    while (items[0]?.last.text !== 'I am at the door.')
      items = (await home.json('/api/v1/conversations?status=open', { token })).body.items
    expect(items[0].conversation.name).to.equal(name)
  })
})
