import { expect } from 'chai'
import { conversation } from '../../actors/conversation/contract.ts'
import { Problem } from '../../kernel/problem.ts'
import { Contests } from '../../realtime/socket/contests.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

describe('taking a conversation', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
    hall = await floor.gateway()
  })
  after(async () => {
    await hall.close()
    await floor.close()
    expect(floor.errors).to.deep.equal([])
  })

  it('gives it to the first, tells the others who that is, and asks its actor seldom', async () => {
    const { conversationId } = await floor.person('Pat')
    await floor.person('Pat').then(({ say }) => say('hello'))
    const sockets = await Promise.all(Array.from({ length: 40 }, (_, nth) => hall.socket(`staff:s${nth}`)))
    const { turns } = floor.system.counters
    const take = { name: 'conversation.take', input: { conversationId } }
    const answers = await Promise.all(sockets.map((socket, nth) => socket.ask('command', { id: `t${nth}`, ...take })))
    expect(floor.system.counters.turns - turns, 'turns, the inbox included').to.be.lessThan(10)
    const won = answers.filter(({ ok }) => ok)
    expect(won).to.have.length(1)
    const [{ result }] = won
    for (const { ok, error } of answers)
      if (!ok) expect(error).to.include({ code: 'already_taken', holderId: result.assigneeId, retryable: false })
    expect(await floor.machine().at(conversation, conversationId).view()).to.include(result)

    const winner = sockets[Number(result.assigneeId.slice(1))]!
    expect(await winner.ask('command', { id: 'again', ...take })).to.deep.include({ ok: true, result })
    await floor.machine().at(conversation, conversationId).assign({ assigneeId: null })
    const late = await sockets.at(-1)!.ask('command', { id: 'late', ...take })
    expect(late.result).to.deep.equal({ assigneeId: 's39' })
  })
})

describe('contests', () => {
  const gate = () => {
    let open!: (holder: string) => void
    let fail!: (error: unknown) => void
    const passed = new Promise<string>((resolve, reject) => ([open, fail] = [resolve, reject]))
    return { ask: () => passed, open, fail }
  }
  const never = () => Promise.reject(new Error('asked'))

  it('answer nobody with what was asked before they came', async () => {
    const contests = new Contests()
    const [first, second] = [gate(), gate()]
    const one = contests.holder('x', first.ask)
    const two = contests.holder('x', second.ask)
    const three = contests.holder('x', never)
    first.open('ana')
    expect(await one).to.equal('ana')
    // Given up meanwhile, and taken by somebody else.
    second.open('ben')
    expect([await two, await three]).to.deep.equal(['ben', 'ben'])
    expect(await contests.holder('x', async () => 'cay')).to.equal('cay')
    expect(await contests.holder('y', async () => 'zoe')).to.equal('zoe')
  })

  it('share what is so for everybody, and let the next one ask where it was not', async () => {
    const contests = new Contests()
    const [first, second, third] = [gate(), gate(), gate()]
    const one = contests.holder('x', first.ask).catch((error: Error) => error.message)
    const two = contests.holder('x', second.ask).catch((error: Error) => error.message)
    const three = contests.holder('x', third.ask)
    first.fail(new Error('mine'))
    second.fail(new Problem('conflict', 'stale_command', 'too old'))
    third.open('cay')
    expect([await one, await two, await three]).to.deep.equal(['mine', 'too old', 'cay'])

    const [lead, busy] = [gate(), gate()]
    const all = [lead.ask, busy.ask, never, never].map((ask) =>
      contests.holder('x', ask).catch((error: Error) => error.message),
    )
    lead.open('ana')
    busy.fail(new Problem('busy', 'unplaced', 'nobody has it'))
    expect(await Promise.all(all)).to.deep.equal(['ana', ...Array.from({ length: 3 }, () => 'nobody has it')])
  })
})
