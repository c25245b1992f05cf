import { expect } from 'chai'
import { formOf, signatureOf, verifyBody, verifySignature } from '../../../providers/twilio/signature.ts'

// Published by Twilio with its libraries (MIT): twilio-python tests/unit/test_request_validator.py at 306691e, twilio-go
// client/request_validator_test.go at d858acd. The token of all of them is 12345.
const token = '12345'
const call = 'CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309'
const https = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const vectors: [what: string, url: string, signature: string, isValid: boolean][] = [
  ['http, signed with :80', 'http://mycompany.com/myapp.php?foo=1&bar=2', '0ZXoZLH/DfblKGATFgpif+LLRf4=', true],
  ['http with a port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=', true],
  ['signed without its port', 'https://mycompany.com:1234/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', true],
  ['https, signed with :443', https, 'kvajT1Ptam85bY51eRf/AJRuM3w=', true],
  ['a wrong signature', https, 'WRONG SIGNATURE', false],
  ['none', https, '', false],
]
const json = '{"property": "value", "boolean": true}'
const withHash = `${https}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`

describe('a signature of Twilio', () => {
  for (const [what, url, signature, isValid] of vectors)
    it(`${isValid ? 'holds' : 'does not hold'}: ${what}`, () => {
      expect(verifySignature(url, formOf(call), signature, token)).to.equal(isValid)
      expect(verifySignature(url, formOf(`${call}&Digits=1`), signature, token), 'another form').to.equal(false)
      expect(verifySignature(url, formOf(call), signature, 'another token')).to.equal(false)
    })

  it('holds over a body that is no form by its hash in the address', () => {
    const signature = 'a9nBmqA0ju/hNViExpshrM61xv4='
    expect(verifyBody(withHash, Buffer.from(json), signature, token)).to.equal(true)
    expect(verifyBody(withHash, Buffer.from(`${json} `), signature, token), 'another body').to.equal(false)
    expect(verifyBody(https, Buffer.from(json), 'vOEb5UThFn24KEfnOFLQY2AE5FY=', token), 'no hash').to.equal(false)
  })

  it('covers fields that come several times, in any order', () => {
    const once = signatureOf(https, formOf('a=2&a=1&b=x'), token)
    expect(verifySignature(https, formOf('b=x&a=1&a=2'), once, token)).to.equal(true)
    expect(verifySignature(https, formOf('b=x&a=1'), once, token)).to.equal(false)
    expect(formOf('__proto__=1&constructor=2')).to.have.property('constructor', '2')
  })
})
