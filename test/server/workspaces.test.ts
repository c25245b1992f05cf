import { expect } from 'chai'
import { newId, newSecret } from '../../kernel/id.ts'
import { Delivery } from '../../server/delivery.ts'
import { mayDeliver } from '../../server/workspaces.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { createMember } from '../../store/settings/members.ts'
import { changeWorkspace, createWorkspace } from '../../store/settings/workspaces.ts'
import { teamsMax } from '../../store/settings/teams.ts'
import { open, type Opened, type Served } from './parts.ts'

let businesses = 0
const path = (rest = '') => `/api/v1/workspaces/current${rest}`
const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const
const weekly = Object.fromEntries(days.map((day) => [day, [{ from: '09:00', to: '17:00' }]]))

describe('a business', () => {
  let at: Opened
  let http: Served
  let slug: string
  let business: { id: string; member(role: string): string }
  before(async () => {
    at = await open()
    http = await at.serve()
  })
  after(async () => {
    await http.close()
    await at.close()
  })
  beforeEach(async () => {
    slug = `shop-${String(++businesses)}`
    business = await at.business(slug)
  })

  const tokens = new Map<string, string>()
  async function tokenOf(role: string) {
    const memberId = business.member(role)
    const token = tokens.get(memberId) ?? (await http.auth.openFor(business.id, memberId)).accessToken
    tokens.set(memberId, token)
    return token
  }
  const ask = async (method: string, rest: string, body?: unknown, { as = 'owner', headers = {} } = {}) =>
    http.ask(method, rest, { token: await tokenOf(as), headers, ...(body !== undefined && { body }) })

  /** Of which nothing is set yet. */
  async function draft() {
    const workspace = await createWorkspace(
      at.store,
      { slug: `${slug}-draft`, name: 'New', status: 'draft' },
      Date.now(),
    )
    const account = await createAccount(at.store, { email: `new@${slug}.test`, passwordHash: null }, Date.now())
    const made = { accountId: account.id, name: 'New', role: 'owner' as const }
    const { id } = await createMember(at.store, workspace.id, made, Date.now())
    business = { id: workspace.id, member: () => id }
    return account
  }

  describe('is set', () => {
    it('field by field, by those who may, with the revision that they saw', async () => {
      const first = await ask('GET', path(), undefined, { as: 'staff' })
      expect(first.body).to.include({ name: `The ${slug}`, status: 'active', rev: 1 })
      expect(first.body.settings, 'they have addresses of their own').to.not.have.any.keys('hours', 'modules')
      expect((await ask('PATCH', path(), { name: 'Mine' }, { as: 'staff' })).status).to.equal(403)
      const seen = { headers: { 'if-match': '1' } }
      const one = await ask(
        'PATCH',
        path(),
        { profile: { phone: '+49 30 1234', privacyUrl: 'https://x.test/p' } },
        seen,
      )
      expect([one.status, one.body.rev, one.body.profile.phone]).to.deep.equal([200, 2, '+49 30 1234'])
      const late = await ask('PATCH', path(), { name: 'Too late' }, seen)
      expect([late.status, late.body.code]).to.deep.equal([412, 'stale_revision'])
      const two = await ask('PATCH', path(), { profile: { phone: '' }, settings: { locale: 'de-AT', currency: 'JPY' } })
      expect(two.body.profile).to.include({ phone: '', privacyUrl: 'https://x.test/p' })
      expect(two.body.settings).to.include({ locale: 'de-AT', currency: 'JPY', timezone: 'Africa/Cairo' })
      expect(http.audited.at(-1)).to.deep.include({ action: 'workspace.changed', target: business.id })
      expect(http.told.at(-1), 'consoles hear of it').to.include({ resource: 'business', workspaceId: business.id })
    })

    it('of a group field by field: what two people change at once is both there', async () => {
      const codes = (change: object) => ask('PATCH', path(), { settings: { codes: change } })
      await codes({ countries: ['DE', 'AT'], template: 'our_code' })
      await Promise.all([codes({ dailySpend: 700 }), codes({ template: 'their_code' })])
      const { body } = await ask('GET', path())
      expect(body.settings.codes).to.deep.equal({ countries: ['DE', 'AT'], dailySpend: 700, template: 'their_code' })
      expect((await codes({ dailySpend: -1 })).body.errors[0].path).to.equal('settings.codes.dailySpend')
      expect((await codes({ countries: null })).body.settings.codes).to.include({ countries: null, dailySpend: 700 })
    })

    it('and takes nothing that is not so', async () => {
      for (const [field, body] of [
        ['settings.timezone', { settings: { timezone: 'Mars/Olympus' } }],
        ['settings.timezone', { settings: { timezone: '+02:00' } }],
        ['settings.locale', { settings: { locale: 'not a language' } }],
        ['settings.currency', { settings: { currency: 'XYZ' } }],
        ['settings.pauseHours', { settings: { pauseHours: -1 } }],
        ['profile.privacyUrl', { profile: { privacyUrl: 'javascript:alert(1)' } }],
        ['profile.website', { profile: { website: 'http://user@' } }],
        ['branding.colour', { branding: { colour: 'red;background:url(x)' } }],
        ['branding.fromName', { branding: { fromName: 'A "quoted" <name>' } }],
        ['name', { name: ' ' }],
      ] as const) {
        const { status, body: answer } = await ask('PATCH', path(), body)
        expect([status, answer.errors?.[0]?.path], JSON.stringify(body)).to.deep.equal([422, field])
      }
      const odd = await ask('PATCH', path(), {
        'settings.timezone': 'UTC',
        settings: { $set: 1, modules: [] },
        status: 'active',
      })
      expect([odd.status, odd.body.rev], 'what nobody knows is nothing').to.deep.equal([200, 1])
      const logo = await ask('PATCH', path(), { branding: { logoFileId: 'file_of_others' } })
      expect(logo.body.code).to.equal('file_unsuitable')
    })

    it('with its hours, several a day, and its holidays in their order', async () => {
      const hours = {
        weekly: {
          ...weekly,
          monday: [
            { from: '09:00', to: '12:00' },
            { from: '14:00', to: '24:00' },
          ],
        },
        holidays: [
          { date: '2026-12-26', name: 'Boxing Day' },
          { date: '2026-12-24', name: 'Eve', intervals: [{ from: '09:00', to: '12:00' }] },
        ],
      }
      const { status, body } = await ask('PUT', path('/business-hours'), hours)
      expect(status).to.equal(200)
      expect(body.hours.weekly.monday).to.deep.equal(hours.weekly.monday)
      expect(body.hours.weekly.sunday).to.deep.equal([])
      expect(body.hours.holidays.map(({ date }: any) => date)).to.deep.equal(['2026-12-24', '2026-12-26'])
      expect(await ask('GET', path('/business-hours'))).to.deep.include({ body })
      const bad = await ask('PUT', path('/business-hours'), { weekly: { monday: [{ from: '12:00', to: '09:00' }] } })
      expect([bad.status, bad.body.errors[0].path]).to.deep.equal([422, 'weekly.monday.0'])
    })

    it('says its rules in words, with what is usual', async () => {
      await ask('PATCH', path(), { settings: { pauseHours: 48 } })
      const { body } = await ask('GET', path('/rules'))
      const rule = body.items.find(({ name }: any) => name === 'pauseHours')
      expect(rule).to.include({ value: 48, usual: 24, min: 0, max: 720, unit: 'hours', group: 'Conversations' })
    })
  })

  describe('switches modules', () => {
    const put = (on: string[]) => ask('PUT', path('/modules'), { on })
    const isOn = (body: any) => body.items.filter(({ isOn }: any) => isOn).map(({ name }: any) => name)

    it('that go together, and says in words what one needs', async () => {
      expect(isOn((await put(['inventory', 'bookings', 'inbox'])).body)).to.deep.equal([
        'inbox',
        'bookings',
        'inventory',
      ])
      const refused = await put(['inventory'])
      expect([refused.status, refused.body.code]).to.deep.equal([409, 'module_needed'])
      expect(refused.body.title).to.equal('Inventory is used up by bookings: switch on Bookings first.')
      const { body } = await put(['inbox'])
      const inventory = body.items.find(({ name }: any) => name === 'inventory')
      expect(inventory.lacks).to.deep.equal([{ why: 'Inventory is used up by bookings: switch on Bookings first.' }])
      expect((await put(['inbox', 'nonsense'])).status).to.equal(422)
    })

    it('and the routes of one that is off say so', async () => {
      const list = () => ask('GET', '/api/v1/conversations')
      expect((await list()).status).to.equal(200)
      await put(['bookings'])
      const off = await list()
      expect([off.status, off.body.code]).to.deep.equal([409, 'module_off'])
      expect((await ask('GET', '/api/v1/members')).status, 'others go on').to.equal(200)
      await put(['inbox'])
      expect((await list()).status, 'and nothing was lost').to.equal(200)
    })
  })

  describe('is set up', () => {
    const view = (language?: string) =>
      ask('GET', path('/onboarding'), undefined, {
        headers: language === undefined ? {} : { 'accept-language': language },
      })
    const mark = (step: string, status: string) => ask('PUT', path(`/onboarding/${step}`), { status })
    const stepsOf = (body: any) => Object.fromEntries(body.steps.map((step: any) => [step.key, step.status]))
    const lacks = (body: any, key: string) =>
      body.steps.find((step: any) => step.key === key).missing.map(({ code }: any) => code)
    const activate = () => ask('POST', path('/activate'), {})

    it('step by step, until it is live', async () => {
      const account = await draft()
      expect(stepsOf((await view()).body)).to.deep.equal({
        ...{ business: 'todo', hours: 'todo', channels: 'todo', staff: 'todo', service: 'todo', privacy: 'todo' },
      })
      const early = await activate()
      expect([early.status, early.body.code]).to.deep.equal([422, 'not_ready'])
      expect(early.body.errors.map(({ path }: any) => path)).to.deep.equal([
        'business',
        'business',
        'channels',
        'privacy',
      ])

      expect((await mark('business', 'done')).body.code, 'the address first').to.equal('step_incomplete')
      await at.store.platform('accounts').updateOne({ _id: account.id }, { $set: { emailProvenAt: new Date() } })
      expect(stepsOf((await mark('business', 'done')).body).business).to.equal('done')
      expect(stepsOf((await mark('hours', 'skipped')).body).hours, 'without bookings').to.equal('skipped')
      expect(stepsOf((await mark('hours', 'todo')).body).hours).to.equal('todo')
      expect((await mark('privacy', 'skipped')).body.code).to.equal('step_required')
      expect((await mark('nonsense', 'done')).status).to.equal(404)
      await ask('PATCH', path(), { profile: { privacyUrl: 'https://new.test/privacy' } })

      const channel = {
        name: 'WhatsApp',
        fields: { phoneNumberId: slug, businessId: '1' },
        baseUrl: 'https://graph.facebook.com/v1',
      }
      const secrets = { token: newSecret(), appSecret: newSecret(), verifyToken: newSecret() }
      await http.channels.create(business.id, {
        ...channel,
        secrets,
        id: `ch_sim_${slug}`,
        fields: { phoneNumberId: `${slug}s`, businessId: '1' },
        simulate: true,
      })
      expect(lacks((await view()).body, 'channels'), 'a simulated one reaches nobody').to.deep.equal([
        'channel_simulated',
      ])
      await http.channels.create(business.id, { ...channel, secrets, id: `ch_${slug}`, simulate: false })
      expect(lacks((await view()).body, 'channels')).to.deep.equal(['channel_unverified'])
      await http.channels.verified(business.id, `ch_${slug}`)

      const ready = (await view()).body
      expect([ready.isReady, ready.status]).to.deep.equal([true, 'draft'])
      for (let nth = 0; nth < 2; nth++) {
        const live = await activate()
        expect([live.status, live.body.status], 'done already, it stays done').to.deep.equal([200, 'active'])
      }
    })

    it('with a service that fits into its hours, where it takes bookings', async () => {
      await draft()
      await ask('PUT', path('/modules'), { on: ['inbox', 'bookings'] })
      expect((await mark('hours', 'skipped')).body.code).to.equal('step_required')
      expect(lacks((await view()).body, 'service')).to.deep.equal(['service_missing'])
      const service = { name: 'Long', durationMin: 120, priceMinor: 0, currency: 'EUR' }
      const made = await ask('POST', '/api/v1/services', service)
      expect(made.status, made.text).to.equal(201)
      expect(lacks((await view()).body, 'service'), 'never open').to.deep.equal(['service_without_time'])
      const short = Object.fromEntries(days.map((day) => [day, [{ from: '09:00', to: '10:30' }]]))
      await ask('PUT', path('/business-hours'), { weekly: short })
      expect(lacks((await view()).body, 'service'), 'too long').to.deep.equal(['service_without_time'])
      await ask('PATCH', `/api/v1/services/${made.body.id}`, { durationMin: 90 })
      expect(stepsOf((await view()).body)).to.include({ hours: 'done', service: 'done' })
      await ask('PATCH', `/api/v1/services/${made.body.id}`, { isActive: false })
      expect(lacks((await view()).body, 'service')).to.deep.equal(['service_missing'])
    })

    it('and what is missing is said in the reader’s language, or that of the business', async () => {
      await draft()
      const says = (answer: any) => answer.body.steps.find(({ key }: any) => key === 'privacy').missing[0].says
      expect(says(await view())).to.match(/^Say where people can read/)
      expect(says(await view('fr-CH, de;q=0.9, en;q=0.8'))).to.match(/^Sagen Sie, wo man liest/)
      await ask('PATCH', path(), { settings: { locale: 'de-DE' } })
      expect(says(await view('fr'))).to.match(/^Sagen Sie/)
    })

    it('by its owner, and not while it is closing', async () => {
      expect((await ask('POST', path('/activate'), {}, { as: 'admin' })).status).to.equal(403)
      await changeWorkspace(at.store, business.id, { status: 'closing' })
      const refused = await activate()
      expect([refused.status, refused.body.code]).to.deep.equal([409, 'wrong_state'])
    })
  })

  describe('has teams', () => {
    const make = (body: object, as = 'owner') => ask('POST', '/api/v1/teams', body, { as })

    it('of those who work there, under a name each', async () => {
      const memberIds = [business.member('staff'), business.member('expert')]
      const made = await make({ name: 'Reception', memberIds })
      expect(made.status).to.equal(201)
      expect(made.body).to.deep.include({ name: 'Reception', memberIds, rev: 1 })
      expect((await make({ name: 'reception' })).body.code).to.equal('team_exists')
      expect((await make({ name: 'Foreign', memberIds: ['mem_of_others'] })).body.code).to.equal('unknown_member')
      expect((await make({ name: 'Mine' }, 'staff')).status).to.equal(403)
      expect((await ask('GET', '/api/v1/teams', undefined, { as: 'staff' })).body.items).to.have.lengthOf(1)

      await ask('DELETE', `/api/v1/members/${business.member('staff')}`)
      const { body } = await ask('GET', `/api/v1/teams/${made.body.id}`)
      expect(body.memberIds, 'whoever leaves, leaves the team').to.deep.equal([business.member('expert')])
      const kept = await ask('PATCH', `/api/v1/teams/${made.body.id}`, { description: 'At the door' })
      expect(kept.body).to.include({ description: 'At the door', name: 'Reception' })
    })
  })

  describe('has as many as it may', () => {
    it('of what it sets, also where several are made at the same moment', async () => {
      const tenant = at.store.of(business.id)
      for (let n = 0; n < teamsMax - 2; n++) await tenant.insert('teams', { _id: newId('team'), name: `Team ${n}` })
      const make = (n: number) => ask('POST', '/api/v1/teams', { name: `At once ${n}` })
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(make))
      const codes = new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))
      expect([...codes]).to.deep.equal(['too_many'])
      const made = answers.filter(({ status }) => status === 201).length
      expect(await tenant.find('teams', {}, { limit: 500 })).to.have.lengthOf(teamsMax - 2 + made)
      expect(made).to.be.at.most(2)
    })

    it('of members and of channels', async () => {
      await changeWorkspace(at.store, business.id, { quotas: { members: 5, channels: 1 } })
      const invite = (name: string) =>
        ask('POST', '/api/v1/members/invitations', { email: `${name}@${slug}.test`, name, role: 'staff' })
      expect((await invite('fifth')).status).to.equal(201)
      const sixth = await invite('sixth')
      expect([sixth.status, sixth.body.code]).to.deep.equal([409, 'quota_reached'])
      expect((await invite('fifth')).status, 'a new link for who is counted').to.equal(201)
      const connect = (phoneNumberId: string) =>
        ask('POST', '/api/v1/integrations', {
          ...{ name: 'W', phoneNumberId, businessId: '1', token: 'EAAG', appSecret: 'secret', verifyToken: 'verify' },
        })
      expect((await connect(`${slug}-1`)).status).to.equal(201)
      expect((await connect(`${slug}-2`)).body.code).to.equal('quota_reached')
    })
  })

  it('reaches real people when it is live, and simulated ones before', async () => {
    const sent: string[] = []
    const send = async () => ({ outcome: 'accepted', providerId: `wamid.${String(sent.push('one'))}` })
    const channel = { name: 'W', baseUrl: 'https://graph.facebook.com/v1' }
    const secrets = { token: newSecret(), appSecret: newSecret(), verifyToken: newSecret() }
    const outcomes = []
    for (const status of ['draft', 'active', 'suspended', 'closing'] as const)
      for (const simulate of [true, false]) {
        const id = `ch_${slug}_${status}_${String(simulate)}`
        const fields = { phoneNumberId: id, businessId: '1' }
        await http.channels.create(business.id, { ...channel, secrets, id, fields, simulate })
        const delivery = new Delivery({
          channels: http.channels,
          senderOf: () => ({ send }) as never,
          fileUrl: () => '',
          threadOf: async () => ({}) as never,
          files: {} as never,
          messageById: async () => undefined,
          mayDeliver: (_, one) => mayDeliver(status, one.simulate),
        })
        const content = { kind: 'text', text: 'Hello' } as const
        const parcel = { messageId: 'msg', conversationId: 'c', to: '49151', replyTo: null, content }
        const outcome = await delivery.deliver(id, business.id, parcel)
        outcomes.push([status, simulate, outcome.outcome === 'refused' ? outcome.error.code : outcome.outcome])
      }
    const refused = 'workspace_not_active'
    expect(outcomes).to.deep.equal([
      ['draft', true, 'accepted'],
      ['draft', false, refused],
      ['active', true, 'accepted'],
      ['active', false, 'accepted'],
      ['suspended', true, refused],
      ['suspended', false, refused],
      ['closing', true, refused],
      ['closing', false, refused],
    ])
    expect(sent, 'nothing else left').to.have.lengthOf(3)
  })

  it('writes in its own name and colour', async () => {
    await ask('PATCH', path(), { branding: { colour: '#ff8800', fromName: 'Harbour' } })
    await ask('POST', '/api/v1/members/invitations', { email: `n@${slug}.test`, name: 'N', role: 'staff' })
    expect(http.posted.at(-1)?.brand).to.deep.equal({ name: 'Harbour', colour: '#ff8800' })
    const seen = await http.ask('GET', `/api/v1/public/${slug}/brand`)
    const looks = { name: `The ${slug}`, colour: '#ff8800', ink: '#000000', logoUrl: null, privacyUrl: '' }
    expect(seen.body, 'and on pages for strangers, who see nothing else').to.deep.equal(looks)
    expect((await http.ask('GET', '/api/v1/public/nobody/brand')).status).to.equal(404)
  })
})
