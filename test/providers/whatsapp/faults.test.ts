import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Outgoing } from '../../../kernel/content.ts'
import { CloudApi } from '../../../providers/whatsapp/cloud-api.ts'
import type { Faults } from '../../../providers/whatsapp/simulator/settings.ts'
import { startSimulator } from '../../../providers/whatsapp/simulator/simulator.ts'
import { lenaId, receiver, simulated, world } from './world.ts'
import type { World } from './world.ts'

const hello: Outgoing = { kind: 'text', text: 'Hello' }

describe('WhatsApp: the simulator, when things go wrong', () => {
  let here: World
  const fault = (faults: Partial<Faults>) => here.simulator.setFaults(here.channel, faults)
  const send = (opaque = 'm1', timeoutMs = 20_000): Promise<any> =>
    new CloudApi({ timeoutMs }).send(here.whatsapp, { to: lenaId, content: hello, opaque })
  const statuses = () =>
    here.heard.items.flatMap((item) => (item.kind === 'status' ? [`${item.opaque} ${item.status}`] : []))

  beforeEach(async () => {
    here = await world()
    here.lena.sends('Hi')
    await here.simulator.settled()
  })
  afterEach(() => here.stop())

  const refusals: [number, string, string][] = [
    [131047, 'window_closed', 'template_needed'],
    [131026, 'undeliverable', 'never'],
    [130429, 'rate_limited', 'retry'],
    [131056, 'pair_rate_limited', 'retry'],
    [131048, 'spam_rate_limited', 'cool_off'],
    [190, 'token_expired', 'broken'],
    [131031, 'account_locked', 'broken'],
    [131000, 'provider_error', 'retry'],
    [424_242, 'refused', 'never'],
  ]
  for (const [code, ours, action] of refusals)
    it(`refuses the next with ${code}: ${action}`, async () => {
      fault({ refuse: { code, times: 1 } })
      expect((await send()).error).to.include({ code: ours, action, providerCode: code })
      expect((await send()).outcome).to.equal('accepted')
      expect(here.simulator.faults().refuse).to.equal(null)
    })

  it('refuses until it is told to stop', async () => {
    fault({ refuse: { code: 131000, times: null } })
    for (let n = 0; n < 3; n++) expect((await send()).outcome).to.equal('refused')
    here.simulator.clearFaults()
    expect((await send()).outcome).to.equal('accepted')
  })

  it('is down: nobody knows', async () => {
    fault({ down: true })
    expect((await send()).outcome).to.equal('unknown')
    await here.simulator.settled()
    expect(statuses()).to.deep.equal([])
  })

  it('is unavailable: try again', async () => {
    fault({ unavailable: true })
    expect((await send()).error).to.include({ action: 'retry', providerCode: 131016 })
  })

  it('is slow: nobody knows, until the status tells', async () => {
    fault({ latencyMs: 600 })
    expect((await send('slow', 200)).outcome).to.equal('unknown')
    await here.simulator.settled()
    expect(statuses()).to.deep.equal(['slow sent', 'slow delivered'])
    fault({ latencyMs: 10 })
    expect((await send()).outcome).to.equal('accepted')
  })

  it('loses the answer: nobody knows, until the status tells by our own id', async () => {
    fault({ dropAnswer: { times: 1 } })
    expect((await send('lost')).outcome).to.equal('unknown')
    await here.simulator.settled()
    expect(statuses()).to.deep.equal(['lost sent', 'lost delivered'])
    const [status] = here.heard.items.filter(({ kind }) => kind === 'status') as any[]
    expect(status.providerId).to.equal(here.lena.chat().messages.at(-1)?.id)
    expect((await send()).outcome, 'once only').to.equal('accepted')
  })

  it('accepts, and fails by webhook', async () => {
    fault({ failLater: { code: 131049, times: 1 } })
    expect((await send('capped')).outcome).to.equal('accepted')
    await here.simulator.settled()
    const [status] = here.heard.items.filter(({ kind }) => kind === 'status') as any[]
    expect(status).to.include({ status: 'failed', opaque: 'capped' })
    expect(status.error).to.include({ code: 'marketing_capped', action: 'cool_off', providerCode: 131049 })
    expect(here.lena.chat().messages.at(-1)).to.include({ status: 'failed' })
  })

  it('sends every webhook twice', async () => {
    fault({ webhooksTwice: true })
    here.lena.sends('Again')
    await send()
    await here.simulator.settled()
    const keys = here.heard.items.slice(1).map(({ eventKey }) => eventKey)
    expect(keys).to.have.length(6)
    expect(new Set(keys).size).to.equal(3)
  })

  it('sends webhooks out of order, the same every time', async () => {
    const order = async (faults: Partial<Faults>) => {
      const other = await world({ seed: 7 })
      other.simulator.setFaults(other.channel, faults)
      for (let n = 0; n < 12; n++) other.lena.sends(String(n))
      await other.simulator.settled()
      await other.stop()
      return other.heard.items.map((item: any) => Number(item.content.text))
    }
    const inOrder = Array.from({ length: 12 }, (_, n) => n)
    expect(await order({})).to.deep.equal(inOrder)
    const shuffled = await order({ webhooksShuffled: 6 })
    expect(shuffled).not.to.deep.equal(inOrder)
    expect([...shuffled].sort((one, other) => one - other)).to.deep.equal(inOrder)
    expect(await order({ webhooksShuffled: 6 })).to.deep.equal(shuffled)
    shuffled.forEach((n, place) => expect(Math.abs(n - place)).to.be.at.most(6))
  })

  it('holds webhooks back, and lets them go', async () => {
    fault({ webhooksPaused: true })
    here.lena.sends('Held')
    await here.simulator.settled()
    expect(here.heard.items).to.have.length(1)
    expect(here.simulator.snapshot().channels[0]?.webhooks).to.include({ pending: 1, held: 1 })
    here.simulator.clearFaults()
    await here.simulator.settled()
    expect(here.heard.items).to.have.length(2)
  })

  it('repeats a webhook until it is taken, one person after the other, and nobody waits for somebody else', async () => {
    const ben = here.simulator.person('491700000002', 'Ben')
    let tries = 0
    here.heard.answer = () => (tries++ < 6 ? [500, 404, 302][tries % 3]! : 200)
    for (const text of ['1', '2', '3']) here.lena.sends(text)
    ben.sends('B')
    await here.simulator.settled()
    const heard = here.heard.items.slice(1) as any[]
    expect(heard.filter(({ from }) => from.name === 'Lena').map(({ content }) => content.text)).to.deep.equal([
      '1',
      '2',
      '3',
    ])
    expect(heard).to.have.length(4)
    expect(here.simulator.snapshot().channels[0]?.webhooks).to.include({ pending: 0, lastStatus: 200 })
  })

  it('carries all items, doubled and shuffled and refused at first, whatever happens', async () => {
    const script = fc.array(fc.constantFrom('say', 'send', 'twice', 'shuffle', 'plain', 'break', 'mend'), {
      minLength: 3,
      maxLength: 15,
    })
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        here.simulator.clearFaults()
        here.heard.answer = () => 200
        here.heard.items.length = 0
        const expected = new Set<string>()
        for (const step of steps) {
          if (step === 'say') expected.add(here.lena.sends('x').id)
          if (step === 'send') {
            const { providerId } = await send()
            for (const status of ['sent', 'delivered']) expected.add(`${providerId}/${status}`)
          }
          if (step === 'twice' || step === 'plain') fault({ webhooksTwice: step === 'twice' })
          if (step === 'shuffle' || step === 'plain') fault({ webhooksShuffled: step === 'shuffle' ? 5 : 0 })
          if (step === 'break' || step === 'mend') here.heard.answer = () => (step === 'break' ? 500 : 200)
        }
        here.heard.answer = () => 200
        await here.simulator.settled()
        expect(new Set(here.heard.items.map(({ eventKey }) => eventKey))).to.deep.equal(expected)
      }),
      { numRuns: 15 },
    )
  })
})

