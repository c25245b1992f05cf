import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Going } from '../../actors/messenger/contract.ts'
import { messengerEffects } from '../../actors/messenger/effects.ts'
import { systemClock } from '../../kernel/clock.ts'
import { CloudApi } from '../../providers/whatsapp/cloud-api.ts'
import { whatsAppSender } from '../../providers/whatsapp/sender.ts'
import type { SimulatedText } from '../../providers/twilio/simulator/messages.ts'
import { TwilioSimulator } from '../../providers/twilio/simulator/simulator.ts'
import { TwilioSms } from '../../providers/twilio/sms.ts'
import { segmentsOf } from '../../kernel/segments.ts'
import { textOf } from '../../server/letters/texts.ts'
import { TextOffice } from '../../server/letters/text-office.ts'

const account = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'right' }
const going: Going = {
  textId: 'txt_1',
  to: '+4915123456789',
  language: 'en',
  words: { about: 'sign_in', code: '123456', minutes: 10 },
  way: 'sms',
  workspaceId: null,
  notAfter: 600_000,
  since: 0,
}

/** What a server does that comes back from a crash: nobody knows what the last one had handed over. */
describe('a text of which the server lost sight', () => {
  let server: Server
  let simulator: TwilioSimulator
  let texts: SimulatedText[]
  let now = 0
  let send: ReturnType<typeof messengerEffects>['send']
  const context = {} as any
  beforeEach(async () => {
    texts = []
    now = 1_000
    simulator = new TwilioSimulator({
      accounts: {
        tokenOf: async (sid) => (sid === account.accountSid ? account.authToken : undefined),
        lines: async () => [],
      },
      prefix: '',
      textsPath: '/texts',
      phoneKey: 'key',
      shelf: {
        keep: async (text) => void texts.unshift(text),
        change: async () => undefined,
        isStopped: async () => false,
        stop: async () => undefined,
        byId: async () => undefined,
        latest: async () => texts,
      },
      clock: { ...systemClock, now: () => now },
      tickMs: 0,
      onError: (error) => expect.fail(String(error)),
    })
    server = createServer(simulator.handler)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const baseUrl = () => `http://127.0.0.1:${port}`
    const office = new TextOffice({
      sms: new TwilioSms({ ...account, from: '+15005550006', baseUrl }),
      whatsApp: whatsAppSender(new CloudApi()),
      channels: { list: async () => [], opened: async () => undefined } as any,
      templateOf: () => 'sign_in_code',
      url: () => 'https://care.test',
      statusUrl: () => 'http://127.0.0.1:1',
      now: () => now,
    })
    send = messengerEffects(office).send
  })
  afterEach(async () => {
    await simulator.settled()
    server.close().closeAllConnections()
  })

  it('is found where it was taken, and is not sent again', async () => {
    simulator.faults.dropAnswer = { times: 1 }
    expect(await send.run(going, 'key', context)).to.include({ textId: 'txt_1', way: 'sms', outcome: 'unknown' })
    expect(await send.lookUp(going, 'key', context)).to.include({ outcome: 'accepted' })
    expect(texts).to.have.lengthOf(1)
  })

  it('stays unknown where it was not, or where nobody can be asked: sending it might be the second time', async () => {
    expect(await send.lookUp(going, 'key', context)).to.include({ outcome: 'unknown' })
    const byWhatsApp = { ...going, way: 'whatsapp' as const }
    expect(await send.lookUp(byWhatsApp, 'key', context)).to.include({ outcome: 'unknown', way: 'whatsapp' })
    expect(texts).to.deep.equal([])
  })

  it('is not sent when it is of no use any more, or where its business has no number at WhatsApp', async () => {
    expect(await send.run({ ...going, way: 'whatsapp', workspaceId: 'ws_1' }, 'key', context)).to.include({
      outcome: 'never',
    })
    now = going.notAfter
    expect(await send.run(going, 'key', context)).to.include({ outcome: 'never', why: 'It is of no use any more.' })
    expect(texts).to.deep.equal([])
  })
})

describe('the words of a text', () => {
  it('fit one message, in the reader’s language, bound to our own pages', () => {
    const url = 'https://care.a-rather-long-name-of-a-clinic.example'
    for (const language of ['en', 'de-AT', 'ja', 'es', 'fr', 'pt-BR', 'it', 'nl', 'hi', 'ar'])
      for (const about of ['sign_in', 'own_number'] as const) {
        const text = textOf({ language, words: { about, code: '123456', minutes: 10 } }, url)
        expect(segmentsOf(text), text).to.be.at.most(['hi', 'ar'].includes(language) ? 3 : 1)
        expect(text)
          .to.match(/^123456 /)
          .and.match(/\n\n@care\.a-rather-long-name-of-a-clinic\.example #123456$/)
      }
  })
})
