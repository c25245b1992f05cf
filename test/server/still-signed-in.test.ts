import { expect } from 'chai'
import type { Caller } from '../../kernel/caller.ts'
import { Auth } from '../../server/auth/auth.ts'
import type { Store } from '../../store/connection.ts'
import { createAccount } from '../../store/settings/accounts.ts'
import { changeMember, createMember } from '../../store/settings/members.ts'
import { revokeFamily } from '../../store/settings/sessions.ts'
import { createWorkspace } from '../../store/settings/workspaces.ts'
import { open, type Opened, secret } from './parts.ts'

describe('sign-ins of those who are connected', () => {
  let store: Store
  let auth: Auth
  let callers: Caller[]
  let members: string[]
  let workspaceId: string
  let opened: Opened
  before(async () => {
    opened = await open()
    store = opened.store
    auth = new Auth({ store, secret, now: Date.now })
    workspaceId = (await createWorkspace(store, { slug: 'w', name: 'W' }, Date.now())).id
    members = []
    callers = []
    for (const nth of [0, 1, 2]) {
      const account = await createAccount(store, { email: `m${nth}@w.test`, passwordHash: '' }, Date.now())
      const person = { accountId: account.id, name: `M ${nth}`, role: 'staff' as const }
      members.push((await createMember(store, workspaceId, person, Date.now())).id)
      for (const _ of [1, 2]) {
        const { accessToken } = await auth.openFor(workspaceId, members[nth]!)
        callers.push(await auth.authenticate(accessToken))
      }
    }
  })
  after(() => opened.close())

  /** How often single sign-ins were read meanwhile. */
  async function reading<Found>(work: () => Promise<Found>) {
    const own = store.platform.bind(store)
    let finds = 0
    store.platform = ((name: Parameters<Store['platform']>[0]) => {
      const collection = own(name)
      if (name !== 'sessions') return collection
      return Object.assign(Object.create(collection), {
        find: (...given: Parameters<typeof collection.find>) => {
          finds++
          return collection.find(...given)
        },
        countDocuments: (filter: object) => collection.countDocuments(filter),
      })
    }) as Store['platform']
    try {
      return { found: await work(), finds }
    } finally {
      store.platform = own
    }
  }
  const now = () => reading(() => auth.callersNow(callers))

  it('that all last are counted, and not read one by one', async () => {
    const { found, finds } = await now()
    expect(found).to.deep.equal(callers)
    expect(finds).to.equal(0)
  })

  it('are what they are by now: one of another role, one that was ended by another hand, nobody else', async () => {
    await changeMember(store, workspaceId, members[1]!, { role: 'admin' })
    expect((await now()).found.map((one) => one?.role)).to.deep.equal([
      'staff',
      'staff',
      'admin',
      'admin',
      'staff',
      'staff',
    ])
    await revokeFamily(store, callers[4]!.sessionId!, 'test', Date.now())
    const { found, finds } = await now()
    expect(found.map((one) => one?.id)).to.deep.equal(callers.map(({ id }, nth) => (nth === 4 ? undefined : id)))
    expect(finds).to.equal(1)
  })

  it('end for all whose member does not work there any more, also where all of them last', async () => {
    callers = callers.filter((_, nth) => nth !== 4)
    await changeMember(store, workspaceId, members[0]!, { status: 'removed' })
    const { found, finds } = await now()
    expect(found.map((one) => one?.id)).to.deep.equal([undefined, undefined, members[1], members[1], members[2]])
    expect(finds).to.equal(0)
  })
})
