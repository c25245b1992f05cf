import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { openDoor } from '../../kernel/outgoing.ts'
import { allowedHostOf } from '../../kernel/private-addresses.ts'
import { SignedSender } from '../../providers/webhooks/sender.ts'
import { isSignedBy, newWebhookSecret, signatureHeaders } from '../../providers/webhooks/signature.ts'
import { receiver } from '../harness/receiver.ts'

describe('webhooks: the sender', () => {
  const door = openDoor({ allowed: [allowedHostOf('127.0.0.1') ?? expect.fail()] })
  const [secret, other] = [newWebhookSecret(), newWebhookSecret()]
  let hook: Awaited<ReturnType<typeof receiver>>
  beforeEach(async () => void (hook = await receiver()))
  afterEach(() => hook.close())
  after(() => door.close())

  const at = Date.now()
  const post = (url = hook.url, secrets = [secret]) => ({ url, secrets, id: 'evt_1', at, body: '{"a":"ü"}' })
  const send = (options = {}, to = hook.url) => new SignedSender(door, options).send(post(to))

  it('signs as the published libraries check it', async () => {
    await new SignedSender(door).send(post(hook.url, [other, secret]))
    const [{ headers, body }] = hook.got as [any]
    for (const one of [secret, other]) expect(new Webhook(one).verify(body, headers)).to.deep.equal({ a: 'ü' })
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).to.throw()
    // The example of the specification's own library.
    const said = signatureHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: 1_614_265_330_000,
      body: '{"test": 2432232314}',
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    })
    expect(said['webhook-signature']).to.equal('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('knows its own signature, and no other', () => {
    const body = '{}'
    const headers = signatureHeaders({ id: 'evt_1', at, body, secrets: [secret] })
    expect(isSignedBy([other, secret], { headers, body })).to.equal(true)
    expect(isSignedBy([other], { headers, body })).to.equal(false)
    expect(isSignedBy([secret], { headers, body: '{} ' })).to.equal(false)
    expect(isSignedBy([secret], { headers: { ...headers, 'webhook-timestamp': 'soon' }, body })).to.equal(false)
    expect(isSignedBy([secret], { headers: {}, body })).to.equal(false)
  })

  it('keeps the beginning of what is answered, however long it goes on', async () => {
    hook.answers({ status: 500, body: '\0' + 'ü'.repeat(3_000_000) })
    const answer = await send()
    expect(answer).to.include({ status: 500, why: null })
    expect(answer.body).to.equal('ü'.repeat(2_048))
  })

  it('follows no redirect', async () => {
    hook.answers({ status: 302, headers: { location: `${hook.url}/other` } })
    expect(await send()).to.include({ status: 302 })
    expect(hook.got).to.have.length(1)
  })

  it('understands how long it is asked to wait', async () => {
    const wait = async (said: string) => {
      hook.answers({ status: 503, headers: { 'retry-after': said } })
      return (await send()).retryAfterMs
    }
    expect(await wait('120')).to.equal(120_000)
    expect(await wait(new Date(at + 90_000).toUTCString())).to.be.within(88_000, 91_000)
    expect(await wait(new Date(at - 90_000).toUTCString())).to.equal(0)
    for (const said of ['', 'soon', '-5', '1e9']) expect(await wait(said), said).to.equal(null)
  })

  it('says in words why nobody answered', async () => {
    hook.answers(() => new Promise(() => {}))
    expect(await send({ timeoutMs: 50 })).to.include({ status: null, why: 'No answer within 0 seconds.' })
    const { url } = hook
    await hook.close()
    expect(await send({}, url)).to.include({ status: null, why: 'Nobody listens there.', body: '' })
    expect((await send({}, 'http://10.0.0.1/')).why).to.match(/not an address that everybody reaches/)
    hook = await receiver()
  })
})
