import type { Door } from '../../kernel/outgoing.ts'
import { Apns, ApnsLines, apnsOrigins } from '../../providers/push/apns.ts'
import { Fcm, type FcmPlaces, google, GoogleTokens, serviceAccountOf } from '../../providers/push/fcm.ts'
import type { PushSender, PushService } from '../../providers/push/port.ts'
import { vapidKeysFor, WebPush } from '../../providers/push/web-push.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'

interface Parts {
  /** Of the installation: the keys for browsers follow from it. */
  secret: string
  /** Where Google is played; undefined where nothing is simulated. */
  played(): FcmPlaces | undefined
  /** How push services reach whoever sends: `mailto:` or `https:`. */
  contact(): string
  door: Pick<Door, 'ask'>
  now(): number
}

/** The push services of each business's app, with its keys. */
export class PushServices {
  readonly #parts: Parts
  readonly #tokens: GoogleTokens
  readonly #lines: ApnsLines

  constructor(parts: Parts) {
    this.#parts = parts
    this.#tokens = new GoogleTokens(parts.now)
    this.#lines = new ApnsLines(parts.now)
  }

  /** Undefined where its keys are not there. */
  of(channel: OpenChannel, service: PushService): PushSender | undefined {
    if (service === 'fcm') return this.#fcm(channel)
    return service === 'apns' ? this.#apns(channel) : this.#browser(channel)
  }

  /** What a browser subscribes with. */
  webKey(workspaceId: string): string {
    return vapidKeysFor(this.#parts.secret, workspaceId).publicKey
  }

  #fcm({ simulate, secrets }: OpenChannel) {
    const { played, now } = this.#parts
    const account = serviceAccountOf(secrets['fcmServiceAccount'] ?? '')
    const places = simulate ? played() : google
    return account && places && new Fcm({ account, places, tokens: this.#tokens, now })
  }

  #apns({ simulate, secrets, fields }: OpenChannel) {
    const { now } = this.#parts
    const { apnsKeyId: keyId, apnsTeamId: teamId, apnsTopic: topic, apnsPlace } = fields
    const key = secrets['apnsKey']
    if (simulate || !key || !keyId || !teamId || !topic) return undefined
    const origin = apnsOrigins[apnsPlace === 'sandbox' ? 'sandbox' : 'production']
    return new Apns({ account: { key, keyId, teamId, topic }, origin, lines: this.#lines, now })
  }

  #browser({ workspaceId }: OpenChannel) {
    const { secret, contact, door, now } = this.#parts
    return new WebPush({ keys: vapidKeysFor(secret, workspaceId), contact: contact(), door, now })
  }
}
