import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { codesOfAll, codesOfCallers } from '../../server/http/codes.ts'
import { apiRoutes, rootRoutes } from '../../server/routes/index.ts'
import { type Opened, open, type Served } from './parts.ts'

const kept = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'))

describe('the OpenAPI document', () => {
  let at: Opened
  let http: Served
  let document: any
  before(async () => {
    at = await open()
    http = await at.serve()
    document = (await http.ask('GET', '/api/v1/openapi.json')).body
  })
  after(async () => {
    await http.close()
    await at.close()
  })

  it('is OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(document))).to.deep.equal({ valid: true })
    expect(validator.version).to.equal('3.1')
    expect((await validator.validate({ ...document, paths: { nonsense: 1 } })).valid, 'the validator looks').to.equal(
      false,
    )
  })

  it('is the one that was agreed on: where a change is meant, `npm run docs` writes it down', () => {
    expect(document).to.deep.equal(kept)
  })

  it('names every route, and says who may call it', () => {
    const named = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).map(([method, { security }]) => `${method} ${path} ${security.length}`),
    )
    const declared = [...apiRoutes.map((route) => ({ ...route, path: `/api/v1${route.path}` })), ...rootRoutes].map(
      ({ method, path, terms }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${terms.allow === 'public' ? 0 : 1}`,
    )
    expect(named).to.have.members(declared)
    expect(named.length).to.be.greaterThan(30)
  })

  it('gives every operation a summary, a tag and a name of its own', () => {
    const operations = Object.values<any>(document.paths).flatMap((methods) => Object.values<any>(methods))
    for (const { summary, tags, operationId } of operations) {
      expect(summary, operationId).to.match(/\w/)
      expect(tags, operationId).to.have.length(1)
    }
    const names = operations.map(({ operationId }) => operationId)
    expect(new Set(names).size).to.equal(names.length)
  })

  it('explains every code that can be answered', () => {
    const declared = [...apiRoutes, ...rootRoutes].flatMap(({ terms }) => terms.problems ?? [])
    const documented = new Set([...declared, ...Object.keys({ ...codesOfAll, ...codesOfCallers })])
    const thrown = new Set(sources().flatMap(([, text]) => [...text.matchAll(refusal)].map(([, code]) => code ?? '')))
    expect(thrown.size).to.be.above(100)
    expect([...thrown].filter((code) => !documented.has(code) && !elsewhere.includes(code))).to.deep.equal([])
  })

  it('shows the wire side, once per name, and none of our marks', () => {
    const { schemas } = document.components
    expect(schemas.Message.properties.at).to.deep.equal({ type: 'string', format: 'date-time' })
    expect(schemas.Conversation.properties.waitingSince).to.deep.equal({
      type: ['string', 'null'],
      format: 'date-time',
    })
    expect(Object.keys(schemas).filter((name) => /Output|Input|\d$/.test(name))).to.deep.equal([])
    expect(JSON.stringify(document)).not.to.match(/"(mark|rawBody|rawReply)":/)
  })

  it('bounds every text, list and number that comes in', () => {
    const unbounded: string[] = []
    const look = (schema: any, path: string) => {
      if (schema === null || typeof schema !== 'object') return
      if (!isBounded(schema)) unbounded.push(path)
      for (const [key, inner] of Object.entries(schema)) look(inner, `${path}/${key}`)
    }
    for (const [path, methods] of Object.entries<any>(document.paths))
      for (const [method, { requestBody, parameters }] of Object.entries<any>(methods))
        look({ requestBody, parameters }, `${method} ${path}`)
    look(document.components.schemas.Outgoing, 'Outgoing')
    expect(unbounded).to.deep.equal([])
  })
})

const refusal = /(?:new Problem\(\s*'[a-z_]+',\s*|(?:conflict|missing|invalid|busy)\(\s*)'([a-z_0-9]+)'/g

/** Of sockets, of schedules, of the command line, and of machines that did not speak: that is an answer of theirs. */
const elsewhere = [
  ...['going_away', 'gone', 'no_such_command', 'no_such_stream', 'not_subscribed', 'rate_limited', 'slow_consumer'],
  ...['stale', 'too_many_sockets', 'too_many_streams', 'message_missing'],
  ...['exists', 'no_operator', 'operator_exists', 'restore_unfinished', 'unknown_control', 'slug_taken'],
  ...['not_for_machines', 'answered_lately'],
]

const root = join(import.meta.dirname, '../..')
const sources = () =>
  ['server', 'store', 'actors', 'realtime', 'kernel'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/^(embedded|main\/cli|main\/demo)\//.test(file))
      .map((file) => [file, readFileSync(join(root, folder, file), 'utf8')] as const),
  )

function isBounded({ type, format, maxLength, maxItems, pattern, ...rest }: any) {
  const types = [type ?? []].flat()
  if (types.includes('array')) return maxItems !== undefined
  const isFixed = 'enum' in rest || 'const' in rest || format === 'date-time' || format === 'binary'
  return !types.includes('string') || isFixed || maxLength !== undefined || pattern !== undefined
}
