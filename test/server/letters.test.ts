import { expect } from 'chai'
import { SecurityChange } from '../../actors/letterbox/contract.ts'
import { pageOf } from '../../server/letters/page.ts'
import { wordsOf } from '../../server/letters/words.ts'

describe('letters about how somebody signs in', () => {
  const link = 'https://care.example/settings/account'
  const written = (what: SecurityChange, tag: string, ip: string | null) => {
    const { words, language } = wordsOf({ about: 'security', what, link, ip }, tag)
    return { language, ...pageOf(words, link, language) }
  }

  it('say each change in the language of the workspace, and where it came from', () => {
    const subjects = new Set<string>()
    for (const what of SecurityChange.options)
      for (const tag of ['en-GB', 'de-AT']) {
        const letter = written(what, tag, '203.0.113.7')
        subjects.add(letter.subject)
        expect(letter.language).to.equal(tag.slice(0, 2))
        for (const page of [letter.text, letter.html]) expect(page, what).to.include('203.0.113.7').and.include(link)
      }
    expect(subjects).to.have.length(2 * SecurityChange.options.length)
    expect(written('app_added', 'en', null).text).not.to.match(/null|undefined|address/)
  })
})
