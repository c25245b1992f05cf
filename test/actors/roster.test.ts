import { expect } from 'chai'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { rosterActor } from '../../actors/roster/actor.ts'
import type { Holding, Staff, Status } from '../../actors/roster/contract.ts'
import type { State } from '../../actors/roster/state.ts'
import type { Decision } from '../../actors/runtime/change.ts'
import { AssignmentRule } from '../../kernel/assignment.ts'
import { given } from '../harness/given.ts'
import { Random } from '../store/proof/random.ts'

type Rule = Partial<AssignmentRule>
const member = (id: string, more: object = {}) => ({ id, takes: true, capacity: null, skills: [], ...more })
const staffOf = (rule: Rule, members = [member('ana'), member('bob')], teams: Staff['teams'] = []): Staff => ({
  rule: AssignmentRule.parse({ mode: 'least_loaded', ...rule }),
  members,
  teams,
})
const waits = (since: number, more: Partial<Holding> = {}): Holding => ({
  assigneeId: null,
  teamId: null,
  isOpen: true,
  since,
  tags: [],
  ...more,
})

/** A roster that is asked by values; what it tells conversations is theirs to do. */
class Floor {
  state: State = rosterActor.initial
  now = 1_000_000
  decisions: Decision[] = []
  told: { id: string; from: string | null; to: string | null }[] = []
  effects: string[] = []
  reminders: Record<string, unknown> = {}
  events: { type: string; data: any }[] = []

  constructor(staff: Staff, online: readonly string[] = staff.members.map(({ id }) => id)) {
    this.say('presence', { people: online.map((id) => ({ id, status: 'online' })), isAll: true })
    this.say('staffRead', staff)
  }

  say(message: keyof typeof rosterActor.on, input: object) {
    const handler = rosterActor.on[message] as any
    const change = handler(this.state, input, given({ now: this.now, id: 'w1', workspaceId: 'w1' }))
    this.state = change.state
    this.decisions.push(...(change.decisions ?? []))
    this.events.push(...(change.events ?? []))
    this.effects.push(...(change.effects ?? []).map(({ effect }: { effect: string }) => effect))
    Object.assign(this.reminders, change.reminders)
    for (const { id, input: said } of change.tells ?? []) this.told.push({ id, ...said })
    return change
  }

  wants(id: string, more: Partial<Holding> = {}, was: Holding | null = null) {
    this.say('moved', { conversationId: id, was, is: waits(this.now, more) })
  }

  /** Every conversation takes what was offered to it. */
  take() {
    for (const { id, from, to } of this.told.splice(0)) {
      const was = waits(this.now, { assigneeId: from })
      this.say('moved', { conversationId: id, was, is: { ...was, assigneeId: to } })
      if (to !== null) this.say('answered', { conversationId: id, memberId: to, isTaken: true })
    }
  }

  is(id: string, status: Status) {
    this.say('presence', { people: [{ id, status }], isAll: false })
  }

  given = () => this.told.map(({ id, to }) => `${id}>${to}`)
  why = () => this.decisions.map(({ outcome, facts }) => facts['why'] ?? outcome)
}

