import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

interface Asked {
  challenge: string
  rpId?: string
  rp?: { id?: string }
  user?: { id: string }
}

/** What a dishonest authenticator or page would do differently. */
export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  counter?: number
  isUserVerified?: boolean
  isSynced?: boolean
  userHandle?: string
  /** Signs something else than what it sends. */
  isForged?: boolean
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest()
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
// Web Authentication, level 3, 6.1: user present, user verified, backup eligible, backup state, attested credential data.
const flag = { present: 1, verified: 4, eligible: 8, backedUp: 16, attested: 64 }

/** An authenticator with one ES256 key, as a browser shows it to a page. */
export class Authenticator {
  readonly credentialId = randomBytes(32)
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #origin: string
  counter = 0
  #userHandle = ''

  constructor(origin: string) {
    this.#origin = origin
  }

  get id() {
    return this.credentialId.toString('base64url')
  }

  create(asked: Asked, lies: Lies = {}) {
    this.#userHandle = asked.user?.id ?? ''
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const key = new Map<number, number | Uint8Array>([
      [1, 2], // An elliptic curve,
      [3, -7], // ES256,
      [-1, 1], // P-256.
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ])
    const length = Buffer.from([0, this.credentialId.length])
    const attested = [Buffer.alloc(16), length, this.credentialId, isoCBOR.encode(key)]
    const authData = Buffer.concat([this.#authData(asked.rp?.id ?? '', lies, flag.attested), ...attested])
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    return this.#credential({
      clientDataJSON: this.#clientData(asked, 'webauthn.create', lies).toString('base64url'),
      attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
      transports: ['internal'],
    })
  }

  get(asked: Asked, lies: Lies = {}) {
    this.counter++
    const clientData = this.#clientData(asked, 'webauthn.get', lies)
    const authData = this.#authData(asked.rpId ?? '', lies)
    const signed = Buffer.concat([authData, lies.isForged ? randomBytes(32) : sha256(clientData)])
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
      userHandle: lies.userHandle ?? this.#userHandle,
    })
  }

  #clientData({ challenge }: Asked, type: string, lies: Lies) {
    const said = {
      type: lies.type ?? type,
      challenge: lies.challenge ?? challenge,
      origin: lies.origin ?? this.#origin,
    }
    return Buffer.from(JSON.stringify({ ...said, crossOrigin: false }))
  }

  #authData(
    rpId: string,
    { isUserVerified = true, isSynced = false, counter = this.counter, ...lies }: Lies,
    more = 0,
  ) {
    const verified = isUserVerified ? flag.verified : 0
    const synced = isSynced ? flag.eligible | flag.backedUp : 0
    const flags = Buffer.from([flag.present | verified | synced | more])
    return Buffer.concat([sha256(lies.rpId ?? rpId), flags, uint32(counter)])
  }

  #credential<R>(response: R) {
    const id = this.id
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }
}
