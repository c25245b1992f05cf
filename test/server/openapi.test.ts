import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { apiRoutes, rootRoutes } from '../../server/routes/index.ts'
import { type Opened, open, type Served } from './parts.ts'

const kept = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8'))

describe('the OpenAPI document', () => {
  let at: Opened
  let http: Served
  let document: any
  before(async function () {
    this.timeout(20_000)
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

function isBounded({ type, format, maxLength, maxItems, pattern, ...rest }: any) {
  const types = [type ?? []].flat()
  if (types.includes('array')) return maxItems !== undefined
  const isFixed = 'enum' in rest || 'const' in rest || format === 'date-time' || format === 'binary'
  return !types.includes('string') || isFixed || maxLength !== undefined || pattern !== undefined
}
