import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { del, get, originOf, post } from '../http/route.ts'
import { sessionOpened, Tokens, tokensOf } from './auth.ts'
import { AssertionOptions, Assertion, PasskeyView, viewOf } from './passkeys.ts'

const Code = z.string().regex(/^\d{6}$/)
const RecoveryCode = z.string().min(16).max(40)
const Password = z.string().min(1).max(256)
const Token = z.string().min(1).max(128)
const Proof = z.union([
  z.object({ code: Code }),
  z.object({ recoveryCode: RecoveryCode }),
  z.object({ passkey: Assertion }),
])
/** Shown once, and kept nowhere as they are. */
const RecoveryCodes = z.array(z.string().max(40)).max(10)
const Way = z.enum(['password', 'totp', 'passkey', 'recovery', 'mail'])
const proofProblems = ['factor_invalid', 'passkey_invalid', 'too_many_attempts'] as const
const tags = ['Second factors']

export const mfa = [
  post(
    '/auth/mfa/verify',
    {
      allow: 'public',
      audit: sessionOpened('second_factor'),
      summary: 'Sign in by a second factor, after a first one answered `second_factor_required`',
      tags,
      body: z.object({ token: Token, proof: Proof }),
      reply: Tokens,
      problems: ['challenge_invalid', ...proofProblems],
    },
    async ({ auth, security, body, request }) => {
      const from = originOf(request)
      const { workspaceId, memberId } = await security.factor.pass(body.token, body.proof, from)
      return tokensOf(await auth.openProven(workspaceId, memberId, from))
    },
  ),

  post(
    '/auth/mfa/passkey',
    {
      allow: 'public',
      summary: 'What to ask an authenticator for a passkey as the second factor',
      tags,
      body: z.object({ token: Token }),
      reply: AssertionOptions,
      problems: ['challenge_invalid', 'passkeys_not_here'],
    },
    ({ security, body }) => security.factor.askPasskey(body.token),
  ),

  get(
    '/auth/factors',
    {
      allow: 'any',
      summary: 'What I sign in with',
      tags,
      reply: z.object({
        totp: z.object({ addedAt: instant() }).nullable(),
        /** How many are left; null where none were given. */
        recoveryCodes: z.int().min(0).max(10).nullable(),
        passkeys: z.array(PasskeyView).max(20),
        hasPassword: z.boolean(),
        /** The address under which Google knows me; null where it is not linked. */
        google: z.string().max(254).nullable(),
        /** Until when I may change this; null where I must show once more that it is me. */
        provenUntil: instant().nullable(),
        /** What I can show for that. */
        ways: z.array(Way).max(5),
      }),
    },
    async ({ security, caller }) => {
      const { passkeys, ...rest } = await security.factors.overview(caller)
      return { ...rest, passkeys: passkeys.map(viewOf), google: await security.google.emailOf(caller) }
    },
  ),

  post(
    '/auth/proof',
    {
      allow: 'any',
      audit: 'session.proven',
      summary: 'Show once more that it is me; for ten minutes I may then change how I sign in',
      tags,
      body: z.union([...Proof.options, z.object({ password: Password }), z.object({ mailCode: Code })]),
      problems: ['bad_credentials', 'code_invalid', ...proofProblems],
    },
    ({ security, caller, body, request }) => security.sudo.prove(caller, body, originOf(request)),
  ),

  post(
    '/auth/proof/passkey',
    {
      allow: 'any',
      summary: 'What to ask an authenticator of mine to show that it is me',
      tags,
      reply: AssertionOptions,
      problems: ['passkeys_not_here'],
    },
    ({ security, caller }) => security.factors.askProof(caller),
  ),

  post(
    '/auth/mfa/totp',
    {
      allow: 'any',
      audit: 'totp.begun',
      summary: 'Begin with an authenticator app: its secret, shown once',
      tags,
      status: 201,
      reply: z.object({ secret: z.string().max(64), uri: z.string().max(1_024) }),
      problems: ['proof_required', 'totp_exists'],
    },
    ({ security, caller }) => security.factors.beginTotp(caller),
  ),

  post(
    '/auth/mfa/totp/verify',
    {
      allow: 'any',
      audit: 'totp.added',
      summary: 'The app shows this code: from now on it is asked; other sign-ins end',
      tags,
      body: z.object({ code: Code }),
      reply: z.object({ recoveryCodes: RecoveryCodes.nullable() }),
      problems: ['factor_invalid', 'totp_exists', 'too_many_attempts'],
    },
    ({ security, caller, body, request }) => security.factors.confirmTotp(caller, body.code, originOf(request)),
  ),

  del(
    '/auth/mfa/totp',
    {
      allow: 'any',
      audit: 'totp.removed',
      summary: 'Take the authenticator app away',
      tags,
      problems: ['proof_required'],
    },
    ({ security, caller, request }) => security.factors.removeTotp(caller, originOf(request)),
  ),

  post(
    '/auth/mfa/recovery-codes',
    {
      allow: 'any',
      audit: 'recovery_codes.renewed',
      summary: 'Ten new recovery codes, shown once; those before are void',
      tags,
      reply: z.object({ recoveryCodes: RecoveryCodes }),
      problems: ['proof_required', 'no_second_factor'],
    },
    async ({ security, caller, request }) => ({
      recoveryCodes: await security.factors.renewCodes(caller, originOf(request)),
    }),
  ),
]
