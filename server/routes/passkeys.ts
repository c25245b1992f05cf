import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import type { Passkey } from '../../store/settings/passkeys.ts'
import { del, originOf, patch, post } from '../http/route.ts'
import { sessionOpened, Tokens, tokensOf } from './auth.ts'

// What travels between a browser's WebAuthn and us, as `PublicKeyCredential.toJSON()` writes it (Web Authentication, level 3).
const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]*$/)
const credential = {
  id: base64url(1_400).min(1),
  rawId: base64url(1_400).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).exactOptional(),
  clientExtensionResults: z.object({}).default({}),
}
export const Assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_096),
    authenticatorData: base64url(4_096),
    signature: base64url(2_048),
    userHandle: base64url(128).exactOptional(),
  }),
})
const Attestation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_096),
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(32)).max(8).exactOptional(),
  }),
})

const text = (max: number) => z.string().max(max)
const Known = z.object({ id: text(1_400), type: text(32), transports: z.array(text(32)).max(8).optional() })
/** For `navigator.credentials.get`. */
export const AssertionOptions = z.object({
  challenge: text(128),
  timeout: z.int().max(3_600_000).optional(),
  rpId: text(255).optional(),
  allowCredentials: z.array(Known).max(20).optional(),
  userVerification: text(32).optional(),
})
/** For `navigator.credentials.create`. */
const AttestationOptions = z.object({
  challenge: text(128),
  rp: z.object({ name: text(64), id: text(255).optional() }),
  user: z.object({ id: text(128), name: text(254), displayName: text(254) }),
  pubKeyCredParams: z.array(z.object({ type: text(32), alg: z.int().min(-65_535).max(65_535) })).max(20),
  timeout: z.int().max(3_600_000).optional(),
  attestation: text(32).optional(),
  excludeCredentials: z.array(Known).max(20).optional(),
  authenticatorSelection: z
    .object({
      residentKey: text(32).optional(),
      requireResidentKey: z.boolean().optional(),
      userVerification: text(32).optional(),
    })
    .optional(),
})

export const PasskeyView = z.object({
  id: text(128),
  name: text(100),
  createdAt: instant(),
  usedAt: instant().nullable(),
  /** Its maker keeps it on several devices. */
  isSynced: z.boolean(),
})
export const viewOf = ({ id, name, createdAt, usedAt, isSynced }: Passkey) => ({
  id,
  name,
  createdAt,
  usedAt,
  isSynced,
})
const Name = z.string().trim().min(1).max(100)
const tags = ['Passkeys']

export const passkeys = [
  post(
    '/auth/passkeys/sign-in/options',
    {
      allow: 'public',
      summary: 'What to ask an authenticator of whoever wants to sign in; no name is needed',
      tags,
      reply: AssertionOptions,
      problems: ['passkeys_not_here'],
    },
    ({ security }) => security.passkeys.ask(null),
  ),

  post(
    '/auth/passkeys/sign-in',
    {
      allow: 'public',
      audit: sessionOpened('passkey'),
      summary: 'Sign in by a passkey: it is both factors at once',
      tags,
      body: z.object({ passkey: Assertion }),
      reply: Tokens,
      problems: ['passkey_invalid', 'passkeys_not_here'],
    },
    async ({ auth, security, body, request }) => {
      const { accountId } = await security.passkeys.answered(body.passkey, null)
      return tokensOf(await auth.openAccount(accountId, originOf(request)))
    },
  ),

  post(
    '/auth/passkeys/options',
    {
      allow: 'any',
      summary: 'What to ask an authenticator that is to become a passkey of mine',
      tags,
      reply: AttestationOptions,
      problems: ['proof_required', 'passkeys_not_here', 'too_many_passkeys'],
    },
    ({ security, caller }) => security.factors.askPasskey(caller),
  ),

  post(
    '/auth/passkeys',
    {
      allow: 'any',
      audit: { action: 'passkey.added', target: (_, { passkey }) => passkey.id },
      summary: 'Add a passkey; with the first factor come recovery codes, shown once',
      tags,
      status: 201,
      body: z.object({ name: Name, passkey: Attestation }),
      reply: z.object({ passkey: PasskeyView, recoveryCodes: z.array(text(40)).max(10).nullable() }),
      problems: ['passkey_invalid', 'passkey_known'],
    },
    async ({ security, caller, body, request }) => {
      const made = await security.factors.addPasskey(caller, body.passkey, body.name, originOf(request))
      return { passkey: viewOf(made.passkey), recoveryCodes: made.recoveryCodes }
    },
  ),

  patch(
    '/auth/passkeys/:id',
    {
      allow: 'any',
      audit: 'passkey.renamed',
      summary: 'Give a passkey of mine another name',
      tags,
      body: z.object({ name: Name }),
    },
    ({ security, caller, params, body }) => security.factors.renamePasskey(caller, params.id, body.name),
  ),

  del(
    '/auth/passkeys/:id',
    {
      allow: 'any',
      audit: 'passkey.removed',
      summary: 'Take a passkey of mine away',
      tags,
      problems: ['proof_required'],
    },
    ({ security, caller, params, request }) => security.factors.removePasskey(caller, params.id, originOf(request)),
  ),
]
