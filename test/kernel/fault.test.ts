import { expect } from 'chai'
import { csvLine } from '../../kernel/csv.ts'
import { faultOf } from '../../kernel/fault.ts'

describe('what is kept of an unexpected error', () => {
  const stack = (first: string) =>
    `${first}
    at Object.insertOne (file:///srv/app/node_modules/mongodb/lib/collection.js:10:5)
    at async StoredFiles.keep (file:///srv/app/store/files.ts:88:11)
    at async post (/srv/app/server/routes/files.ts:40:3)`

  it('is where it happened, the same after other lines were changed', () => {
    const fault = faultOf(
      { name: 'MongoServerError', code: 11_000, stack: stack('MongoServerError: dup') },
      'request failed',
    )
    expect(fault).to.deep.include({
      name: 'MongoServerError',
      code: '11000',
      message: null,
      place: 'async StoredFiles.keep store/files.ts',
    })
    expect(fault.stack[1]).to.equal('async StoredFiles.keep store/files.ts:88')
    const moved = stack('MongoServerError: dup').replace('88:11', '97:2')
    const same = faultOf({ name: 'MongoServerError', code: 11_000, stack: moved }, 'request failed')
    expect(same.fingerprint).to.equal(fault.fingerprint)
    const elsewhere = faultOf({ name: 'MongoServerError', code: 11_000, stack: moved }, 'actor fault')
    expect(elsewhere.fingerprint).not.to.equal(fault.fingerprint)
  })

  it('is nothing that a person wrote', () => {
    const secrets = ['Amina Benali', '+49 151 2345678', 'amina@clinic.test', 'I feel unwell']
    const errors = secrets.flatMap((secret) => [
      { name: 'Error', stack: stack(`Error: no answer to ${secret}`) },
      { name: 'TypeError', stack: stack(`TypeError: Cannot read properties of undefined (reading '${secret}')`) },
      { name: 'AssertionError', stack: stack(`AssertionError: expected "${secret}"\n  + actual ${secret}`) },
      { name: secret, code: secret, stack: `${secret}\n    at ${secret} (https://care.test/assets/${secret}.js:1:2)` },
      { name: 'TypeError', stack: `${secret}@https://care.test/inbox?name=${secret}:1:2` },
    ])
    for (const error of errors) {
      const said = JSON.stringify(faultOf(error, 'client'))
      for (const secret of secrets) expect(said, error.stack).not.to.contain(secret)
    }
    const known = faultOf(
      { name: 'TypeError', stack: stack("TypeError: Cannot read properties of undefined (reading 'x')") },
      's',
    )
    expect(known.message).to.equal('Cannot read properties of undefined (reading …)')
  })

  it('is read from every browser', () => {
    const chromium = {
      name: 'TypeError',
      stack: 'TypeError: x\n    at go (https://care.test/assets/inbox-Ab12_d-9.js:1:23)',
    }
    const firefox = { name: 'TypeError', stack: 'go@https://care.test/assets/inbox-Ab12_d-9.js:1:23' }
    for (const error of [chromium, firefox]) expect(faultOf(error, 'client').place).to.equal('go assets/inbox.js')
    expect(faultOf({ name: 'Error' }, 'client')).to.deep.include({ place: '', stack: [] })
  })
})

describe('a line of a CSV file', () => {
  it('keeps its cells apart, whatever is in them', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 7, -7, true, null, undefined])).to.equal(
      '"a,b","say ""x""","two\nlines",7,-7,true,,\r\n',
    )
  })

  it('lets no text be run', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'])
      expect(csvLine([text]).replace(/^"/, ''), text).to.match(/^'/)
    for (const text of ['a=1', '1-2', 'x@y', "'"]) expect(csvLine([text])).to.equal(`${text}\r\n`)
  })
})
