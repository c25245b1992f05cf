import { expect } from 'chai'
import { unknownIn } from '../../kernel/variables.ts'
import { commonAnswers, presets } from '../../server/presets/preset.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { createMember } from '../../store/settings/members.ts'
import { CannedFields } from '../../store/settings/replies.ts'
import { TagFields } from '../../store/settings/tags.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { open, type Opened, type Served } from './parts.ts'

const path = (rest = '') => `/api/v1/workspaces/current${rest}`
const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const
const weekly = Object.fromEntries(days.map((day) => [day, [{ from: '09:00', to: '17:00' }]]))

describe('a business begins with a preset', () => {
  let at: Opened
  let http: Served
  let token: string
  let businesses = 0
  before(async () => {
    at = await open()
    http = await at.serve()
  })
  after(async () => {
    await http.close()
    await at.close()
  })

  const ask = (method: string, rest: string, body?: unknown) =>
    http.ask(method, rest, { token, ...(body !== undefined && { body }) })

  /** Of which nothing is set yet. */
  async function draft() {
    const slug = `preset-${String(++businesses)}`
    const workspace = await createWorkspace(at.store, { slug, name: 'New', status: 'draft' }, Date.now())
    const account = await createAccount(at.store, { email: `new@${slug}.test`, passwordHash: null }, Date.now())
    const made = { accountId: account.id, name: 'New', role: 'owner' as const }
    const { id } = await createMember(at.store, workspace.id, made, Date.now())
    token = (await http.auth.openFor(workspace.id, id)).accessToken
  }

  const apply = (preset: string) => ask('POST', path('/preset'), { preset })
  const services = async () => (await ask('GET', '/api/v1/services')).body.items as any[]

  it('that puts each thing in once, and over nothing that people set', async () => {
    await draft()
    await ask('PATCH', path(), { settings: { locale: 'de', currency: 'EUR' } })
    await ask('PUT', path('/business-hours'), { weekly })
    const first = await apply('clinic')
    expect(first.status, first.text).to.equal(200)
    expect(first.body.placed).to.include.members(['modules', 'service/check-up', 'team/reception'])
    expect(first.body.placed, 'it has hours').to.not.include('hours')
    const made = await services()
    expect(made.map(({ name }) => name)).to.have.members(['Untersuchung', 'Erstbesuch', 'Nachsorge'])
    expect(made.find(({ name }) => name === 'Untersuchung')).to.include({ priceMinor: 6_000, currency: 'EUR' })

    const labels = (await ask('GET', '/api/v1/tags')).body.items.map(({ label }: any) => label)
    expect(labels).to.have.members(['neu', 'recall', 'versicherung'])
    const answers = (await ask('GET', '/api/v1/canned-responses')).body.items
    expect(answers.map(({ shortcut }: any) => shortcut)).to.have.members(['hallo', 'später', 'abschied', 'notfall'])
    expect(
      answers[0].texts.map(({ locale }: any) => locale),
      'its own language first',
    ).to.deep.equal(['de', 'en'])

    const [one, two] = [made[0], made[1]]
    await ask('PATCH', `/api/v1/services/${one.id}`, { name: 'Meine', priceMinor: 1 })
    await ask('DELETE', `/api/v1/services/${two.id}`)
    await ask('PUT', path('/modules'), { on: ['inbox'] })
    const before = [await services(), (await ask('GET', path())).body, (await ask('GET', '/api/v1/teams')).body]
    expect((await apply('clinic')).body.placed).to.deep.equal([])
    const after = [await services(), (await ask('GET', path())).body, (await ask('GET', '/api/v1/teams')).body]
    expect(after).to.deep.equal(before)
  })

  it('whose prepared answers are such as people could write themselves', () => {
    const kinds = Object.values(presets)
    for (const { shortcut, name, text } of [...commonAnswers, ...kinds.flatMap(({ answers }) => answers)])
      for (const language of [0, 1] as const) {
        const texts = [{ locale: 'en', text: text[language] }]
        expect(() => CannedFields.parse({ shortcut: shortcut[language], name: name[language], texts })).not.to.throw()
        expect(unknownIn(text[language])).to.deep.equal([])
      }
    for (const label of kinds.flatMap(({ tags }) => tags.flat()))
      expect(TagFields.parse({ label }).label).to.equal(label)
  })

  it('of every kind, each of which could go live with a channel and a notice', async () => {
    const { body } = await ask('GET', '/api/v1/presets')
    expect(body.items.map(({ name }: any) => name)).to.deep.equal(['clinic', 'therapy', 'gym', 'salon'])
    for (const { name } of body.items) {
      await draft()
      const both = await Promise.all([apply(name), apply(name)])
      expect(
        both.map(({ status }) => status),
        name,
      ).to.deep.equal([200, 200])
      const { steps } = (await ask('GET', path('/onboarding'))).body
      const done = steps.filter(({ status }: any) => status === 'done').map(({ key }: any) => key)
      expect(done, name).to.deep.equal(['hours', 'service'])
    }
    expect((await apply('nonsense')).status).to.equal(422)
  })
})
