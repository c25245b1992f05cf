import { createHmac } from 'node:crypto'
import type { Caller } from '../../kernel/caller.ts'
import { newId, newSecret } from '../../kernel/id.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import { normalEmail } from '../../store/settings/accounts.ts'
import type { Operator, OperatorSettings } from '../../store/settings/operators.ts'
import { platform } from '../../store/vault-keys.ts'
import { Attempts } from '../auth/attempts.ts'
import { hashPassword, verifyPassword } from '../auth/passwords.ts'
import { hashOf, refused, Tokens } from '../auth/tokens.ts'
import { newTotpSecret, stepOf, totpUri } from '../auth/totp.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'

interface Parts {
  settings: OperatorSettings
  /** The server's own; what signs the tokens of this realm follows from it, and is another. */
  secret: string
  now(): number
  joint?: JointMemory | undefined
}

export interface OperatorSignedIn {
  accessToken: string
  refreshToken: string
  /** Epoch ms. */
  expiresAt: number
  operator: { id: string; name: string; email: string }
}

const sessionMs = 12 * 60 * 60_000
const standingMs = 5_000
const passwordBytes = 18

/** Who looks after the installation. A realm of its own: no token of a workspace is good here, and none of here there. */
export class Operators {
  readonly #parts: Parts
  readonly #tokens: Tokens
  readonly #attempts: Attempts
  readonly #standing: BoundedCache<Promise<Operator | undefined>>

  constructor(parts: Parts) {
    const { now, joint } = parts
    this.#parts = parts
    this.#tokens = new Tokens(createHmac('sha256', parts.secret).update('careline platform').digest('hex'), now)
    this.#attempts = new Attempts(now, joint)
    this.#standing = new BoundedCache({ max: 1_000, ttlMs: standingMs, now })
  }

  /** Password and code together; one answer, whichever was wrong. @throws Problem `bad_credentials`, `too_many_attempts` */
  async signIn(said: { email: string; password: string; code: string }): Promise<OperatorSignedIn> {
    const { settings, now } = this.#parts
    const who = hashOf(`operator/${normalEmail(said.email)}`)
    await this.#attempts.begin(who)
    const operator = await settings.byEmail(said.email)
    const isPassword = await verifyPassword(operator?.passwordHash ?? null, said.password)
    const step = operator && stepOf(operator.totpSecret, said.code, now())
    const isRight = operator && isPassword && step !== undefined && !operator.isDisabled
    // A code is spent by a right sign-in alone, and once.
    if (!isRight || !(await settings.useStep(operator.id, step)))
      throw new Problem('unauthorized', 'bad_credentials', 'The address, the password or the code is not right.')
    await this.#attempts.succeeded(who)
    const id = newId('ops')
    const refreshToken = newSecret()
    await settings.keepSession({ id, operatorId: operator.id, expiresAt: now() + sessionMs }, hashOf(refreshToken))
    return this.#signedIn(operator, id, refreshToken)
  }

  /** @throws Problem `refresh_invalid` */
  async refresh(refreshToken: string): Promise<OperatorSignedIn> {
    const { settings, now } = this.#parts
    const next = newSecret()
    const session = await settings.rotate(hashOf(refreshToken), hashOf(next), now())
    const operator = session && (await settings.byId(session.operatorId))
    if (!session || !operator || operator.isDisabled)
      throw new Problem('unauthorized', 'refresh_invalid', 'This sign-in has ended: please sign in again.')
    return this.#signedIn(operator, session.id, next)
  }

  /** Who an access token of this realm belongs to. @throws Problem `unauthorized` */
  readonly authenticate = async (token: string): Promise<Caller> => {
    const { sub, sid, exp } = this.#tokens.readOperator(token)
    const key = `${sid}/${sub}`
    const standing = this.#standing.get(key) ?? this.#read(sid)
    this.#standing.set(key, standing)
    const operator = await standing
    if (operator?.id !== sub) throw refused()
    return { workspaceId: platform, id: sub, role: 'operator', sessionId: sid, expiresAt: exp * 1_000 }
  }

  async signOut({ id, sessionId }: Caller): Promise<void> {
    if (sessionId === undefined) return
    await this.#parts.settings.endSession(sessionId)
    this.#standing.delete(`${sessionId}/${id}`)
  }

  /** @throws Problem `unauthorized` when they are gone */
  async me({ id }: Caller): Promise<OperatorSignedIn['operator']> {
    const operator = await this.#parts.settings.byId(id)
    if (!operator) throw refused()
    return shown(operator)
  }

  /** A password and a second factor, shown once. @throws Problem `operator_exists` */
  async add({ email, name }: { email: string; name: string }) {
    const { settings, now } = this.#parts
    const made = await this.#fresh(email)
    await settings.add({ email, name, passwordHash: made.passwordHash, totpSecret: made.totpSecret }, now())
    return { password: made.password, totpUri: made.totpUri }
  }

  /** Both anew, for somebody who lost them; their sign-ins end. @throws Problem `no_operator` */
  async reset(email: string) {
    const { id } = await this.#named(email)
    const { passwordHash, totpSecret, password, totpUri } = await this.#fresh(email)
    await this.#parts.settings.change(id, { passwordHash, totpSecret, isDisabled: false })
    this.#standing.clear()
    return { password, totpUri }
  }

  /** Nobody signs in as them any more; their sign-ins end. @throws Problem `no_operator` */
  async disable(email: string): Promise<void> {
    const { id } = await this.#named(email)
    await this.#parts.settings.change(id, { isDisabled: true })
    this.#standing.clear()
  }

  async list() {
    return (await this.#parts.settings.list()).map((one) => ({ ...shown(one), isDisabled: one.isDisabled }))
  }

  async #named(email: string): Promise<Operator> {
    const found = await this.#parts.settings.byEmail(email)
    if (!found) throw missing('no_operator', `There is no operator ${email}.`)
    return found
  }

  async #fresh(email: string) {
    const password = newSecret().slice(0, passwordBytes)
    const totpSecret = newTotpSecret()
    const passwordHash = await hashPassword(password)
    return { password, passwordHash, totpSecret, totpUri: totpUri(totpSecret, `operator ${email}`) }
  }

  async #read(sessionId: string): Promise<Operator | undefined> {
    const { settings, now } = this.#parts
    const session = await settings.session(sessionId, now())
    const operator = session && (await settings.byId(session.operatorId))
    return operator?.isDisabled === false ? operator : undefined
  }

  #signedIn(operator: Operator, sessionId: string, refreshToken: string): OperatorSignedIn {
    const { token, expiresAt } = this.#tokens.operator({ sub: operator.id, sid: sessionId })
    return { accessToken: token, refreshToken, expiresAt, operator: shown(operator) }
  }
}

const shown = ({ id, name, email }: Operator) => ({ id, name, email })
