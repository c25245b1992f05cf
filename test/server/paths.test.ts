import { expect } from 'chai'
import { Paths } from '../../server/http/paths.ts'
import { post, raw } from '../../server/http/route.ts'
import { type Opened, open } from './parts.ts'

describe('the way to a route', () => {
  const paths = new Paths<string>()
  paths.add('get', '/users', 'all')
  paths.add('get', '/users/me', 'me')
  paths.add('get', '/users/:id', 'one')
  paths.add('get', '/users/late', 'never')
  paths.add('get', '/users/:id/files/:fileId', 'file')
  const to = (path: string, method = 'GET') => paths.find(method, path)

  it('is the first that fits, with what its names stand for', () => {
    expect(to('/users')).to.deep.equal({ path: '/users', params: {}, handler: 'all' })
    expect(to('/users/me')?.handler).to.equal('me')
    expect(to('/users/late')).to.deep.equal({ path: '/users/:id', params: { id: 'late' }, handler: 'one' })
    expect(to('/users/u1/files/f1')?.params).to.deep.equal({ id: 'u1', fileId: 'f1' })
    expect(to('/users/__proto__')?.params.id).to.equal('__proto__')
  })

  it('is left to the router where it is written unusually, or is none', () => {
    const odd = [
      '/USERS',
      '/users/',
      '/users/ME',
      '/users/%6de',
      '/users//files/f1',
      '//users',
      'users',
      '/',
      '',
      '/people',
    ]
    for (const path of odd) expect(to(path), path).to.equal(undefined)
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'get']) expect(to('/users', method), method).to.equal(undefined)
  })

  describe('of a server', () => {
    let at: Opened
    before(async () => void (at = await open()))
    after(() => at.close())

    it('leads the same way however it is written', async () => {
      const terms = { allow: 'public', limit: 'none', reply: raw('text/plain') } as const
      const echo = post('/echo/:id', terms, ({ params }) => ({
        type: 'text/plain; charset=utf-8',
        body: params.id,
      }))
      const measured: string[] = []
      const http = await at.serve({
        routes: { api: [], root: [echo] },
        parts: { measured: ({ route }) => void measured.push(route) },
      })
      for (const path of ['/echo/e1', '/ECHO/e1', '/echo/e1/', '/echo/%651', '/echo/e1?x=%65']) {
        const { status, text, headers } = await http.ask('POST', path)
        expect([status, text, headers.get('cache-control')], path).to.deep.equal([200, 'e1', 'no-store'])
      }
      expect(measured).to.deep.equal(Array(5).fill('/echo/:id'))
      expect((await http.ask('POST', '/echo/%20')).status, 'no id').to.equal(404)
      await http.close()
    })
  })
})