describe('roster: who gets what waits', () => {
  it('is whoever has the fewest, then whose last is longest ago, then by id', () => {
    const floor = new Floor(staffOf({}))
    for (const id of ['c1', 'c2', 'c3']) {
      floor.now += 1_000
      floor.wants(id)
      floor.take()
    }
    expect(floor.decisions.map(({ facts }) => facts['memberId'])).to.deep.equal(['ana', 'bob', 'ana'])
    floor.say('moved', { conversationId: 'c1', was: waits(0, { assigneeId: 'ana' }), is: waits(0, { isOpen: false }) })
    floor.say('moved', { conversationId: 'c3', was: waits(0, { assigneeId: 'ana' }), is: waits(0, { isOpen: false }) })
    floor.wants('c4')
    expect(floor.given()).to.deep.equal(['c4>ana'])
  })

  it('is in turn where the rule says so, whoever has more', () => {
    const floor = new Floor(staffOf({ mode: 'round_robin' }))
    floor.wants('c1')
    floor.take()
    floor.say('moved', { conversationId: 'c1', was: waits(0, { assigneeId: 'ana' }), is: waits(0, { isOpen: false }) })
    floor.now += 1
    floor.wants('c2')
    expect(floor.given()).to.deep.equal(['c2>bob'])
  })

  it('is nobody where it is switched off, and nothing is said of it', () => {
    const floor = new Floor(staffOf({ mode: 'off' }))
    floor.wants('c1')
    expect([floor.told, floor.decisions]).to.deep.equal([[], []])
    expect(floor.state.queue.map(({ conversationId, why }) => [conversationId, why])).to.deep.equal([['c1', 'off']])
  })

  it('is nobody who is away, busy, in another team, without the skill, full, or set not to take; and each says why', () => {
    const teams = [{ id: 'sales', memberIds: ['bob'], rule: null }]
    const members = [
      member('ana', { skills: ['german'] }),
      member('bob', { capacity: 1 }),
      member('eva', { takes: false }),
    ]
    const floor = new Floor(staffOf({ usesSkills: true }, members, teams), ['bob', 'eva'])
    floor.is('ana', 'busy')
    floor.wants('german', { tags: ['german', 'vip'] })
    floor.wants('one', { teamId: 'sales' })
    floor.take()
    floor.wants('two', { teamId: 'sales' })
    floor.say('staffRead', staffOf({}, members, [{ ...teams[0]!, memberIds: [] }]))
    floor.wants('three', { teamId: 'sales' })
    // Other rules, other reasons: what waits is looked at again.
    expect(floor.why()).to.deep.equal([
      'nobody_online',
      'assigned',
      'all_full',
      'all_full',
      'nobody_in_team',
      'nobody_in_team',
    ])
  })

  it('asks for no skill that nobody has', () => {
    const floor = new Floor(staffOf({ usesSkills: true }))
    floor.wants('c1', { tags: ['vip'] })
    expect(floor.given()).to.deep.equal(['c1>ana'])
  })

  it('is not whoever has just let go of it', () => {
    const floor = new Floor(staffOf({}, [member('ana')]))
    floor.wants('c1', {}, waits(0, { assigneeId: 'ana' }))
    expect(floor.given()).to.deep.equal([])
    expect(floor.why()).to.deep.equal(['only_who_let_go'])
  })

  it('comes to the longest waiting first when somebody is there again, resolves, or has room', () => {
    const floor = new Floor(staffOf({ capacity: 1 }, [member('ana')]), [])
    for (const id of ['c1', 'c2', 'c3']) {
      floor.now += 1_000
      floor.wants(id)
    }
    floor.say('moved', { conversationId: 'c3', was: waits(0), is: waits(1) })
    expect(floor.given()).to.deep.equal([])
    floor.is('ana', 'online')
    expect(floor.given()).to.deep.equal(['c3>ana'])
    floor.take()
    floor.say('moved', { conversationId: 'c3', was: waits(1, { assigneeId: 'ana' }), is: waits(1, { isOpen: false }) })
    expect(floor.given()).to.deep.equal(['c1>ana'])
    floor.take()
    floor.say('staffRead', staffOf({ capacity: 2 }, [member('ana')]))
    expect(floor.given()).to.deep.equal(['c2>ana'])
  })

  it('keeps the place of whoever was offered something until it is answered', () => {
    const floor = new Floor(staffOf({ capacity: 1 }, [member('ana')]))
    floor.wants('c1')
    floor.wants('c2')
    expect(floor.given()).to.deep.equal(['c1>ana'])
    floor.told = []
    floor.say('answered', { conversationId: 'c1', memberId: 'ana', isTaken: false })
    expect(floor.given()).to.deep.equal(['c2>ana'])
  })

  it('stays with who goes offline, unless the rule says how long', () => {
    const still = new Floor(staffOf({}))
    still.is('ana', 'offline')
    expect(still.reminders['away_ana']).to.equal(null)

    const floor = new Floor(staffOf({ reassignAfterMinutes: 5 }))
    floor.is('ana', 'offline')
    expect(floor.reminders['away_ana']).to.include({ at: floor.now + 300_000, everyMs: 300_000 })
    floor.say('awayDue', { memberId: 'ana' })
    expect(floor.effects).to.include('readHeld')
    floor.say('heldRead', { memberId: 'ana', conversationIds: ['c9'] })
    expect(floor.told).to.deep.equal([{ id: 'c9', from: 'ana', to: null }])
    floor.is('ana', 'online')
    expect(floor.reminders['away_ana']).to.equal(null)
    floor.effects = []
    floor.say('awayDue', { memberId: 'ana' })
    expect(floor.effects).to.deep.equal([])
  })

  it('reads the others when few of many that wait are left', () => {
    const floor = new Floor(staffOf({ mode: 'off' }))
    for (let n = 0; n < 121; n++) {
      floor.now++
      floor.wants(`c${n}`)
    }
    expect([floor.state.queue.length, floor.state.hasMore]).to.deep.equal([120, true])
    const { queue } = floor.state
    floor.wants('later')
    expect(floor.state.queue, 'it is not written again for one that finds no room').to.equal(queue)
    expect(floor.events.at(-1)?.data.queue).to.have.length.below(51)
    for (let n = 0; n < 81; n++)
      floor.say('moved', { conversationId: `c${n}`, was: waits(0), is: waits(0, { assigneeId: 'ana' }) })
    expect(floor.effects.filter((one) => one === 'readWaiting')).to.have.length(1)
    const wish = { conversationId: 'c120', since: floor.now, teamId: null, tags: [], not: null }
    floor.say('waitingRead', { wishes: [wish], isAll: true })
    expect([floor.state.queue.length, floor.state.hasMore]).to.deep.equal([40, false])
  })

  it('counts what is older than it once, whether it asks first or something happens there first', () => {
    const old = {
      ...conversationActor.initial,
      userId: 'usr_pat',
      assigneeId: 'ana',
      waitingSince: 5,
      lastMessageAt: 5,
    }
    const placed = conversationActor.on.place(old, {}, given())
    const again = conversationActor.on.place(placed.state, {}, given())
    const resolved = conversationActor.on.setStatus(old, { status: 'resolved' }, given())
    const told = (change: object): { message: string; input: any }[] => (change as any).tells ?? []
    const standing = (change: object) =>
      told(change).flatMap(({ message, input }) => (message === 'moved' ? [[input.was, input.is.isOpen]] : []))
    expect([placed, again, resolved].map(standing)).to.deep.equal([[[null, true]], [], [[null, false]]])
    const floor = new Floor(staffOf({}))
    for (const { input } of told(placed)) floor.say('moved', input)
    expect(floor.state.open).to.deep.equal({ ana: 1 })
    expect(floor.effects).to.include('readUnplaced')
  })

  it('never gives anybody more than their capacity, however wishes, endings and answers cross', () => {
    for (let seed = 1; seed <= 12; seed++) crossed(seed)
  })
})

