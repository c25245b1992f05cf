import { expect } from 'chai'
import { messenger, type Text } from '../../actors/messenger/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import type { SimulatedText } from '../../providers/twilio/simulator/messages.ts'
import { keepPhone } from '../../store/settings/phones.ts'
import { withApp } from '../harness/boot.ts'

describe('a text', () => {
  const app = withApp()
  let numbers = 0

  const settled = async () => {
    await app.settled()
    await app.careline.twilioSimulator?.settled()
    await app.settled()
  }
  const phones = (path: string, init: RequestInit = {}) =>
    fetch(`${app.url}/simulator/texts${path}`, {
      ...init,
      headers: { authorization: `Bearer ${app.careline.secrets.phoneKey}` },
    })
  const texts = async () => {
    await settled()
    return ((await (await phones('')).json()) as { texts: SimulatedText[] }).texts
  }
  const faults = (change: object) => phones('/faults', { method: 'PUT', body: JSON.stringify(change) })
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${app.url}/api/v1/auth/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const box = () => app.careline.system.workspace('platform', principal('system', 'test')).at(messenger, 'platform')
  /** A number of somebody of the business, with WhatsApp or without. */
  const number = async (name?: string) => {
    const digits = `49151${String(70_000_000 + ++numbers * 10_000)}`
    const { accountId } = app.business.members['owner'] ?? { accountId: '' }
    if (numbers <= 10) await keepPhone(app.careline.storage.store, accountId, `+${digits}`, Date.now())
    return { digits, phone: `+${digits}`, person: name === undefined ? undefined : app.simulator.person(digits, name) }
  }

  it('leaves by Twilio, is told to have arrived, and its code lets in', async () => {
    const { phone } = await number()
    const before = await box().view()
    expect((await post('otp', { phone, channel: 'sms' })).status).to.equal(202)
    const [first] = await texts()
    expect(first).to.include({ to: phone, from: '+15005550006', status: 'delivered', errorCode: null })
    expect(first).to.not.have.property('statusUrl')
    expect(await box().view()).to.include({ delivered: before.delivered + 1, waiting: 0, failed: before.failed })
    const code = /^\d{6}/.exec(first?.text ?? '')?.[0]
    const signedIn = await post('otp/verify', { phone, code })
    expect(signedIn.body.user.role).to.equal('owner')
  })

  it('goes by WhatsApp as a template with a button for the code, whose arrival is heard of', async () => {
    const { phone, person } = await number('Nina Weber')
    await app.simulator.settled()
    await post('otp', { phone, channel: 'whatsapp' })
    await settled()
    const [message] = person?.chat()?.messages.slice(-1) ?? []
    expect(message?.content).to.deep.include({ kind: 'template', name: 'sign_in_code', language: 'en' })
    const { copyCode, parameters } = message?.content as { copyCode: string; parameters: string[] }
    expect(parameters).to.deep.equal([copyCode])
    expect(message?.shown).to.equal(`${copyCode} is your verification code.`)
    expect(await box().view()).to.include({ waiting: 0 })
    expect((await texts()).map(({ to }) => to)).to.not.include(phone)
    expect((await post('otp/verify', { phone, code: copyCode })).status).to.equal(200)
  })

  it('goes by SMS where somebody has no WhatsApp, at once or as it turns out later', async () => {
    const without = await number()
    await post('otp', { phone: without.phone, channel: 'whatsapp' })
    expect((await texts())[0]).to.include({ to: without.phone, status: 'delivered' })
    const { phone } = await number('Olu Ade')
    app.simulator.setFaults(app.simulator.channel(), { failLater: { code: 131026, times: 1 } })
    await post('otp', { phone, channel: 'whatsapp' })
    expect((await texts())[0]).to.include({ to: phone, status: 'delivered' })
  })

  it('is not sent twice where nobody said whether it was taken', async () => {
    const { phone } = await number()
    const before = (await box().view()).sent
    await faults({ dropAnswer: { times: 1 } })
    await post('otp', { phone, channel: 'sms' })
    const sent = (await texts()).filter(({ to }) => to === phone)
    expect(sent).to.have.lengthOf(1)
    // The status callback carries our id: it says that it was taken, before anybody had to ask.
    expect(await box().view()).to.include({ sent: before + 1, waiting: 0 })
  })

  it('names why one did not arrive', async () => {
    const { phone } = await number()
    await faults({ failLater: { code: 30005, times: 1 } })
    await post('otp', { phone, channel: 'sms' })
    await settled()
    expect(await box().view()).to.include({ why: 'Nobody has this number.' })
    expect((await texts())[0]).to.include({ status: 'undelivered', errorCode: 30005 })
  })

  it('rests encrypted while it waits: nobody reads a code or a number in the store', async () => {
    const { phone } = await number()
    await faults({ down: true })
    const words = { about: 'sign_in', code: '918273', minutes: 10 } as const
    const text: Text = { textId: 'txt_kept', to: phone, language: 'en', words, ways: ['sms'], workspaceId: null, notAfter: Date.now() + 60_000 } // prettier-ignore
    await box().text(text)
    const kept = JSON.stringify(await app.careline.storage.store.collection('messengers').find({}).toArray())
    expect(kept).to.include('txt_kept').and.to.not.include('918273').and.not.include(phone.slice(1))
    await faults({ down: false })
  })

  it('is read by nobody without the key of the phones', async () => {
    expect((await fetch(`${app.url}/simulator/texts`)).status).to.equal(401)
    expect((await fetch(`${app.url}/simulator/twilio/2010-04-01/Accounts/AC1/Messages.json`)).status).to.equal(401)
  })
})
