import { expect } from 'chai'
import { verifySignature } from '../../../providers/whatsapp/signature.ts'
import { bundlesOf, bytesMax, type Lane, together, updatesMax } from '../../../providers/whatsapp/simulator/bundles.ts'
import { type RunningSimulator, startSimulator } from '../../../providers/whatsapp/simulator/simulator.ts'
import { parseWebhook } from '../../../providers/whatsapp/webhook.ts'
import { until } from '../../harness/until.ts'
import { listening, simulated, textOf } from './world.ts'

/** As many as are under way at once. */
const atOnce = 256

interface Heard {
  bytes: number
  isSigned: boolean
  words: string[]
}

/** A door that keeps its answers back until it is opened. */
async function slowDoor() {
  const heard: Heard[] = []
  const taken: string[] = []
  const gate = Promise.withResolvers<undefined>()
  const door = { answer: (_: Heard) => 200 }
  const { url, stop } = await listening((req, res) => {
    void (async () => {
      const raw = await textOf(req)
      const items = parseWebhook(JSON.parse(raw)) as any[]
      const words = items.map(({ from, content }) => `${from.waId} ${content.text}`)
      const isSigned = verifySignature(Buffer.from(raw), String(req.headers['x-hub-signature-256']), ['app-secret'])
      const one = { bytes: raw.length, isSigned, words }
      heard.push(one)
      await gate.promise
      const status = door.answer(one)
      if (status === 200) taken.push(...words)
      res.writeHead(status).end()
    })()
  })
  return { heard, taken, door, url, stop, open: () => gate.resolve(undefined) }
}

describe('WhatsApp: the simulator, when more waits than can be under way', () => {
  let to: Awaited<ReturnType<typeof slowDoor>>
  let running: RunningSimulator
  beforeEach(async () => {
    to = await slowDoor()
    const channels = [simulated(`${to.url}/webhooks`)]
    running = await startSimulator({ channels, phoneKey: 'k', retryMs: 1, shuffleMs: 5, seed: 3 })
  })
  afterEach(async () => {
    await running.close()
    await to.stop()
  })

  const waIdOf = (nth: number) => `4915110000${String(nth).padStart(3, '0')}`
  const say = (people: number, texts: readonly string[]) => {
    for (const text of texts)
      for (let nth = 0; nth < people; nth++) running.simulator.person(waIdOf(nth), 'Somebody').sends(text)
  }
  const settled = async () => {
    to.open()
    await running.simulator.settled()
  }
  const saidBy = (nth: number) => to.taken.filter((one) => one.startsWith(waIdOf(nth))).map((one) => one.split(' ')[1])
  const inOrder = (people: number, texts: readonly string[]) => {
    for (let nth = 0; nth < people; nth++) expect(saidBy(nth), waIdOf(nth)).to.deep.equal(texts)
  }

  it('tells each by itself as long as nothing waits', async () => {
    say(atOnce - 1, ['1'])
    await until(() => to.heard.length === atOnce - 1)
    to.open()
    await running.simulator.settled()
    say(1, ['2', '3', '4'])
    await settled()
    expect(to.heard.map(({ words }) => words.length)).to.deep.equal(Array(atOnce + 2).fill(1))
  })

  it('tells what waits together, signed once, each person in their order', async () => {
    const texts = ['1', '2', '3']
    say(300, texts)
    await until(() => to.heard.length === atOnce)
    await settled()
    inOrder(300, texts)
    expect(to.taken).to.have.length(900)
    expect(to.heard.every(({ isSigned }) => isSigned)).to.equal(true)
    expect(to.heard.slice(0, atOnce).every(({ words }) => words.length === 1)).to.equal(true)
    expect(Math.max(...to.heard.map(({ words }) => words.length))).to.be.above(100)
    const { webhooks } = running.simulator.snapshot().channels[0]!
    expect(webhooks).to.include({ pending: 0, lastStatus: 200 })
  })

  it('offers in halves what is too much for the door, and loses nothing', async () => {
    const texts = ['1', '2', '3']
    to.door.answer = ({ bytes }) => (bytes > 8_000 ? 413 : 200)
    say(300, texts)
    await until(() => to.heard.length === atOnce)
    await settled()
    inOrder(300, texts)
    expect(to.heard.some(({ bytes }) => bytes > 8_000)).to.equal(true)
    expect(to.heard.some(({ bytes, words }) => bytes <= 8_000 && words.length > 1)).to.equal(true)
  })

  it('keeps the order of whoever was refused in the first half', async () => {
    const texts = ['1', '2', '3']
    let refusals = 200
    to.door.answer = ({ bytes, words }) => {
      if (bytes > 8_000) return 413
      return words.length > 1 && refusals-- > 0 ? 503 : 200
    }
    say(300, texts)
    await until(() => to.heard.length === atOnce)
    await settled()
    inOrder(300, texts)
  })

  it('tells twice and out of order what it was told to, together too', async () => {
    const channel = running.simulator.channel()
    say(atOnce, ['1'])
    await until(() => to.heard.length === atOnce)
    running.simulator.setFaults(channel, { webhooksTwice: true, webhooksShuffled: 6 })
    const texts = Array.from({ length: 12 }, (_, nth) => `${nth + 2}`)
    for (const text of texts) running.simulator.person('4915199999999', 'Lena').sends(text)
    await until(() => to.heard.length === atOnce)
    await new Promise((pass) => setTimeout(pass, 20))
    await settled()
    const said = to.taken.filter((one) => one.startsWith('4915199999999')).map((one) => one.split(' ')[1]!)
    const numbers = (list: readonly string[]) => list.map(Number).sort((one, other) => one - other)
    expect(numbers(said)).to.deep.equal(numbers([...texts, ...texts]))
    expect(said).not.to.deep.equal(texts.flatMap((text) => [text, text]))
    expect(to.heard.some(({ words }) => words.length > 1)).to.equal(true)
  })
})

