import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { sameText } from '../../whatsapp/simulator/http.ts'
import type { ServiceAccount } from '../fcm.ts'

const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const tokenSeconds = 3_599

/** In the form in which Google's APIs refuse. */
export class GoogleRefusal extends Error {
  readonly status: number
  readonly body: object

  constructor(status: number, name: string, message: string, details: readonly object[] = []) {
    super(message)
    this.status = status
    this.body = { error: { code: status, message, status: name, ...(details.length > 0 && { details }) } }
  }
}

export const fcmRefusal = (status: number, name: string, errorCode: string, message: string) =>
  new GoogleRefusal(status, name, message, [
    { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode },
  ])

const invalid = (field: string, description: string) =>
  new GoogleRefusal(400, 'INVALID_ARGUMENT', `Invalid value at '${field}'`, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] },
    { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' },
  ])

/** What Firebase would have given, for a project that nobody has. */
export function madeUpAccount(): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const name = `simulated-${createHmac('sha256', 'project').update(publicKey).digest('hex').slice(0, 12)}`
  const client_email = `firebase-adminsdk@${name}.iam.gserviceaccount.com`
  return JSON.stringify({ type: 'service_account', project_id: name, private_key: privateKey, client_email })
}

const Claims = z.object({ iss: z.string(), scope: z.literal(scope), aud: z.string(), iat: z.number(), exp: z.number() })

/** RFC 7523 as Google asks for it: signed by the account, for this very address, for an hour at most. */
export function granted(form: URLSearchParams, accounts: readonly ServiceAccount[], here: string, secret: string) {
  const refuse = (why: string) => ({ status: 400, body: { error: 'invalid_grant', error_description: why } })
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' } }
  const assertion = form.get('assertion') ?? ''
  const said = Claims.safeParse(jwt.decode(assertion)).data
  const account = accounts.find(({ client_email }) => client_email === said?.iss)
  if (!said || !account) return refuse('Invalid grant: account not found')
  if (said.aud !== here) return refuse('Invalid JWT: wrong audience')
  if (said.exp - said.iat > 3_600) return refuse('Invalid JWT: the expiry is too late')
  try {
    jwt.verify(assertion, createPublicKey(account.private_key), { algorithms: ['RS256'], clockTimestamp: said.iat })
  } catch {
    return refuse('Invalid JWT Signature.')
  }
  const access_token = tokenFor(account.project_id, secret)
  return { status: 200, body: { access_token, expires_in: tokenSeconds, token_type: 'Bearer' } }
}

const tokenFor = (project: string, secret: string) =>
  `ya29.${createHmac('sha256', secret).update(`fcm/${project}`).digest('base64url')}`

/** @throws GoogleRefusal */
export function demandToken(header: string | undefined, project: string, secret: string) {
  const token = /^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? ''
  if (!sameText(token, tokenFor(project, secret)))
    throw new GoogleRefusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
}

const text = z.string().max(4_096)
const texts = z.record(z.string(), z.string())
const Message = z.strictObject({
  token: text,
  notification: z.strictObject({ title: text, body: text }),
  data: texts.optional(),
  android: z
    .strictObject({
      priority: z.enum(['high', 'normal']),
      ttl: z.string().regex(/^\d+s$/),
      collapse_key: text,
      notification: z.strictObject({ tag: text, notification_count: z.int().nonnegative() }),
    })
    .optional(),
  apns: z.strictObject({ headers: texts, payload: z.looseObject({ aps: z.looseObject({}) }) }).optional(),
})
const Asked = z.strictObject({ validate_only: z.boolean().optional(), message: Message })
const reserved = /^(from$|gcm|google|message_type$)/
const bytesMax = 4_096

/** @throws GoogleRefusal as FCM would say it */
export function messageIn(body: unknown) {
  const asked = Asked.safeParse(body)
  if (!asked.success) {
    const [issue] = asked.error.issues
    throw invalid((issue?.path ?? []).join('.'), issue?.message ?? 'Invalid')
  }
  const { message } = asked.data
  const bad = Object.keys(message.data ?? {}).find((key) => reserved.test(key))
  if (bad !== undefined) throw invalid('message.data', `${bad} is a reserved key`)
  if (Buffer.byteLength(JSON.stringify(message.data ?? {})) > bytesMax) throw invalid('message', 'Message is too big')
  return asked.data
}