/** Conversations and the roster with a post between them, where only what is between the same two keeps its order. */
function crossed(seed: number) {
  const random = new Random(seed)
  const pick = <T>(from: readonly T[]): T => random.pick(from)
  const members = [member('ana', { capacity: 1 }), member('bob', { capacity: 2 }), member('eva', { capacity: 3 })]
  const floor = new Floor(staffOf({ mode: seed % 2 ? 'round_robin' : 'least_loaded' }, members))
  const held = new Map<string, string | null>()
  const toRoster = new Map<string, { message: 'moved' | 'answered'; input: object }[]>()
  const post = (id: string, message: 'moved' | 'answered', input: object) =>
    toRoster.set(id, [...(toRoster.get(id) ?? []), { message, input: { conversationId: id, ...input } }])
  const as = (holder: string | null | undefined) => (holder === undefined ? null : waits(1, { assigneeId: holder }))

  const deeds = [
    () => {
      const id = `c${held.size}`
      held.set(id, null)
      post(id, 'moved', { was: null, is: waits(floor.now++) })
    },
    () => {
      const open = [...held].filter(([, holder]) => holder !== null)
      if (open.length === 0) return
      const [id, holder] = pick(open)
      held.delete(id)
      held.set(`${id}x`, null)
      post(id, 'moved', { was: as(holder), is: waits(1, { assigneeId: holder, isOpen: false }) })
      post(`${id}x`, 'moved', { was: null, is: waits(floor.now++) })
    },
    () => floor.is(pick(members).id, pick(['online', 'offline', 'online', 'busy'] as const)),
    () => {
      const ids = [...toRoster].filter(([, letters]) => letters.length > 0)
      if (ids.length === 0) return
      const [, letters] = pick(ids)
      const letter = letters.shift()
      if (letter) floor.say(letter.message, letter.input)
    },
    () => {
      const [letter] = floor.told.splice(random.below(floor.told.length), 1)
      if (!letter?.to) return
      const { id, to } = letter
      const isTaken = held.get(id) === null
      if (isTaken) {
        held.set(id, to)
        post(id, 'moved', { was: as(null), is: as(to) })
      }
      post(id, 'answered', { memberId: to, isTaken })
    },
  ]
  for (let step = 0; step < 150; step++) {
    pick(deeds)()
    for (const { id, capacity } of members) {
      const has = [...held.values()].filter((holder) => holder === id).length
      expect(has, `seed ${seed}, step ${step}: ${id}`).to.be.at.most(capacity as unknown as number)
    }
  }
}
