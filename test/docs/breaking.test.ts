import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { asyncApiBreaks } from '../../docs/compare/asyncapi.ts'
import { openApiBreaks } from '../../docs/compare/openapi.ts'
import { advice } from '../../docs/write.ts'

const read = (file: string) => readFileSync(file, 'utf8')

/** What breaks when the document is changed so, and when it is changed back: the one is often additive, the other not. */
function comparison(file: string, breaks: (before: any, after: any) => string[]) {
  const text = read(file)
  return (change: (document: any) => void) => {
    const [before, after] = [JSON.parse(text), JSON.parse(text)]
    change(after)
    return { there: breaks(before, after), back: breaks(after, before) }
  }
}

describe('a change of the socket’s document', () => {
  const changed = comparison('docs/asyncapi.json', asyncApiBreaks)

  it('is fine where it adds', () => {
    const { there } = changed(({ channels, components: { schemas }, operations, ...document }) => {
      channels.conversation_main.messages['message.sung'] = { name: 'message.sung', payload: { type: 'object' } }
      channels.diary_main = { address: 'diary:{id}', messages: {} }
      schemas.Message.properties.mood = { type: 'string' }
      schemas.Message.properties.direction.enum.push('aside')
      schemas.Content.oneOf.push({ type: 'object', properties: { kind: { const: 'song' } }, required: ['kind'] })
      schemas['command.note.add'].properties.input.properties.mood = { type: 'string' }
      schemas['command.note.add'].properties.input.properties.text.maxLength *= 2
      operations['give_note.add']['x-codes'].push('no_mood')
      document['x-codes'].no_mood = 'It is none.'
    })
    expect(there).to.deep.equal([])
  })

  it('breaks where a message, a stream, a command or a code is gone, and says which', () => {
    const { there, back } = changed(({ channels, operations }) => {
      channels.conversation_main.messages['message.touched'] = channels.conversation_main.messages['message.reacted']
      delete channels.conversation_main.messages['message.reacted']
      delete channels.user_me
      delete operations['hear_user_me']
      channels.channel_main['x-readers'] = 'self'
      operations['give_note.add']['x-codes'] = ['stale']
    })
    expect(there).to.include.members([
      '`message.reacted` of `conversation:{id}`: it is gone',
      '`user.me:{id}` is gone',
      '`hear_user_me` cannot be done any more',
      '`channel:{id}` may be read by self now, it was channels.read',
      '`give_note.add`: the code `conversation_missing` is gone',
    ])
    expect(back).to.include('`message.touched` of `conversation:{id}`: it is gone')
  })

  it('breaks where a client would not find what it reads', () => {
    const { there, back } = changed(({ components: { schemas } }) => {
      const { properties } = schemas['event.message.reacted'].properties.data
      delete properties.reactions.properties.staff
      properties.messageId = { anyOf: [properties.messageId, { type: 'null' }] }
      schemas['event.message.withdrawn'].properties.data.required.pop()
      schemas['event.user.changed'].properties.at = { type: 'integer' }
    })
    const of = (event: string) => there.filter((one) => one.startsWith(`\`${event}\``)).map((one) => one.split(': ')[1])
    expect(of('message.reacted')).to.have.members([
      '`data.messageId` may be null now',
      '`data.reactions.staff` is gone',
    ])
    expect(of('message.withdrawn')).to.deep.equal(['`data.deletedAt` may be missing now'])
    expect(of('user.changed')).to.have.members(['`at` is never string any more', '`at` may be integer now'])
    expect(back.filter((one) => /reacted|withdrawn/.test(one))).to.deep.equal([])
  })

  it('breaks where a client could no longer say what it says', () => {
    const { there, back } = changed(({ components: { schemas } }) => {
      const send = schemas['command.message.send'].properties.input
      send.properties.mood = { type: 'string' }
      send.required.push('mood')
      schemas.Outgoing.oneOf = schemas.Outgoing.oneOf.filter(
        (one: object) => !JSON.stringify(one).includes('"template"'),
      )
      schemas['command.note.add'].properties.input.properties.text.maxLength = 10
      schemas['command.conversation.set_status'].properties.input.properties.status.enum = ['open', 'resolved']
      delete schemas['command.message.read'].properties.input.properties.upTo
    })
    expect(there).to.include.members([
      '`message.send` of `command`: `input.mood` must be given now',
      '`message.send` of `command`: `input.content` no longer takes kind "template"',
      '`note.add` of `command`: `input.text` has maxLength 10 now',
      '`conversation.set_status` of `command`: `input.status` no longer takes "pending"',
      '`message.read` of `command`: `input.upTo` is gone',
    ])
    expect(back.filter((one) => /note.add|set_status/.test(one))).to.deep.equal([])
  })
})

describe('a change of HTTP’s document', () => {
  const changed = comparison('docs/openapi.json', openApiBreaks)
  const path = '/api/v1/conversations/{id}/messages'

  it('is fine where it adds', () => {
    const { there } = changed(({ paths, components: { schemas } }) => {
      paths['/api/v1/songs'] = { get: { operationId: 'getSongs', responses: {} } }
      schemas.Message.properties.mood = { type: 'string' }
      paths[path].get.parameters.push({ name: 'mood', in: 'query', schema: { type: 'string' } })
    })
    expect(there).to.deep.equal([])
  })

  it('breaks where something is gone, narrower, or must be given', () => {
    const { there } = changed(({ paths, components: { schemas } }) => {
      delete paths['/api/v1/users/{id}'].patch
      delete schemas.Message.properties.replyTo
      paths[path].get.parameters.push({ name: 'mood', in: 'query', required: true, schema: { type: 'string' } })
      paths[path].post.operationId = 'sing'
      paths['/health'].get.security = [{ bearer: [] }]
      delete paths[path].post.responses['201']
    })
    expect(there).to.include.members([
      'PATCH /api/v1/users/{id}: it is gone',
      `GET ${path}: its answer 200: \`items[].replyTo\` is gone`,
      `GET ${path}: the parameter \`mood\` must be given now`,
      `POST ${path}: its operation is called sing now`,
      `POST ${path}: its answer 201 is gone`,
      'GET /health: it must be called signed in now',
    ])
  })

  it('is told with what to do about it', () => {
    const told = advice({ file: 'x.json', text: '', undeclared: ['GET /x: it is gone'] })
    expect(told)
      .to.match(/- GET \/x: it is gone\n/)
      .and.match(/docs\/breaking-changes\.md/)
  })
})
