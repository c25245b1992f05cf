import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { conversation } from '../../actors/conversation/contract.ts'
import type { InputOf, Workspace } from '../../actors/runtime/contract.ts'
import { advances, type DeliveryStatus } from '../../kernel/delivery.ts'
import { Statuses } from '../../server/webhooks/statuses.ts'
import { Turnstile } from '../../server/webhooks/turnstile.ts'

type Change = InputOf<typeof conversation, 'statusChanged'>

/** Conversations that answer when they are let, and what they were told. */
class Threads {
  readonly told: { conversationId: string; change: Change }[] = []
  #held: PromiseWithResolvers<undefined>[] = []
  isHeld = true
  readonly workspace = {
    id: 'ws_1',
    at: (_: unknown, conversationId: string) => ({
      statusChanged: async (change: Change) => {
        this.told.push({ conversationId, change })
        if (!this.isHeld) return
        const held = Promise.withResolvers<undefined>()
        this.#held.push(held)
        await held.promise
      },
    }),
  } as unknown as Workspace

  async answer(error?: Error) {
    for (const held of this.#held.splice(0)) error ? held.reject(error) : held.resolve(undefined)
    for (let n = 0; n < 10; n++) await turn()
  }
}

const change = (messageId: string, status: Change['status'], more: Partial<Change> = {}): Change => ({
  messageId,
  status,
  error: null,
  providerId: `wamid.${messageId}`,
  channelId: 'ch_1',
  ...more,
})

describe('statuses that providers tell', () => {
  it('are told at once while nothing waits; those of one message that meet become the furthest of them', async () => {
    const threads = new Threads()
    const statuses = new Statuses()
    const tell = (...of: Parameters<typeof change>) => statuses.tell(threads.workspace, 'c_1', change(...of))
    const told = () => threads.told.map(({ change: { messageId, status } }) => `${messageId} ${status}`)
    const all = [tell('a', 'sent')]
    expect(told()).to.deep.equal(['a sent'])
    all.push(tell('a', 'read'), tell('a', 'delivered'), tell('b', 'sent'), tell('b', 'failed'))
    all.push(tell('a', 'delivered', { providerId: 'wamid.again' }), tell('a', 'sent', { channelId: 'ch_2' }))
    expect(told(), 'one turn of a conversation at a time').to.deep.equal(['a sent'])
    await threads.answer()
    expect(told().slice(1)).to.deep.equal(['a read', 'b sent', 'b failed', 'a delivered', 'a sent'])
    await threads.answer()
    await Promise.all(all)
  })

  it('no more than 32 conversations at once, and of one no more than its mailbox bears', async () => {
    const threads = new Threads()
    const statuses = new Statuses()
    const all = Array.from({ length: 100 }, (_, n) => statuses.tell(threads.workspace, `c_${n}`, change('a', 'sent')))
    const first = Array.from({ length: 300 }, (_, n) =>
      statuses.tell(threads.workspace, 'c_0', change(`m${n}`, 'sent')),
    )
    expect(threads.told).to.have.length(32)
    await threads.answer()
    const ofFirst = () => threads.told.filter(({ conversationId }) => conversationId === 'c_0').length
    expect(ofFirst(), 'the next turn of that one').to.be.oneOf([1, 1 + 64])
    while (threads.told.length < 400) {
      const before = ofFirst()
      await threads.answer()
      expect(ofFirst() - before).to.be.oneOf([0, 64, 300 % 64])
    }
    await threads.answer()
    await Promise.all([...all, ...first])
  })

  it('whoever told what is refused hears of it, and what comes after is told all the same', async () => {
    const threads = new Threads()
    const statuses = new Statuses()
    const first = statuses.tell(threads.workspace, 'c_1', change('a', 'sent')).catch((error: unknown) => String(error))
    const then = [statuses.tell(threads.workspace, 'c_1', change('a', 'read'))]
    await threads.answer(new Error('the store is away'))
    expect(await first).to.equal('Error: the store is away')
    await threads.answer()
    await Promise.all(then)
    expect(threads.told.map(({ change: { status } }) => status)).to.deep.equal(['sent', 'read'])
  })

  it('in whatever order and company they come, a message ends where it would have ended one by one', async () => {
    const statusesOf = fc.shuffledSubarray(['sent', 'delivered', 'read', 'sent', 'delivered'] as const, {
      minLength: 1,
    })
    const pauses = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })
    const end = (all: readonly DeliveryStatus[]) =>
      all.reduce<DeliveryStatus>(
        (known, status) => (advances({ status: known }, { status }) ? status : known),
        'queued',
      )
    await fc.assert(
      fc.asyncProperty(statusesOf, pauses, async (told, pauses) => {
        const threads = new Threads()
        const statuses = new Statuses()
        const all: Promise<unknown>[] = []
        for (const [n, status] of told.entries()) {
          all.push(statuses.tell(threads.workspace, 'c_1', change('a', status)))
          if (pauses[n]) await threads.answer()
        }
        threads.isHeld = false
        await threads.answer()
        await Promise.all(all)
        expect(end(threads.told.map(({ change }) => change.status))).to.equal(end(told))
      }),
    )
  })
})

describe('the turnstile', () => {
  it('lets so many through at once, and each business in its turn', async () => {
    const turnstile = new Turnstile(2)
    const through: string[] = []
    const held: (() => void)[] = []
    const add = (workspaceId: string, name: string) =>
      turnstile.add(workspaceId, () => {
        through.push(name)
        return new Promise<void>((done) => held.push(done))
      })
    const leave = async () => {
      held.shift()?.()
      await turn()
    }
    for (let n = 1; n <= 6; n++) add('large', `large ${n}`)
    add('small', 'small 1')
    add('small', 'small 2')
    add('other', 'other 1')
    expect(through).to.deep.equal(['large 1', 'large 2'])
    for (let n = 0; n < 5; n++) await leave()
    expect(through.slice(2)).to.deep.equal(['large 3', 'small 1', 'other 1', 'large 4', 'small 2'])
    for (let n = 0; n < 4; n++) await leave()
    expect(through).to.have.length(9)
  })
})
