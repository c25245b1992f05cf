import type { Door } from '../../kernel/outgoing.ts'
import { BoundedMap } from '../../kernel/bounded-map.ts'
import { Apns, ApnsLines, apnsOrigins } from '../../providers/push/apns.ts'
import { Fcm, type FcmPlaces, google, GoogleTokens, serviceAccountOf } from '../../providers/push/fcm.ts'
import type { PushSender, PushService } from '../../providers/push/port.ts'
import { type VapidKeys, vapidKeysFor, WebPush } from '../../providers/push/web-push.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'

const keysMax = 1_000

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
  /** They follow from the secret, by two hashes and a point of the curve: too dear for each notice. */
  readonly #keys = new BoundedMap<string, VapidKeys>(keysMax)

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
    return this.#keysOf(workspaceId).publicKey
  }

  /** Lets go of the lines to Apple; what is under way on them ends first. */
  close() {
    this.#lines.close()
  }

  #keysOf(workspaceId: string): VapidKeys {
    const known = this.#keys.get(workspaceId)
    if (known) return known
    const keys = vapidKeysFor(this.#parts.secret, workspaceId)
    this.#keys.set(workspaceId, keys)
    return keys
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
    const { contact, door, now } = this.#parts
    return new WebPush({ keys: this.#keysOf(workspaceId), contact: contact(), door, now })
  }
}
