import { createCipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto'
import { Readable, type Transform } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createGunzip, createGzip } from 'node:zlib'
import type { Recipient, Stanza } from 'age-encryption'

// Its ciphers are written in JavaScript, and many: read when something is sealed or opened, not at each start.
const age = () => import('age-encryption')

const characters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** An age identity (`AGE-SECRET-KEY-1…`) that always follows from the same key, in bech32 (BIP 173). */
export function identityFrom(key: Uint8Array): string {
  const bytes = new Uint8Array(hkdfSync('sha256', key, '', 'careline backup', 32))
  const name = 'age-secret-key-'
  const words = inFives(bytes)
  const expanded = [...name].map((one) => one.charCodeAt(0))
  const prefix = [...expanded.map((code) => code >> 5), 0, ...expanded.map((code) => code & 31)]
  const sum = checksum([...prefix, ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31)
  return `${name}1${[...words, ...check].map((word) => characters[word]).join('')}`.toUpperCase()
}

function inFives(bytes: Uint8Array): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => Number.parseInt(group.padEnd(5, '0'), 2))
}

function checksum(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of generators.entries()) if ((top >>> bit) & 1) sum ^= generator
  }
  return sum >>> 0
}

/** Whom something is encrypted for: `age1…`, an identity's own recipient, or whoever knows a passphrase. */
export type For = { recipient: string } | { identity: string } | { passphrase: string }

// OWASP Password Storage Cheat Sheet: scrypt with N = 2^17, r = 8, p = 1; 128 MiB while it runs.
const scryptLogN = 17

/**
 * age's own recipient for passphrases (https://age-encryption.org/v1, "scrypt"), with scrypt off the event loop: the
 * library's would stop everybody else for a second.
 */
class ByPassphrase implements Recipient {
  readonly #passphrase: string

  constructor(passphrase: string) {
    this.#passphrase = passphrase
  }

  async wrapFileKey(fileKey: Uint8Array): Promise<Stanza[]> {
    const salt = randomBytes(16)
    const labelled = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt])
    const cost = { N: 2 ** scryptLogN, r: 8, p: 1, maxmem: 2 ** scryptLogN * 8 * 128 + 32 * 1024 * 1024 }
    const key = await new Promise<Buffer>((done, fail) =>
      scrypt(this.#passphrase, labelled, 32, cost, (error, derived) => (error ? fail(error) : done(derived))),
    )
    const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
    const { Stanza } = await age()
    return [new Stanza(['scrypt', salt.toString('base64').replace(/=+$/, ''), String(scryptLogN)], body)]
  }
}

/** Compressed, then encrypted: `age -d … | gunzip` gives it back without us. In memory is a piece at a time. */
export async function sealed(plain: AsyncIterable<Uint8Array>, whom: For): Promise<AsyncIterable<Uint8Array>> {
  const { Encrypter, identityToRecipient } = await age()
  const encrypter = new Encrypter()
  if ('passphrase' in whom) encrypter.addRecipient(new ByPassphrase(whom.passphrase))
  else encrypter.addRecipient('recipient' in whom ? whom.recipient : await identityToRecipient(whom.identity))
  return encrypter.encrypt(webOf(through(plain, createGzip({ level: 3 }))))
}

/** Throws where none of the identities is the right one, and, at its end, where something was altered or is missing. */
export async function* opened(
  bytes: AsyncIterable<Uint8Array>,
  by: { identities: readonly string[] } | { passphrase: string },
): AsyncGenerator<Uint8Array> {
  const { Decrypter } = await age()
  const decrypter = new Decrypter()
  if ('passphrase' in by) decrypter.addPassphrase(by.passphrase)
  else for (const identity of by.identities) decrypter.addIdentity(identity)
  const plain = (await decrypter.decrypt(webOf(Readable.from(bytes)))) as unknown as AsyncIterable<Uint8Array>
  for await (const piece of through(plain, createGunzip())) yield piece as Uint8Array
}

/** `compose` hands on what goes wrong at the source. */
const through = (bytes: AsyncIterable<Uint8Array>, by: Transform) => Readable.from(bytes).compose(by) as Readable

const webOf = (stream: Readable) => Readable.toWeb(stream) as ReadableStream & globalThis.ReadableStream<Uint8Array>