describe('WhatsApp: what goes together', () => {
  const body = (words: string) =>
    `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[],"n":"${words}"}]}`
  const lane = (waId: string, count: number, { words = 'x', phoneNumberId = '1', dueAt = 0 } = {}): Lane => {
    const row = { phoneNumberId, waId, messageId: null, body: body(words), rank: 0, dueAt, attempts: 0 }
    return { isBusy: false, rows: Array.from({ length: count }, (_, seq) => ({ ...row, seq })) }
  }

  it('is of one number, due, and at most what Meta tells at once', () => {
    const sizes = (lanes: Lane[]) => bundlesOf(lanes, 5).map(({ rows }) => rows.length)
    expect(sizes([lane('a', 2), lane('b', 3), lane('c', 1, { phoneNumberId: '2' })])).to.deep.equal([5, 1])
    expect(sizes([lane('a', 2), lane('b', 3, { dueAt: 6 })])).to.deep.equal([2])
    expect(sizes([lane('a', updatesMax), lane('b', 3)])).to.deep.equal([updatesMax, 3])
    // The rest of theirs waits for what comes before it.
    expect(sizes([lane('a', 600), lane('b', 600), lane('c', 1)])).to.deep.equal([updatesMax, 1])
    const heavy = { words: 'x'.repeat(400_000) }
    const [first, ...rest] = bundlesOf([lane('a', 4, heavy), lane('b', 4, heavy), lane('c', 4, heavy)], 5)
    expect(rest).to.have.length(1)
    expect(together(first!.rows.map((row) => row.body)).length).to.be.within(bytesMax - 400_100, bytesMax)
  })

  it('is one body with every entry, and one by itself stays as it is', () => {
    const bodies = ['1', '2', '3'].map(body)
    expect(JSON.parse(together(bodies)).entry.map(({ n }: { n: string }) => n)).to.deep.equal(['1', '2', '3'])
    expect(together([body('1')])).to.equal(body('1'))
  })
})
