import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Document, Examination } from './examination.ts'

const document = JSON.parse(readFileSync('docs/asyncapi.json', 'utf8')) as Document
const exampleOf = (channel: string, name: string) =>
  (document.channels[channel]!.messages[name] as any).examples[0].payload
const hello = `1>42${JSON.stringify(['hello', exampleOf('connection', 'hello')])}`
const begin = [`1<40${JSON.stringify({ token: 't' })}`, `1>40{"sid":"s"}`, hello]
const event = (change: object = {}) =>
  `1>42${JSON.stringify(['event', { ...exampleOf('conversation_main', 'message.status_changed'), ...change }])}`
const asked = (event: string, request: unknown, answer: unknown) => [
  `1<427${JSON.stringify([event, request])}`,
  `1>437${JSON.stringify([answer])}`,
]
const send = exampleOf('commands', 'message.send')
const sent = exampleOf('commands', 'message.send.done')
const refusal = (code: string) => ({ ok: false, error: { code, title: 'No.', retryable: false } })

function examined(...lines: string[]) {
  const examination = new Examination(document)
  ;[...begin, ...lines].forEach(examination.process())
  return { wrong: [...examination.wrong.keys()], unseen: examination.unseen, frames: examination.frames }
}

describe('frames of a test run', () => {
  it('are fine where they are as documented, and count as seen', () => {
    const { wrong, unseen, frames } = examined(event(), ...asked('command', send, sent), '1>2', '1<3', '1<41')
    expect(wrong).to.deep.equal([])
    expect(frames).to.equal(3)
    expect(unseen).not.to.include.members(['/: hello'])
    expect(unseen).to.include.members([
      '/: goaway',
      'conversation:{id}: message.created',
      'conversation:{id}: its snapshot',
    ])
    expect(unseen).not.to.include.members(['conversation:{id}: message.status_changed', 'command: message.send.done'])
  })

  it('must not say what the document does not name', () => {
    expect(examined(event({ secret: 1 })).wrong).to.match(/must NOT have additional properties.*secret/)
    expect(examined(event({ type: 'message.sung' })).wrong).to.deep.equal(['the document has no event message.sung'])
    expect(examined(event({ stream: 'diary:1' })).wrong).to.deep.equal(['the document has no stream diary:1'])
    expect(examined(event({ data: { status: 'sent' } })).wrong[0]).to.match(/required property/)
    expect(examined('1>42["shout",{}]').wrong).to.deep.equal(['the document has no shout'])
    expect(examined('1>nonsense').wrong).to.deep.equal(['this is no packet of the protocol'])
  })

  it('may carry an event that no contract names any more, and what only a test has', () => {
    expect(examined(event({ type: 'message.sung', data: null })).wrong).to.deep.equal([])
    expect(examined(event({ stream: 'test_diary:1' })).wrong).to.deep.equal([])
    expect(examined('1>42["test_said",{}]').wrong).to.deep.equal([])
  })

  it('must not be taken where the document forbids it, nor refused in a way that it does not tell', () => {
    expect(examined(...asked('command', { ...send, input: {} }, sent)).wrong[0]).to.match(/^message.send was done: /)
    expect(examined(...asked('command', { ...send, input: {} }, refusal('invalid_request'))).wrong).to.deep.equal([])
    expect(examined(...asked('command', send, refusal('conversation_missing'))).wrong).to.deep.equal([])
    expect(examined(...asked('command', send, refusal('not_failed'))).wrong).to.deep.equal([
      'give_message.send: the code not_failed is not documented',
    ])
    expect(examined(...asked('presence', { status: 'asleep' }, { ok: true })).wrong[0]).to.match(/^presence was done/)
    const streams = [{ stream: 'inbox:w1', error: refusal('stale').error }]
    const answer = asked('subscribe', { streams: [{ stream: 'inbox:w1' }] }, { ok: true, streams })
    expect(examined(...answer).wrong).to.deep.equal(['inbox:w1: the code stale is not documented'])
  })

  it('of another server are nobody’s business', () => {
    const examination = new Examination(document)
    ;['1<40', '1>40{"sid":"s"}', '1>42["chat","hello"]', '1>42["event",{}]'].forEach(examination.process())
    expect([...examination.wrong.keys(), examination.frames]).to.deep.equal([0])
  })
})
