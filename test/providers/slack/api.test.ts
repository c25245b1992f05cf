import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { SlackApi } from '../../../providers/slack/api.ts'
import { errorOf } from '../../../providers/slack/errors.ts'

const sample = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')

describe("Slack's Web API", () => {
  const api = new SlackApi()
  let server: Server
  let account: { token: string; baseUrl: string }
  let answer: { status?: number; body: string; headers?: Record<string, string> }
  let asked: { url: string; headers: IncomingMessage['headers']; body: string }
  before((ready) => {
    server = createServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        asked = { url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() }
        res.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
      })
    }).listen(0, '127.0.0.1', () => {
      account = { token: 'xoxb-1', baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/` }
      ready()
    })
  })
  after(() => void server.close())
  const message = { id: 'slk_1', channel: 'C1', text: 'Hello', blocks: [] }

  /** By published answer: what the adapter makes of it, whatever it was asked. */
  const answers: Record<string, { identity: string; user: string; channels: string }> = {
    // Taken, and nothing in it that was asked for: nobody can say.
    'response/web_response_api_test.json': { identity: 'unknown', user: 'unknown', channels: 'unknown' },
    'response/web_response_api_test_false.json': { identity: 'refused', user: 'refused', channels: 'refused' },
    'response/web_response_users_list_pagination.json': { identity: 'unknown', user: 'unknown', channels: 'unknown' },
    'response/view_modal_001.json': { identity: 'unknown', user: 'unknown', channels: 'unknown' },
    'shape/api/users.info.json': { identity: 'refused', user: 'refused', channels: 'refused' },
    'shape/api/users.lookupByEmail.json': { identity: 'refused', user: 'refused', channels: 'refused' },
    'shape/api/files.completeUploadExternal.json': { identity: 'refused', user: 'refused', channels: 'refused' },
    'shape/api/files.getUploadURLExternal.json': { identity: 'refused', user: 'refused', channels: 'refused' },
  }
  for (const [name, expected] of Object.entries(answers))
    it(`reads ${name} as what it is, and never throws`, async () => {
      answer = { body: sample(name) }
      const [identity, user, channels] = [
        await api.whoAmI(account),
        await api.user(account, 'U1'),
        await api.channels(account),
      ]
      const found = { identity: identity.outcome, user: user.outcome, channels: channels.outcome }
      expect(found).to.deep.equal(expected)
    })

  it('reads a user as published, where it is one', async () => {
    answer = { body: JSON.stringify({ ...JSON.parse(sample('shape/api/users.info.json')), ok: true }) }
    const found = await api.user(account, 'U00000000')
    expect(found.outcome === 'done' && found.data.user).to.deep.include({ id: 'U00000000', team_id: 'T00000000' })
    expect(asked.headers['content-type']).to.equal('application/x-www-form-urlencoded')
    expect(asked.body).to.equal('user=U00000000')
  })

  it('posts with its token and a mark by which it is found again', async () => {
    answer = { body: JSON.stringify({ ok: true, channel: 'C1', ts: '1.000100' }) }
    expect(await api.post(account, message)).to.deep.equal({ outcome: 'done', data: { channel: 'C1', ts: '1.000100' } })
    expect(asked.url).to.equal('/api/chat.postMessage')
    expect(asked.headers.authorization).to.equal('Bearer xoxb-1')
    const metadata = { event_type: 'careline_alert', event_payload: { id: 'slk_1' } }
    expect(JSON.parse(asked.body)).to.deep.include({ channel: 'C1', text: 'Hello', metadata })
    const messages = [{ ts: '2.0' }, { ts: '1.000100', metadata }]
    answer = { body: JSON.stringify({ ok: true, messages }) }
    const found = await api.find(account, { channel: 'C1', id: 'slk_1', since: 0 })
    expect(found).to.deep.equal({ outcome: 'done', data: '1.000100' })
    const other = await api.find(account, { channel: 'C1', id: 'slk_2', since: 0 })
    expect(other).to.deep.equal({ outcome: 'done', data: undefined })
  })

  it('opens a form with what the press gave', async () => {
    answer = { body: JSON.stringify({ ok: true, view: { id: 'V1', hash: '1.x' } }) }
    const view = JSON.parse(sample('response/view_modal_001.json'))
    expect(await api.openView(account, '1.2.abc', view)).to.deep.equal({
      outcome: 'done',
      data: { view: { id: 'V1' } },
    })
    expect([asked.url, asked.headers.authorization]).to.deep.equal(['/api/views.open', 'Bearer xoxb-1'])
    expect(JSON.parse(asked.body)).to.deep.equal({ trigger_id: '1.2.abc', view })
    for (const error of ['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id', 'view_too_large']) {
      answer = { body: JSON.stringify({ ok: false, error }) }
      const found = await api.openView(account, '1.2.abc', view)
      expect(found, error).to.deep.equal({ outcome: 'refused', error: errorOf(error), retryAfterMs: null })
      expect(errorOf(error), error).to.include({ action: 'never' })
      expect(errorOf(error).title, error).not.to.include(error)
    }
  })

  it('knows a refusal by what Slack says, though it says it with 200', async () => {
    const refusals: [string, string][] = [
      ['channel_not_found', 'never'],
      ['not_in_channel', 'never'],
      ['is_archived', 'never'],
      ['msg_too_long', 'never'],
      ['invalid_auth', 'broken'],
      ['token_revoked', 'broken'],
      ['account_inactive', 'broken'],
      ['ratelimited', 'retry'],
      ['fatal_error', 'retry'],
      ['internal_error', 'retry'],
      ['something_new', 'never'],
    ]
    for (const [error, action] of refusals) {
      answer = { body: JSON.stringify({ ok: false, error }) }
      const found = await api.post(account, message)
      expect(found, error).to.deep.equal({ outcome: 'refused', error: errorOf(error), retryAfterMs: null })
      expect(errorOf(error).action, error).to.equal(action)
    }
    answer = { body: JSON.stringify({ ok: false, error: 'missing_scope', needed: 'channels:history' }) }
    const lacking = await api.post(account, message)
    expect(lacking.outcome === 'refused' && lacking.error.title).to.include('channels:history')
  })

  it('waits as long as it is asked to, and is sure of nothing that broke off', async () => {
    answer = { status: 429, headers: { 'retry-after': '30' }, body: 'slow down' }
    const slow = await api.post(account, message)
    expect(slow).to.deep.include({ outcome: 'refused', retryAfterMs: 30_000 })
    answer = { status: 503, body: '<html>' }
    const down = await api.post(account, message)
    expect(down.outcome === 'refused' && down.error.action).to.equal('retry')
    answer = { body: 'not json' }
    expect((await api.post(account, message)).outcome).to.equal('unknown')
    const nobody = { ...account, baseUrl: 'http://127.0.0.1:1/api/' }
    expect((await api.post(nobody, message)).outcome).to.equal('unknown')
  })

  it('answers who pressed at no address but Slack’s', async () => {
    answer = { body: 'ok' }
    const here = account.baseUrl.replace('/api/', '/actions/1')
    expect((await api.whisper(account, here, 'Hello')).outcome).to.equal('done')
    expect(JSON.parse(asked.body)).to.deep.equal({ response_type: 'ephemeral', replace_original: false, text: 'Hello' })
    for (const [baseUrl, url] of [
      ['https://slack.com/api/', here],
      ['https://slack.com/api/', 'https://hooks.slack.com.evil.test/actions/1'],
      [account.baseUrl, 'http://169.254.169.254/latest'],
      [account.baseUrl, 'no address'],
    ] as const)
      expect((await api.whisper({ ...account, baseUrl }, url, 'Hello')).outcome, url).to.equal('refused')
  })
})
