import { expect } from 'chai'
import type { ReceivedItem, ReceivedOf } from '../../providers/received.ts'
import type { Dealing } from '../../server/webhooks/dealing.ts'
import { Intake } from '../../server/webhooks/intake.ts'
import { WebhookEvents } from '../../store/webhook-events.ts'
import { withApp } from '../harness/boot.ts'

/** Deals with nothing until it is let; what it was given, in order. */
class Held {
  readonly given: string[] = []
  readonly #answers = new Map<string, PromiseWithResolvers<undefined>>()

  deal(_: unknown, item: ReceivedItem) {
    const { eventKey } = item as ReceivedOf<'message'>
    this.given.push(eventKey)
    const done = Promise.withResolvers<undefined>()
    this.#answers.set(eventKey, done)
    return Promise.resolve({ done: done.promise })
  }

  end(error?: Error) {
    for (const done of this.#answers.values()) error ? done.reject(error) : done.resolve(undefined)
    this.#answers.clear()
  }
}

describe('what waits to be dealt with', () => {
  const app = withApp()
  let now = Date.now()
  let unread: string[]

  const item = (eventKey: string, person: string) =>
    ({ kind: 'message', eventKey, providerId: eventKey, raw: eventKey, from: { waId: person }, at: 0 }) as ReceivedItem
  /** A process: it has its own memory, and the store of all. */
  const process = () => {
    const { store, rest } = app.careline.storage
    const held = new Held()
    const intake = new Intake({
      parsers: { whatsapp: (raw) => item(raw, 'somebody') },
      events: new WebhookEvents(store, rest),
      dealing: held as unknown as Dealing,
      now: () => now,
      log: { warn: () => undefined, error: (text: string) => void unread.push(text) } as never,
    })
    const accept = (...items: ReceivedItem[]) => intake.accept({ ...app.business.channel, provider: 'whatsapp' }, items)
    return { intake, held, accept }
  }
  beforeEach(() => void (unread = []))

  it('is nobody else’s while it is being dealt with, however long that takes', async () => {
    const [one, other] = [process(), process()]
    await one.accept(item('long 1', '1'), item('long 2', '2'))
    now += 11_000
    expect(await one.intake.sweep(10), 'its own sweep').to.equal(0)
    expect(await other.intake.sweep(10)).to.equal(0)
    now += 11_000
    expect(await other.intake.sweep(10), 'nobody holds it any more, as after a crash').to.equal(2)
    expect(other.held.given).to.have.members(['long 1', 'long 2'])
    one.held.end()
    other.held.end()
    await Promise.all([one.intake.settled(), other.intake.settled()])
    now += 60_000
    expect(await other.intake.sweep(10)).to.equal(0)
  })

  it('is taken up by one of two who sweep at the same time, in the order in which it came', async () => {
    const [one, other, dead] = [process(), process(), process()]
    const names = Array.from({ length: 30 }, (_, n) => `two ${n}`)
    for (const name of names) {
      await dead.accept(item(name, name))
      now += 1
    }
    now += 11_000
    await Promise.all([one.intake.sweep(100), other.intake.sweep(100)])
    one.held.end()
    other.held.end()
    await Promise.all([one.intake.settled(), other.intake.settled()])
    expect([...one.held.given, ...other.held.given]).to.have.members(names)
    const nth = (name: string) => names.indexOf(name)
    for (const { given } of [one.held, other.held])
      expect(given.map(nth)).to.deep.equal(given.map(nth).sort((a, b) => a - b))
  })

  it('goes in order per person and 128 at once; what fails is told and comes again', async () => {
    const { intake, held, accept } = process()
    const people = Array.from({ length: 150 }, (_, n) => item(`crowd ${n}`, `person ${n}`))
    await accept(...people, item('crowd again', 'person 0'))
    expect(held.given).to.have.length(128)
    held.end(new Error('the store is away'))
    while (held.given.length < 151) await new Promise(setImmediate)
    held.end()
    await intake.settled()
    expect(held.given.indexOf('crowd again')).to.be.greaterThan(held.given.indexOf('crowd 0'))
    expect(unread).to.have.length(128)
    now += 11_000
    expect(await intake.sweep(200)).to.equal(128)
    held.end()
    while (held.given.length < 151 + 128) await new Promise(setImmediate)
    held.end()
    await intake.settled()
  })

  it('is refused past ten thousand, and nothing of it kept', async () => {
    const { intake, held, accept } = process()
    const many = Array.from({ length: 10_001 }, (_, n) => item(`too many ${n}`, '1'))
    const refused = await accept(...many).catch((error: unknown) => error as { code: string })
    expect(refused).to.include({ code: 'intake_full' })
    expect(held.given).to.deep.equal([])
    await intake.settled()
  })
})
