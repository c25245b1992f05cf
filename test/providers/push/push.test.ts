import { expect } from 'chai'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openDoor } from '../../../kernel/outgoing.ts'
import { Apns, type ApnsAccount, ApnsLines, apnsFailure } from '../../../providers/push/apns.ts'
import { fcmFailure } from '../../../providers/push/fcm-errors.ts'
import { Fcm, GoogleTokens, type ServiceAccount } from '../../../providers/push/fcm.ts'
import type { Notice, PushSender } from '../../../providers/push/port.ts'
import { ApnsSimulator } from '../../../providers/push/simulator/apns.ts'
import { madeUpAccount } from '../../../providers/push/simulator/google.ts'
import type { PushShelf, SimulatedDevice, SimulatedNotice } from '../../../providers/push/simulator/shelf.ts'
import { PushSimulator } from '../../../providers/push/simulator/simulator.ts'
import { sealedFor, vapidKeysFor, WebPush } from '../../../providers/push/web-push.ts'

const notice: Notice = {
  title: 'Harbour Clinic',
  body: 'You have a new message.',
  tag: 'msg_1',
  thread: 'c_usr_1',
  badge: 2,
  data: { messageId: 'msg_1' },
  ttlSeconds: 3_600,
}

function memoryShelf(): PushShelf & { shown: Map<string, SimulatedNotice[]> } {
  const devices = new Map<string, SimulatedDevice>()
  const shown = new Map<string, SimulatedNotice[]>()
  return {
    shown,
    register: async (device) => void devices.set(device.token, device),
    device: async (token) => devices.get(token),
    uninstall: async (token) => void devices.delete(token),
    async show(token, one) {
      const others = (shown.get(token) ?? []).filter(({ tag }) => tag !== one.tag)
      shown.set(token, [{ ...one, times: 1 }, ...others])
    },
    notices: async (token) => shown.get(token) ?? [],
    clear: async (token) => void shown.delete(token),
  }
}

/** Where nobody listens any more. */
async function closedOrigin() {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return `http://127.0.0.1:${String(port)}`
}

