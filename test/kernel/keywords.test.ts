import { expect } from 'chai'
import { Outgoing } from '../../kernel/content.ts'
import { ratingWords } from '../../kernel/rating-words.ts'
import { complianceReply, languageOf } from '../../kernel/compliance-replies.ts'
import { complianceOf, pickOf, plain, triggerOf } from '../../kernel/keywords.ts'

const wordOf = (text: string, kind: 'sms' | 'whatsapp' = 'whatsapp', isOut = false) =>
  complianceOf(text, kind, isOut)?.word

describe('words with a meaning of their own', () => {
  it('have one form, whatever the keyboard made of them', () => {
    expect(plain('  ＳＴＯＰ !! ')).to.equal('stop')
    expect(plain('Stop\u200b.')).to.equal('stop')
    expect(plain('«Arrêt»')).to.equal('arrêt')
    expect(plain('opt-out')).to.equal('opt out')
    expect(plain('👍')).to.equal('')
  })

  it('of the law are the whole message, in any language', () => {
    for (const said of [
      'STOP',
      'stop.',
      'Unsubscribe',
      'Abmelden!',
      'désabonner',
      'darme de baja',
      'uitschrijven',
      'ferma',
      'sair',
    ])
      expect(wordOf(said), said).to.equal('stop')
    for (const said of ['please stop by tomorrow', 'do not stop', 'stop it, I like it', '', '🛑'])
      expect(wordOf(said), said).to.equal(undefined)
    expect(complianceOf('Hilfe', 'whatsapp', false)).to.deep.equal({ word: 'help', language: 'de' })
  })

  it('of carriers count on SMS alone: elsewhere CANCEL, END and YES answer questions', () => {
    for (const said of ['cancel', 'END', 'Quit', 'revoke']) {
      expect(wordOf(said, 'sms'), said).to.equal('stop')
      expect(wordOf(said, 'whatsapp'), said).to.equal(undefined)
    }
  })

  it('say yes again only to who had said STOP', () => {
    for (const said of ['yes', 'START', 'unstop']) {
      expect(wordOf(said, 'sms', false), said).to.equal(undefined)
      expect(wordOf(said, 'sms', true), said).to.equal('start')
    }
    expect(wordOf('yes', 'whatsapp', true)).to.equal(undefined)
  })

  it('start something as the first of three words, and as no later one', () => {
    expect(triggerOf('skip today please')).to.deep.equal({ word: 'skip', language: 'en' })
    expect(triggerOf('Erledigt!')).to.deep.equal({ word: 'done', language: 'de' })
    expect(triggerOf('help')).to.deep.equal({ word: 'help', language: 'en' })
    expect(triggerOf('sla over')).to.deep.equal({ word: 'skip', language: 'nl' })
    expect(triggerOf('done is better than perfect')).to.equal(undefined)
    expect(triggerOf('not done')).to.equal(undefined)
  })

  it('pick one of several by number or label', () => {
    const choices = [{ title: 'Monday, 9:00' }, { title: 'Tuesday' }]
    expect(pickOf('2.', choices)).to.equal(choices[1])
    expect(pickOf(' monday 9 00', choices)).to.equal(choices[0])
    for (const said of ['3', '0', '22', 'tues', '1 or 2', '']) expect(pickOf(said, choices), said).to.equal(undefined)
    expect(pickOf('same', [{ title: 'Same' }, { title: 'same!' }])).to.equal(undefined)
  })

  it('are answered in the language in which they came', () => {
    expect(complianceReply('stop', 'de', '')).to.match(/START/)
    expect(complianceReply('help', 'en', 'Care & Co, +49 30 1.')).to.match(/^Care & Co, \+49 30 1\. .*STOP/)
    expect(languageOf('pt-BR')).to.equal('pt')
    expect(languageOf('zz')).to.equal('en')
    expect(languageOf(null)).to.equal('en')
    expect(languageOf('pl-PL', 'nl'), 'theirs has no words: the business’s').to.equal('nl')
    expect(languageOf('ar', 'nl')).to.equal('ar')
  })

  it('ask how it was in words that fit a list of WhatsApp', () => {
    for (const [language, { question, button, scores }] of Object.entries(ratingWords)) {
      const rows = scores.map((title, nth) => ({ id: String(nth), title: `★★★★★ ${title}` }))
      const list = { kind: 'list', text: question, button, rows }
      expect(Outgoing.safeParse(list).success, language).to.equal(true)
      expect(new Set(scores).size, language).to.equal(5)
    }
  })
})
