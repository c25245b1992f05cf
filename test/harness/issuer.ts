import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import { interactionPolicy, Provider } from 'oidc-provider'

export interface Somebody {
  sub: string
  email: string
  isVerified: boolean
}

const client = { clientId: 'careline-test', clientSecret: 'a secret of the tests, long enough' }

/** A real OpenID provider of a test's own, as Google is one: whoever comes is whom the test says, and agrees. */
export class Issuer {
  readonly #server = createServer()
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  readonly #people = new Map<string, Somebody>()
  #who: Somebody | null = null
  url = ''
  /** Rewrites what is in an identity token before it is signed with the provider's own key, or another. */
  forge: ((claims: Record<string, unknown>) => { claims?: object; key?: KeyObject | null }) | undefined

  get settings() {
    return { ...client, issuer: this.url }
  }

  /** Who sits in front of the browser; null refuses. */
  is(somebody: Somebody | null) {
    this.#who = somebody
    if (somebody) this.#people.set(somebody.sub, somebody)
  }

  /** `takesBack`: to which addresses it sends a browser back. */
  async start(takesBack: (uri: string) => boolean) {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    const policy = interactionPolicy.base()
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
    const provider = new Provider(this.url, {
      clients: [
        {
          ...{ client_id: client.clientId, client_secret: client.clientSecret },
          redirect_uris: ['https://careline.invalid/callback'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      jwks: { keys: [{ ...this.#keys.privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
      clientAuthMethods: ['client_secret_post'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['test'] },
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      interactions: { policy, url: (_, { uid }) => `/who/${uid}` },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      findAccount: (_, sub) => {
        const { email, isVerified } = this.#people.get(sub) ?? {}
        return { accountId: sub, claims: () => ({ sub, email, email_verified: isVerified }) }
      },
    })
    provider.Client.prototype.redirectUriAllowed = takesBack
    provider.use(async (ctx, next) => {
      if (ctx.path.startsWith('/who/')) {
        ctx.respond = false
        await this.#answer(provider, ctx.req, ctx.res)
        return
      }
      await next()
      const token = (ctx.body as { id_token?: string } | undefined)?.id_token
      if (this.forge && token !== undefined) (ctx.body as { id_token: string }).id_token = this.#forged(token)
    })
    const answer = provider.callback()
    this.#server.on('request', (request, response) => void answer(request, response))
    return this
  }

  /** Follows the browser from an address of the provider's until it is sent back; answers the query of the callback. */
  async visit(address: string): Promise<URLSearchParams> {
    const jar = new Map<string, string>()
    let at = address
    for (let hop = 0; hop < 8; hop++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
        jar.set(name, value)
      }
      const location = answer.headers.get('location')
      if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`)
      at = new URL(location, at).href
      if (!at.startsWith(this.url)) return new URL(at).searchParams
    }
    throw new Error('the provider sends the browser in a circle')
  }

  async stop() {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  async #answer(provider: Provider, ...[req, res]: Parameters<Provider['interactionDetails']>) {
    const { prompt, params, session } = await provider.interactionDetails(req, res)
    if (!this.#who) return provider.interactionFinished(req, res, { error: 'access_denied' })
    if (prompt.name === 'select_account') return provider.interactionFinished(req, res, { select_account: {} })
    if (prompt.name === 'login' || session === undefined)
      return provider.interactionFinished(req, res, { login: { accountId: this.#who.sub } })
    const grant = new provider.Grant({ accountId: session.accountId, clientId: String(params['client_id']) })
    grant.addOIDCScope('openid email')
    const consent = { grantId: await grant.save() }
    return provider.interactionFinished(req, res, { consent }, { mergeWithLastSubmission: true })
  }

  #forged(token: string): string {
    const said = jwt.decode(token) as Record<string, unknown>
    const { claims = said, key = this.#keys.privateKey } = this.forge?.({ ...said }) ?? {}
    if (key !== null) return jwt.sign(claims, key, { algorithm: 'RS256', keyid: 'test' })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none' })}.${part(claims)}.`
  }
}
