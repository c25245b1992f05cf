import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Code {
  challenge: string
  redirectUri: string
  isOffline: boolean
  scope: string
  mailbox: string
}

const client = { id: 'client-of-the-test', secret: 'secret-of-the-test' }

/**
 * Google's page of consent with its tokens, and as much of Gmail as a mailbox that is being connected needs. It is as
 * strict as Google: https://developers.google.com/identity/protocols/oauth2/web-server
 */
export class GoogleConsent {
  #server: Server | undefined
  readonly #codes = new Map<string, Code>()
  readonly #tokens = new Map<string, string>()
  url = ''
  client = client
  /** Where it sends browsers back to. */
  redirectUri = ''
  /** Who sits before it; null refuses. */
  mailbox: string | null = 'desk@gmail.test'
  /** What of the scopes they tick; all where null. */
  ticked: string[] | null = null
  /** Google gives it again only where it is asked for. */
  givesLasting = true
  isDown = false
  watchError: { status: number; body: object } | null = null
  readonly watched: string[] = []
  readonly revoked: string[] = []

  async start(redirectUri: string) {
    this.redirectUri = redirectUri
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const [status, said] = this.#answer(
          new URL(req.url ?? '', 'http://x'),
          Buffer.concat(chunks).toString(),
          req.headers.authorization ?? '',
        )
        const location = status === 302 ? { location: String(said) } : {}
        res.writeHead(status, { 'content-type': 'application/json', ...location }).end(JSON.stringify(said))
      })
    })
    await new Promise<void>((ready) => this.#server?.listen(0, '127.0.0.1', ready))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }
  stop = () => this.#server?.close().closeAllConnections()

  /** Somebody opens the page, and decides; answers the query with which the browser comes back. */
  async visit(address: string): Promise<URLSearchParams> {
    const answer = await fetch(address, { redirect: 'manual' })
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`Error 400: ${await answer.text()}`)
    return new URL(location).searchParams
  }

  #answer(url: URL, body: string, authorization: string): [number, unknown] {
    if (this.isDown) return [503, {}]
    if (url.pathname === '/auth') return this.#asked(url.searchParams)
    const form = new URLSearchParams(body)
    if (url.pathname === '/token') return this.#token(form)
    if (url.pathname === '/revoke') return this.#revoke(form.get('token') ?? '')
    const mailbox = this.#tokens.get(authorization.replace('Bearer ', ''))
    if (mailbox === undefined) return [401, { error: { code: 401, message: 'Invalid Credentials' } }]
    return this.#gmail(url.pathname.replace('/gmail/v1/users/me/', ''), mailbox)
  }

  #asked(asked: URLSearchParams): [number, unknown] {
    const right = {
      ...{ client_id: client.id, redirect_uri: this.redirectUri, response_type: 'code' },
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(right)) if (asked.get(name) !== value) return [400, { error: name }]
    const back = new URL(this.redirectUri)
    back.searchParams.set('state', asked.get('state') ?? '')
    if (this.mailbox === null) {
      back.searchParams.set('error', 'access_denied')
      return [302, back.href]
    }
    const code = `4/${randomBytes(8).toString('hex')}`
    this.#codes.set(code, {
      ...{ challenge: asked.get('code_challenge') ?? '', redirectUri: this.redirectUri, mailbox: this.mailbox },
      isOffline: asked.get('access_type') === 'offline' && asked.get('prompt') === 'consent',
      scope: (this.ticked ?? (asked.get('scope') ?? '').split(' ')).join(' '),
    })
    back.searchParams.set('code', code)
    return [302, back.href]
  }

  #token(form: URLSearchParams): [number, unknown] {
    if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret)
      return [401, { error: 'invalid_client' }]
    const refused: [number, unknown] = [400, { error: 'invalid_grant', error_description: 'Bad Request' }]
    if (form.get('grant_type') === 'refresh_token') {
      const mailbox = this.#tokens.get(form.get('refresh_token') ?? '')
      return mailbox === undefined ? refused : [200, { access_token: this.#given(mailbox), expires_in: 3_599 }]
    }
    return this.#exchanged(form, refused)
  }

  #exchanged(form: URLSearchParams, refused: [number, unknown]): [number, unknown] {
    const code = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    const shown = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (code?.challenge !== shown || form.get('redirect_uri') !== code.redirectUri) return refused
    const lasting = code.isOffline && this.givesLasting ? { refresh_token: this.#given(code.mailbox) } : {}
    return [200, { access_token: this.#given(code.mailbox), expires_in: 3_599, scope: code.scope, ...lasting }]
  }

  #given(mailbox: string) {
    const token = `ya29.${randomBytes(12).toString('hex')}`
    this.#tokens.set(token, mailbox)
    return token
  }

  /** All that this mailbox gave is taken back with any of it. */
  #revoke(token: string): [number, unknown] {
    const mailbox = this.#tokens.get(token)
    if (mailbox === undefined) return [400, { error: 'invalid_token' }]
    for (const [one, of] of this.#tokens) if (of === mailbox) this.#tokens.delete(one)
    this.revoked.push(mailbox)
    return [200, {}]
  }

  #gmail(path: string, mailbox: string): [number, unknown] {
    if (path === 'profile') return [200, { emailAddress: mailbox, historyId: '100' }]
    if (path === 'watch' && this.watchError) return [this.watchError.status, this.watchError.body]
    if (path === 'watch') {
      this.watched.push(mailbox)
      return [200, { historyId: '100', expiration: String(Date.now() + 7 * 24 * 60 * 60_000) }]
    }
    if (path.startsWith('history')) return [200, { historyId: '100' }]
    return path === 'stop' ? [204, {}] : [404, {}]
  }
}