describe('WhatsApp: the simulator, after it was killed', () => {
  let folder: string
  let stops: (() => unknown)[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'careline-simulator-'))
    stops = [() => rmSync(folder, { recursive: true })]
  })
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop()
  })

  it('knows everybody again, and delivers what nobody had taken', async () => {
    const file = join(folder, 'simulator.db')
    const careline = await receiver()
    stops.push(() => careline.stop())
    careline.heard.answer = () => 503
    const channel = simulated(`${careline.url}/webhooks`)
    const program = `
      import { startSimulator } from ${JSON.stringify(new URL('../../../providers/whatsapp/simulator/simulator.ts', import.meta.url).href)}
      const { simulator } = await startSimulator({ channels: [${JSON.stringify(channel)}], phoneKey: 'k', file: ${JSON.stringify(file)}, retryMs: 1 })
      const lena = simulator.person('${lenaId}', 'Lena')
      for (const text of ['1', '2', '3']) lena.sends(text)
      lena.sends({ kind: 'image' })
      simulator.setFaults(simulator.channel(), { webhooksTwice: true, refuse: { code: 131000, times: 2 } })
      process.stdout.write('ready')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(careline.heard.items).to.have.length(0)

    careline.heard.answer = () => 200
    const { simulator, close, baseUrl } = await startSimulator({ channels: [channel], phoneKey: 'k', file, retryMs: 1 })
    stops.push(close)
    await simulator.settled()
    const heard = careline.heard.items as any[]
    expect(heard.map(({ content }) => content.text ?? content.kind)).to.deep.equal(['1', '2', '3', 'image'])
    const lena = simulator.person(lenaId)
    expect(lena.chat().messages).to.have.length(4)
    expect(lena.chat().windowEndsAt).to.be.a('number')
    expect(simulator.faults()).to.deep.include({ webhooksTwice: true, refuse: { code: 131000, times: 2 } })
    const whatsapp = { ...channel, baseUrl }
    const media = await new CloudApi().fetchMedia(whatsapp, heard[3].content.mediaId)
    expect(media.mime).to.equal('image/png')
    simulator.close()

    const again = await startSimulator({ channels: [channel], phoneKey: 'k', file })
    stops.push(again.close)
    await again.simulator.settled()
    expect(careline.heard.items, 'what was taken is not sent again').to.have.length(4)
  })
})
