import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { errorOf, errorOfStatus, MetaError } from '../../../providers/whatsapp/errors.ts'

const table: { code: number; name: string; action: string }[] = JSON.parse(
  readFileSync(new URL('fixtures/error-codes.json', import.meta.url), 'utf8'),
)

// The table's own words, in the order in which they are to be understood.
const meanings: [RegExp, string][] = [
  [/template needed/, 'template_needed'],
  [/spam rate|messaging limit|24 h|registration limit/, 'cool_off'],
  [/allow list/, 'never'],
  [/auth|permission|token|stop channel|^config/, 'broken'],
  [/retry with|retry once|retry few|retry later|^retry|re-upload once/, 'retry'],
  [/./, 'never'],
]

describe('WhatsApp: the errors', () => {
  it('has read the table', () => {
    expect(table.length).to.be.greaterThan(40)
  })

  for (const { code, name, action } of table)
    it(`${code} ${name}: ${action}`, () => {
      const meant = meanings.find(([words]) => words.test(action))?.[1]
      const error = errorOf({ code, title: name })
      expect(error.action).to.equal(meant)
      expect(error.providerCode).to.equal(code)
      expect(error.code).to.match(/^[a-z]+(_[a-z]+)*$/)
    })

  /** By sample: what it is in our words. */
  const samples = {
    'http-100': ['invalid_request', 'never'],
    'http-131026': ['undeliverable', 'never'],
    'http-131047': ['window_closed', 'template_needed'],
    'http-132000': ['template_parameters_mismatch', 'never'],
    'http-132001': ['template_unknown', 'never'],
    'http-132015': ['template_paused', 'never'],
    'window-closed': ['window_closed', 'template_needed'],
  }
  it('is read as Meta writes it, in an answer and in a status', () => {
    const url = new URL('fixtures/errors.json', import.meta.url)
    const published: Record<string, any> = JSON.parse(readFileSync(url, 'utf8'))
    const found = Object.entries(published).map(([name, { httpStatus, body, statusError }]) => {
      const { code, action, title } = errorOf(MetaError.parse(body?.error ?? statusError), httpStatus)
      expect(title, name).to.match(/^[A-Z][^#]+$/)
      return [name, [code, action]]
    })
    expect(Object.fromEntries(found)).to.deep.equal(samples)
  })

  it('goes by the code, whatever the title says', () => {
    expect(errorOf({ code: 131047, title: 'Rate limit hit' }).code).to.equal('window_closed')
    expect(errorOf({ code: 131026, title: 'Re-engagement message' }).action).to.equal('never')
  })

  it('lets the HTTP status speak for a code that nobody knows', () => {
    const actions = [400, 401, 403, 404, 429, 500, 503].map((status) => errorOf({ code: 999_999 }, status).action)
    expect(actions).to.deep.equal(['never', 'broken', 'broken', 'never', 'retry', 'retry', 'retry'])
    expect(errorOf({ code: 999_999 }).action, 'failed by webhook').to.equal('never')
  })

  it('lets the HTTP status speak where Meta did not', () => {
    expect(errorOfStatus(429, 3_000)).to.deep.include({ action: 'retry', retryAfterMs: 3_000, providerCode: null })
    expect(errorOfStatus(401).action).to.equal('broken')
  })

  it('takes a number id that does not exist for a broken channel, another wrong parameter not', () => {
    expect(errorOf({ code: 100, error_subcode: 33 }).action).to.equal('broken')
    expect(errorOf({ code: 100 }).action).to.equal('never')
    expect(errorOf({ code: 210 }).action, 'a missing permission').to.equal('broken')
  })

  it("tells the provider's own reason once, without its number and without secrets", () => {
    const details = 'Message failed to send because more than 24 hours have passed.'
    const window = { code: 131047, message: '(#131047) Re-engagement message', error_data: { details } }
    expect(errorOf(window).title).to.equal(`Re-engagement message: ${details}`)
    const twice = {
      code: 131026,
      message: '(#131026) Message undeliverable',
      error_data: { details: 'Message Undeliverable.' },
    }
    expect(errorOf(twice).title).to.equal('Message undeliverable')
    expect(errorOf({ code: 190, message: `Malformed access token ${'EAAG'.repeat(20)}` }).title).to.equal(
      'Malformed access token …',
    )
    expect(errorOf({ code: 5 }).title).to.equal('Error 5')
    expect(errorOf({ code: 5, title: 'words '.repeat(1_000) }).title).to.have.length(500)
  })

  it('waits before a second message to the same person, a day after the marketing cap, and as long as Meta asks', () => {
    expect(errorOf({ code: 131056 }).retryAfterMs).to.equal(6_000)
    expect(errorOf({ code: 131049 }).retryAfterMs).to.equal(86_400_000)
    expect(errorOf({ code: 130429 }, 429, 1_500).retryAfterMs).to.equal(1_500)
    expect(errorOf({ code: 131026 }, 400, 1_500)).not.to.have.property('retryAfterMs')
  })
})