describe('push services', () => {
  const account = JSON.parse(madeUpAccount()) as ServiceAccount
  const shelf = memoryShelf()
  let origin = ''
  let now = Date.UTC(2026, 10, 22, 9)
  const simulator = new PushSimulator({
    prefix: '/push',
    here: () => origin,
    phoneKey: 'a-phone-key',
    accounts: async () => [{ business: 'harbour', account }],
    shelf,
    now: () => now,
    onError: (error) => {
      throw error
    },
  })
  let asked = 0
  const server = createServer((req, res) => {
    if (req.url === '/push/token') asked++
    simulator.handler(req, res)
  })
  before(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })
  after(() => void server.close())

  const registered = async (service = 'fcm') => {
    const answer = await fetch(`${origin}/push/devices`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-phone-key' },
      body: JSON.stringify({ business: 'harbour', service }),
    })
    expect(answer.status).to.equal(201)
    return (await answer.json()) as { token: string; address: string }
  }

  describe('Firebase Cloud Messaging', () => {
    const tokens = new GoogleTokens(() => now)
    const fcmOf = (of = account) => new Fcm({ account: of, places: simulator.places, tokens, now: () => now })

    const published: [file: string, result: object][] = [
      ['apns-auth', { outcome: 'refused', action: 'broken', code: 'apns_auth_error' }],
      ['third-party-auth', { outcome: 'refused', action: 'broken', code: 'third_party_auth_error' }],
      ['invalid-argument', { outcome: 'refused', action: 'never', code: 'invalid_argument' }],
      ['non-json', { outcome: 'refused', action: 'never', code: 'unknown' }],
      ['unknown-shape', { outcome: 'refused', action: 'never', code: 'unknown' }],
      ['unregistered-details-not-found', { outcome: 'gone', code: 'unregistered' }],
    ]
    for (const [file, result] of published)
      it(`reads the published answer ${file}`, () => {
        const path = new URL(`./fixtures/${file}.json`, import.meta.url)
        const { httpStatus, body } = JSON.parse(readFileSync(path, 'utf8')) as { httpStatus: number; body: unknown }
        const said = typeof body === 'string' ? body : JSON.stringify(body)
        expect(fcmFailure({ status: httpStatus, body: said, retryAfter: null }, now)).to.deep.include(result)
      })

    it('reads a table of answers, and waits as long as it is asked to', () => {
      const coded = (status: number, errorCode: string, retryAfter: string | null = null) => {
        const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }]
        const body = JSON.stringify({ error: { code: status, status: 'X', message: 'x', details } })
        return fcmFailure({ status, body, retryAfter }, now)
      }
      expect(coded(403, 'SENDER_ID_MISMATCH')).to.deep.include({ outcome: 'gone' })
      expect(coded(429, 'QUOTA_EXCEEDED')).to.deep.include({ action: 'retry', retryAfterMs: 60_000 })
      expect(coded(429, 'QUOTA_EXCEEDED', '5'), 'at least a minute').to.deep.include({ retryAfterMs: 60_000 })
      const date = new Date(now + 90_000).toUTCString()
      expect(coded(503, 'UNAVAILABLE', date)).to.deep.include({ action: 'retry', retryAfterMs: 90_000 })
      expect(coded(500, 'INTERNAL')).to.deep.include({ action: 'retry' })
      expect(fcmFailure({ status: 404, body: '', retryAfter: null }, now)).to.deep.include({ outcome: 'gone' })
      const fieldViolations = [{ field: 'message.token', description: 'Invalid registration token' }]
      const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }]
      const body = JSON.stringify({ error: { status: 'INVALID_ARGUMENT', message: 'x', details } })
      expect(fcmFailure({ status: 400, body, retryAfter: null }, now)).to.deep.include({ outcome: 'gone' })
      expect(fcmFailure({ status: 502, body: '<html>', retryAfter: null }, now)).to.deep.include({ action: 'retry' })
    })

    it('shows a notice on a lock screen, with one token for an hour', async () => {
      const { token, address } = await registered()
      const before = asked
      expect(await fcmOf().send(address, notice)).to.deep.equal({ outcome: 'accepted' })
      expect(await fcmOf().send(address, { ...notice, tag: 'msg_2', badge: 3 })).to.deep.equal({ outcome: 'accepted' })
      expect(asked - before).to.equal(1)
      expect(shelf.shown.get(token)?.map(({ body, badge, data }) => ({ body, badge, data }))).to.deep.equal([
        { body: notice.body, badge: 3, data: { messageId: 'msg_1' } },
        { body: notice.body, badge: 2, data: { messageId: 'msg_1' } },
      ])
      now += 56 * 60_000
      await fcmOf().send(address, notice)
      expect(asked - before, 'renewed before it ends').to.equal(2)
    })

    it('says what is wrong: a device that is gone, an account that is none, a service that is full', async () => {
      expect(await fcmOf().send('nobody', notice)).to.deep.include({ outcome: 'gone', code: 'unregistered' })
      const stranger = { ...account, client_email: 'other@other.iam.gserviceaccount.com' }
      expect(await fcmOf(stranger).send('nobody', notice)).to.deep.include({
        action: 'broken',
        code: 'account_refused',
      })
      const unreadable = { ...account, private_key: 'x'.repeat(200) }
      expect(await fcmOf(unreadable).send('nobody', notice)).to.deep.include({ action: 'broken' })
      const { address } = await registered()
      simulator.faults = { status: 429, code: 'QUOTA_EXCEEDED', retryAfter: '120', times: 1 }
      expect(await fcmOf().send(address, notice)).to.deep.include({ action: 'retry', retryAfterMs: 120_000 })
      const reserved = { ...notice, data: { from: 'x' } }
      expect(await fcmOf().send(address, reserved)).to.deep.include({ action: 'never', code: 'invalid_argument' })
      expect(await fcmOf().check()).to.deep.equal({ outcome: 'accepted' })
      expect(await fcmOf(stranger).check()).to.deep.include({ action: 'broken' })
      const nowhere = { api: await closedOrigin(), token: simulator.places.token }
      const lost = new Fcm({ account, places: nowhere, tokens, now: () => now })
      expect(await lost.send(address, notice)).to.deep.include({ action: 'retry', code: 'unreachable' })
    })
  })

  describe('Apple', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    // As it is after it was pasted into one line.
    const key = pem.replaceAll('\n', '')
    const known: ApnsAccount = { key, keyId: 'ABC1234567', teamId: 'TEAM123456', topic: 'com.example.care' }
    const apple = new ApnsSimulator(known, () => now)
    const lines = new ApnsLines(() => now)
    let at = ''
    before(async () => void (at = await apple.listen()))
    after(async () => {
      lines.close()
      await apple.close()
    })
    const apnsOf = (account = known): PushSender => new Apns({ account, origin: at, lines, now: () => now })
    const device = 'a1'.repeat(32)

    it('shows a notice, and renews its token in time and not more often', async () => {
      expect(await apnsOf().send(device, notice)).to.deep.equal({ outcome: 'accepted' })
      expect(apple.taken.at(-1)).to.deep.include({ token: device, collapseId: 'msg_1' })
      const { aps, messageId } = (apple.taken.at(-1)?.payload ?? {}) as Record<string, any>
      expect(aps).to.deep.include({ badge: 2, alert: { title: notice.title, body: notice.body } })
      expect(messageId).to.equal('msg_1')
      now += 30 * 60_000
      await apnsOf().send(device, notice)
      expect(apple.tokens).to.have.lengthOf(1)
      now += 15 * 60_000
      expect(await apnsOf().send(device, notice)).to.deep.equal({ outcome: 'accepted' })
      expect(apple.tokens).to.have.lengthOf(2)
    })

    it('says since when a device is gone, and what else is wrong', async () => {
      const lost = 'b2'.repeat(32)
      apple.gone.set(lost, now - 1_000)
      expect(await apnsOf().send(lost, notice)).to.deep.equal({
        outcome: 'gone',
        code: 'Unregistered',
        at: now - 1_000,
      })
      expect(await apnsOf().check(), 'a device that cannot be').to.deep.equal({ outcome: 'accepted' })
      const elsewhere = { ...known, topic: 'com.example.other' }
      expect(await apnsOf(elsewhere).check()).to.deep.include({ action: 'broken', code: 'BadTopic' })
      const stranger = { ...known, keyId: 'ZZZ1234567' }
      expect(await apnsOf(stranger).check()).to.deep.include({ action: 'broken', code: 'InvalidProviderToken' })
      expect(await apnsOf({ ...known, key: 'none' }).check()).to.deep.include({ code: 'key_unreadable' })
      apple.faults.push({ status: 429, reason: 'TooManyRequests' }, { status: 503, reason: 'Shutdown' })
      expect(await apnsOf().send(device, notice)).to.deep.include({ action: 'retry', retryAfterMs: 60_000 })
      expect(await apnsOf().send(device, notice)).to.deep.include({ action: 'retry' })
      const long = { ...notice, body: 'x'.repeat(5_000) }
      expect(await apnsOf().send(device, long)).to.deep.include({ action: 'never', code: 'PayloadTooLarge' })
      expect(apnsFailure(502, '<html>')).to.deep.include({ action: 'retry' })
      const away = new Apns({ account: known, origin: 'http://127.0.0.1:1', lines, now: () => now })
      expect(await away.send(device, notice)).to.deep.include({ action: 'retry', code: 'unreachable' })
    })
  })

  describe('browsers', () => {
    const keys = vapidKeysFor('a secret', 'ws_1')
    const door = openDoor({ isOwn: (address) => address.origin === origin })
    after(() => door.close())
    const browser = (contact = 'mailto:care@example.com') => new WebPush({ keys, contact, door, now: () => now })

    it('seals as RFC 8291 does (appendix A)', () => {
      const subscription = {
        p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        auth: 'BTBZMqHH6r4Tts7J_aSIgg',
      }
      const ours = Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url')
      const salt = Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url')
      const sealed = sealedFor(subscription, 'When I grow up, I want to be a watermelon', { ours, salt })
      expect(sealed.toString('base64url')).to.equal(
        'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
      )
    })

    it('tells a browser, and lets go of one that has left', async () => {
      expect(vapidKeysFor('a secret', 'ws_1')).to.deep.equal(keys)
      expect(vapidKeysFor('a secret', 'ws_2').publicKey).to.not.equal(keys.publicKey)
      const { token, address } = await registered('webpush')
      expect(await browser().send(address, notice)).to.deep.equal({ outcome: 'accepted' })
      expect(shelf.shown.get(token)?.[0]).to.deep.include({ title: notice.title, tag: 'msg_1', badge: 2 })
      expect(await browser('nobody').send(address, notice), 'nobody to complain to').to.deep.include({
        outcome: 'gone',
      })
      simulator.faults = { status: 503, code: 'X', times: 1 }
      expect(await browser().send(address, notice)).to.deep.include({ action: 'retry' })
      await shelf.uninstall(token)
      expect(await browser().send(address, notice)).to.deep.include({ outcome: 'gone', code: 'http_410' })
      expect(await browser().send('{}', notice)).to.deep.include({ outcome: 'gone', code: 'invalid_subscription' })
      const inside = address.replace(origin, 'http://127.0.0.1:9')
      expect(await browser().send(inside, notice), 'into our own network').to.deep.include({ code: 'address_refused' })
    })
  })
})
