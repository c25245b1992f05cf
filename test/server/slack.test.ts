import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Press } from '../../actors/slack/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { type Submitted, wordOf } from '../../providers/slack/inbound.ts'
import { isFromSlack, signatureOf } from '../../providers/slack/signature.ts'
import type { FormAnswer } from '../../server/slack/forms.ts'
import { connectionIdOf } from '../../server/slack/room.ts'
import { slackConnectionsOf } from '../../store/settings/slack.ts'
import { Rest } from '../../store/rest.ts'
import { type Opened, open, type Served } from './parts.ts'

// Published by Slack with its SDKs (MIT) and its documents: SOURCE.md beside them says where each is from.
const samples = join(import.meta.dirname, '../providers/slack/fixtures')
const sample = (name: string) => readFileSync(join(samples, name), 'utf8')
const json = 'application/json'
const form = 'application/x-www-form-urlencoded'
const payload = (name: string) => String(new URLSearchParams({ payload: sample(name) }))

interface Vector {
  signingSecret: string
  headers: Record<string, string>
  rawBody: string
  now: number
  expected: { valid: boolean }
}

describe('what Slack tells', () => {
  let at: Opened
  let http: Served
  let path: string
  const told: { message: string; input: any }[] = []
  const forms: Submitted[] = []
  let answer: FormAnswer = {}
  const known = new Set<string>()
  const published: Vector = JSON.parse(sample('signature/docs-valid.json'))
  const secret = published.signingSecret
  let clock = Date.now()

  before(async () => {
    at = await open()
    const { id: workspaceId } = await at.business('slack', ['owner'])
    const desk = {
      pressed: async (input: Press) => void told.push({ message: 'pressed', input }),
      gone: async (input: { eventId: string }) => {
        told.push({ message: 'gone', input })
        return { isNew: !known.has(input.eventId) && known.add(input.eventId) }
      },
    }
    const slackDeskOf = (id: string) => ({ id, at: () => desk, newId: () => 'x' }) as unknown as Workspace
    const slackForms = {
      open: async () => undefined,
      offer: async () => undefined,
      submitted: async (_: unknown, one: Submitted) => {
        forms.push(one)
        return answer
      },
    }
    http = await at.serve({ parts: { slackDeskOf, slackForms, now: () => clock } })
    const id = connectionIdOf(workspaceId)
    await slackConnectionsOf({ store: at.store, rest: new Rest(at.vault) }).insert(
      workspaceId,
      {
        id,
        by: 'test',
        fields: {
          ...{ teamId: 'T9TK3CUKW', teamName: 'Example', botUserId: 'UAJ2RU415', botToken: 'xoxb-1' },
          ...{ signingSecret: secret, simulate: false, status: 'active', showsWords: false, verifiedAt: null },
        },
      },
      clock,
    )
    path = `/webhooks/slack/${id}`
  })
  beforeEach(() => {
    told.length = 0
    clock = Date.now()
  })
  after(async () => {
    await http.close()
    await at.close()
  })

  const tell = (type: string, body: string, { key = secret, ageMs = 0, headers = {} } = {}) => {
    const seconds = String(Math.floor((clock - ageMs) / 1_000))
    const signed = { 'x-slack-request-timestamp': seconds, 'x-slack-signature': signatureOf(key, seconds, body) }
    return http.ask('POST', path, { body, headers: { 'content-type': type, ...signed, ...headers } })
  }

  it('is believed where Slack signed it, as its documents say, and not with one letter more', async () => {
    for (const name of ['docs-valid', 'docs-tampered-body']) {
      const { headers, rawBody, now, expected }: Vector = JSON.parse(sample(`signature/${name}.json`))
      clock = now * 1_000
      const answer = await http.ask('POST', path, { body: rawBody, headers: { 'content-type': form, ...headers } })
      expect(answer.status, name).to.equal(expected.valid ? 200 : 401)
      const header = (wanted: string) =>
        Object.entries(headers).find(([one]) => one.toLowerCase() === wanted)?.[1] ?? ''
      const signed = { header, body: Buffer.from(rawBody), now: clock }
      expect(isFromSlack(secret, signed), name).to.equal(expected.valid)
      expect(isFromSlack(secret, { ...signed, now: clock + 301_000 }), `${name}, later`).to.equal(false)
    }
    expect(told).to.deep.equal([])
  })

  it('is refused when it is too old, from the future, unsigned or by another secret', async () => {
    const body = sample('webhook/url_verification.json')
    for (const wrong of [{ ageMs: 301_000 }, { ageMs: -301_000 }, { key: 'another' }]) {
      const { status, body: said } = await tell(json, body, wrong)
      expect([status, said.code], JSON.stringify(wrong)).to.deep.equal([401, 'bad_signature'])
    }
    expect((await http.ask('POST', path, { body, headers: { 'content-type': json } })).status).to.equal(401)
    expect((await http.ask('POST', '/webhooks/slack/slk_none', { body })).status).to.equal(404)
  })

  it('answers the challenge by which Slack looks whether we are there', async () => {
    const { status, body } = await tell(json, sample('webhook/url_verification.json'))
    expect([status, body]).to.deep.equal([200, { challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' }])
  })

  /** By sample: its type, and what it is read as. */
  const expected: Record<string, { type: string; body: string; word: object }> = {
    'webhook/block_action_1.json': {
      ...{ type: form, body: payload('webhook/block_action_1.json') },
      word: {
        ...{ kind: 'pressed', actionId: 'WaXA', value: 'click_me_123', userId: 'UA8RXUSPL', teamId: 'T9TK3CUKW' },
        ...{ userTeamId: 'T9TK3CUKW', channel: 'CBR2V3XEX', ts: '1548261231.000200' },
        responseUrl: 'https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209',
        key: 'UA8RXUSPL/CBR2V3XEX/1548261231.000200/WaXA/1548426417.840180',
      },
    },
    'webhook/block_action_3.json': {
      ...{ type: form, body: payload('webhook/block_action_3.json') },
      word: { kind: 'pressed', actionId: 'save', value: '1', userId: 'U111', teamId: 'T111' },
    },
    ...Object.fromEntries(
      [
        ['interactive-components/AttachmentActionPayload', 'interactive_message'],
        ['interactive-components/MessageShortcutPayload', 'message_action'],
        ['views/ViewClosedPayload', 'view_closed'],
      ].map(([name, what]) => [
        `shape/app-backend/${name}.json`,
        { type: form, body: payload(`shape/app-backend/${name}.json`), word: { kind: 'other', what } },
      ]),
    ),
    'shape/app-backend/slash-commands/SlashCommandPayload.json': {
      type: form,
      body: String(
        new URLSearchParams(JSON.parse(sample('shape/app-backend/slash-commands/SlashCommandPayload.json'))),
      ),
      word: { kind: 'other', what: 'form' },
    },
    ...Object.fromEntries(
      [
        ['MessageChangedPayload', ''],
        ['MessagePayload', ''],
        ['MessageBotPayload', ''],
        ['ReactionAddedPayload', 'reaction_added'],
      ].map(([name, what]) => [
        `shape/events/${name}.json`,
        { type: json, body: sample(`shape/events/${name}.json`), word: { kind: 'other', what } },
      ]),
    ),
  }

  for (const [name, { type, body, word }] of Object.entries(expected))
    it(`takes ${name}, and does nothing that nobody asked for`, async () => {
      expect(wordOf(type, body)).to.include(word)
      const { status, body: said } = await tell(type, body)
      expect([status, said, told]).to.deep.equal([200, {}, []])
    })

  it('has a sample of everything', () => {
    const files = ['webhook', 'shape/events', 'shape/app-backend'].flatMap((folder) =>
      readdirSync(join(samples, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .map((name) => `${folder}/${name}`),
    )
    expect(files.sort()).to.deep.equal([...Object.keys(expected), 'webhook/url_verification.json'].sort())
  })

  const pressed = (change: object) => {
    const published = JSON.parse(sample('webhook/block_action_1.json'))
    return String(new URLSearchParams({ payload: JSON.stringify({ ...published, ...change }) }))
  }
  const action = { type: 'button', action_ts: '1.2', action_id: 'careline_take', value: 'c_usr_1' }

  it('hands on a button of ours, once it is sure of the team', async () => {
    await tell(form, pressed({ actions: [action] }))
    expect(told.map(({ message }) => message)).to.deep.equal(['pressed'])
    expect(told[0]?.input).to.include({ act: 'take', conversationId: 'c_usr_1', userId: 'UA8RXUSPL' })
    told.length = 0
    for (const other of [
      { team: { id: 'TOTHER' }, actions: [action] },
      { actions: [{ ...action, action_id: 'careline_open' }] },
      { actions: [{ ...action, value: '../../admin' }] },
      { actions: [] },
    ])
      expect((await tell(form, pressed(other))).status, JSON.stringify(other)).to.equal(200)
    expect(told).to.deep.equal([])
  })

  it('hands on a form of ours with what was filled in, and answers as it is told', async () => {
    const values = {
      text: { typed: { type: 'plain_text_input', value: 'Hello' } },
      left: { typed: { type: 'plain_text_input', value: null } },
      member: { chosen: { type: 'static_select', selected_option: { value: 'mem_1' } } },
      nobody: { chosen: { type: 'static_select', selected_option: null } },
      mentions: { chosen: { type: 'multi_static_select', selected_options: [{ value: 'a' }, { value: 'b' }] } },
    }
    const view = { id: 'V1', team_id: 'T9TK3CUKW', callback_id: 'careline_reply', private_metadata: 'm' }
    const filled = (change: object) =>
      String(
        new URLSearchParams({
          payload: JSON.stringify({
            ...{ type: 'view_submission', team: { id: 'T9TK3CUKW' }, user: { id: 'U1', team_id: 'T9TK3CUKW' } },
            view: { ...view, state: { values }, hash: '1.x', blocks: [] },
            ...change,
          }),
        }),
      )
    const errors: FormAnswer = { response_action: 'errors', errors: { text: 'No.' } }
    answer = errors
    expect((await tell(form, filled({}))).body).to.deep.equal(errors)
    expect(forms.map(({ values: one }) => one)).to.deep.equal([
      { text: ['Hello'], left: [], member: ['mem_1'], nobody: [], mentions: ['a', 'b'] },
    ])
    expect(forms[0]).to.include({ viewId: 'V1', callbackId: 'careline_reply', metadata: 'm', userTeamId: 'T9TK3CUKW' })
    answer = { response_action: 'update', view: { type: 'modal', title: { type: 'plain_text', text: 'T' } } }
    // An app of a whole organisation is told no team: the view's own counts.
    expect((await tell(form, filled({ team: null }))).body).to.deep.equal(answer)
    expect((await tell(form, filled({ team: { id: 'TOTHER' } }))).body).to.deep.equal({})
    expect((await tell(form, filled({ view: {} }))).body).to.deep.equal({})
    expect(forms).to.have.length(2)
  })

  it('hears that the app or its token is gone, of its own team alone', async () => {
    const event = (team: string, what: object) =>
      JSON.stringify({ type: 'event_callback', team_id: team, event_id: 'Ev1', event: what })
    const headers = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' }
    await tell(json, event('T9TK3CUKW', { type: 'app_uninstalled' }), { headers })
    await tell(json, event('T9TK3CUKW', { type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: ['UAJ2RU415'] } }))
    await tell(json, event('T9TK3CUKW', { type: 'tokens_revoked', tokens: { oauth: ['U1'] } }))
    await tell(json, event('TOTHER', { type: 'app_uninstalled' }))
    expect(told.map(({ input }) => [input.what, input.eventId])).to.deep.equal([
      ['app_uninstalled', 'Ev1'],
      ['tokens_revoked', 'Ev1'],
    ])
  })

  it('refuses what is signed and says nothing that can be read', async () => {
    for (const [type, body] of [
      [json, '{'],
      [json, '[]'],
      [form, 'payload=%7B'],
    ] as const) {
      const { status, body: said } = await tell(type, body)
      expect([status, said.code], body).to.deep.equal([400, 'not_a_slack_request'])
    }
  })
})
