import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'

const issuer = 'careline'
export const accessMs = 15 * 60_000
export const fileLinkMs = 10 * 60_000

/** What an access token says: the member, the workspace, the sign-in. */
const Claims = z.object({
  sub: z.string().min(1).max(128),
  wid: z.string().min(1).max(128),
  role: z.string().min(1).max(32),
  sid: z.string().min(1).max(128),
  exp: z.int(),
})
export type Claims = z.infer<typeof Claims>
const FileClaims = z.object({
  sub: z.string().min(1).max(128),
  wid: z.string().min(1).max(128),
  /** The small picture of it, not itself. */
  thumb: z.literal(true).optional(),
})

const OperatorClaims = z.object({ sub: z.string().min(1).max(128), sid: z.string().min(1).max(128), exp: z.int() })

const PersonClaims = OperatorClaims.extend({ wid: z.string().min(1).max(128) })

type Audience = 'workspace' | 'person' | 'file' | 'upload' | 'platform'

/** A token that is kept nowhere is found again by this. */
export const hashOf = (token: string) => hash('sha256', token, 'base64url')

/** Signed tokens. The algorithm is pinned: what a token says of its own algorithm decides nothing. */
export class Tokens {
  readonly #secret: KeyObject
  readonly #now: () => number

  /** `secret`: at least 32 characters. */
  constructor(secret: string, now: () => number) {
    if (secret.length < 32) throw new Error('the token secret needs at least 32 characters')
    this.#secret = createSecretKey(secret, 'utf8') // Else it is made anew for every token.
    this.#now = now
  }

  access(claims: Omit<Claims, 'exp'>): { token: string; expiresAt: number } {
    return this.#sign('workspace', claims, accessMs)
  }

  /** @throws Problem `unauthorized` */
  readAccess(token: string): Claims {
    return this.#read('workspace', token, Claims)
  }

  /** Of the people who are looked after. */
  person(claims: { sub: string; wid: string; sid: string }): { token: string; expiresAt: number } {
    return this.#sign('person', claims, accessMs)
  }

  /** @throws Problem `unauthorized` */
  readPerson(token: string) {
    return this.#read('person', token, PersonClaims)
  }

  /** Of the operators' realm, whose secret is another. */
  operator(claims: { sub: string; sid: string }): { token: string; expiresAt: number } {
    return this.#sign('platform', claims, accessMs)
  }

  /** @throws Problem `unauthorized` */
  readOperator(token: string) {
    return this.#read('platform', token, OperatorClaims)
  }

  /** Opens one file for a while, for whoever holds it: an image element cannot send a header. */
  file(workspaceId: string, fileId: string, thumb?: 'thumb'): { token: string; expiresAt: number } {
    return this.#sign('file', { sub: fileId, wid: workspaceId, ...(thumb && { thumb: true }) }, fileLinkMs)
  }

  /** Whose file this is, and which. @throws Problem `unauthorized` */
  readFile(token: string) {
    const { sub, wid, thumb = false } = this.#read('file', token, FileClaims)
    return { workspaceId: wid, fileId: sub, isThumb: thumb }
  }

  /** Lets whoever holds it bring the bytes of one file. */
  upload(workspaceId: string, fileId: string, lastsMs: number): { token: string; expiresAt: number } {
    return this.#sign('upload', { sub: fileId, wid: workspaceId }, lastsMs)
  }

  /** Whose file this is, and which. @throws Problem `unauthorized` */
  readUpload(token: string) {
    const { sub, wid } = this.#read('upload', token, FileClaims)
    return { workspaceId: wid, fileId: sub }
  }

  #sign(audience: Audience, claims: object, lastsMs: number) {
    const iat = Math.floor(this.#now() / 1_000)
    const exp = iat + lastsMs / 1_000
    const token = jwt.sign({ ...claims, iat, exp }, this.#secret, { algorithm: 'HS256', audience, issuer })
    return { token, expiresAt: exp * 1_000 }
  }

  #read<T>(audience: Audience, token: string, schema: z.ZodType<T>): T {
    const clockTimestamp = Math.floor(this.#now() / 1_000)
    try {
      return schema.parse(jwt.verify(token, this.#secret, { algorithms: ['HS256'], audience, issuer, clockTimestamp }))
    } catch (error) {
      if (error instanceof jwt.JsonWebTokenError || error instanceof z.ZodError) throw refused()
      throw error
    }
  }
}

export const refused = () => new Problem('unauthorized', 'unauthorized', 'Please sign in again.')
