import { expect } from 'chai'
import {
  guard,
  type Guarded,
  guardNames,
  type Leaving,
  noRules,
  type Rules,
  type Verdict,
} from '../../actors/conversation/guards.ts'
import { noTerms, type Terms } from '../../kernel/consent.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { TemplateWords } from '../../kernel/template.ts'
import { decided } from '../../server/why-words.ts'

const now = Date.UTC(2026, 0, 6, 12)
const night = Date.UTC(2026, 0, 6, 23)
const account = { provider: 'whatsapp', name: 'WhatsApp', isActive: true, account: 'waba', knowsTemplates: true }
const channels = [{ id: 'ch1', kind: 'whatsapp' as const, ...account }]
const settings = { ...defaultSettings, timezone: 'Europe/London', channels, templates: [] }

const leaving = (change: Partial<Leaving> = {}): Leaving => ({
  messageId: 'msg_1',
  channelId: 'ch1',
  kind: 'whatsapp',
  to: '4915112345678',
  class: 'marketing',
  content: { kind: 'text', text: 'Spring is here' },
  windowExpiresAt: now + 30 * 3_600_000,
  ...change,
})
const person = (terms: Partial<Terms> = {}, rules: Partial<Rules> = {}): Guarded => ({
  rules: { ...noRules, terms: { ...noTerms, consents: { 'whatsapp/marketing': 'granted' }, ...terms }, ...rules },
  outgoing: [],
})
const asked = (state: Guarded, message: Partial<Leaving> = {}, at = now): Verdict =>
  guard(state, leaving(message), { now: at, settings })

const at = now - 1_000
const suppressed = (reason: 'stop' | 'hard_bounce', address: string | null = null): Partial<Terms> => ({
  suppressed: [{ channel: 'whatsapp', address, reason, at }],
})
const told = [{ about: 'bk_1/reminder', messageId: 'msg_0' }]

/** For each reason a message that it keeps from leaving, and what it says. */
const reasons: Record<string, [Guarded, Partial<Leaving>, 'refused' | 'deferred', code: string | undefined, number?]> =
  {
    blocked: [person({ isBlocked: true }), { class: 'conversational' }, 'refused', 'person_blocked'],
    restricted: [
      person({ isRestricted: true }),
      { class: 'conversational', isOfMachine: true },
      'refused',
      'person_restricted',
    ],
    archived: [person({ isArchived: true }), { class: 'transactional' }, 'refused', 'person_archived'],
    suppressed: [person(suppressed('stop')), {}, 'refused', 'address_suppressed'],
    consent: [person({ consents: {} }), {}, 'refused', 'consent_missing'],
    quiet_hours: [person(), {}, 'deferred', undefined, night],
    frequency_cap: [person({}, { marketingAt: [at, at, at] }), {}, 'refused', 'frequency_cap'],
    window: [person(), { windowExpiresAt: at, class: 'conversational' }, 'refused', 'wa_window_closed'],
    template: [
      person(),
      { content: { kind: 'template', name: 'spring', language: 'en', parameters: [] }, class: 'conversational' },
      'refused',
      'template_unknown',
    ],
    pair_rate: [person({}, { spokenAt: { whatsapp: at } }), {}, 'deferred', undefined],
    content: [
      person(),
      { kind: 'sms', content: { kind: 'location', latitude: 1, longitude: 1 }, class: 'conversational' },
      'refused',
      'not_carried',
    ],
    machine_answer: [
      person({}, { mailAnsweredAt: at }),
      { kind: 'email', class: 'conversational', isOfMachine: true },
      'refused',
      'answered_lately',
    ],
    already_told: [person({}, { told }), { about: 'bk_1/reminder', class: 'transactional' }, 'refused', 'already_told'],
  }

describe('what may be said', () => {
  it('is what staff answer, also to whose data rests and who was put aside', () => {
    const state = person({ isRestricted: true, isArchived: true })
    expect(asked(state, { class: 'conversational' }).is).to.equal('passed')
  })

  it('has a reason for each guard, in their order', () => {
    expect(Object.keys(reasons)).to.deep.equal(guardNames)
  })

  for (const [name, [state, message, is, code, when]] of Object.entries(reasons))
    it(`is kept back by ${name}, in exactly one decision that names it`, () => {
      const verdict = asked(state, message, when)
      if (verdict.is === 'passed') throw new Error('it passed')
      expect(verdict.is).to.equal(is)
      expect(verdict.decision).to.deep.include({ rule: `guard.${name}@1`, outcome: is })
      expect(verdict.decision.facts).to.include({ messageId: 'msg_1' })
      if (verdict.is === 'refused') expect(verdict.problem.code).to.equal(code)
      const says = decided(verdict.decision.rule, verdict.decision.outcome, verdict.decision.facts)
      expect(says, 'in words').to.match(is === 'refused' ? / not sent|^Not sent/ : /^It waits until 2026/)
      expect(says).not.to.match(/undefined|guard/)
    })

  it('leaves no decision where nothing is against it, and counts', () => {
    const verdict = asked(person(), { about: 'news/7' })
    if (verdict.is !== 'passed') throw new Error(JSON.stringify(verdict.decision))
    expect(verdict).not.to.have.property('decision')
    expect(verdict.rules).to.deep.include({ marketingAt: [now], spokenAt: { whatsapp: now } })
    expect(verdict.rules.told).to.deep.equal([{ about: 'news/7', messageId: 'msg_1' }])
  })

  it('names the first of several reasons alone', () => {
    const state = person({ isBlocked: true, consents: {}, ...suppressed('stop') })
    expect(asked(state, {}, night)).to.have.nested.property('decision.rule', 'guard.blocked@1')
  })

  it('of a colleague is held by a block and by the channel alone', () => {
    const state = person(
      { consents: {}, ...suppressed('stop') },
      { marketingAt: [at, at, at], spokenAt: { whatsapp: at } },
    )
    expect(asked(state, { class: 'conversational' }, night)).to.have.property('is', 'passed')
  })

  it('of what somebody has ordered goes at night, without consent and after a STOP, but not on SMS', () => {
    const state = person({ consents: {}, ...suppressed('stop') })
    expect(asked(state, { class: 'transactional' }, night)).to.have.property('is', 'passed')
    const sms = person({ suppressed: [{ channel: 'sms', address: null, reason: 'stop', at }] })
    expect(asked(sms, { class: 'transactional', kind: 'sms' })).to.have.nested.property('decision.facts.reason', 'stop')
    const no = person({ consents: { 'whatsapp/transactional': 'revoked' } })
    expect(asked(no, { class: 'transactional' })).to.have.nested.property('decision.rule', 'guard.consent@1')
  })

  it('waits for the morning of the person, not of the business', () => {
    const state = person({ timezone: 'Asia/Kolkata' })
    const verdict = asked(state, {}, Date.UTC(2026, 0, 6, 16))
    expect(verdict).to.include({ is: 'deferred', until: Date.UTC(2026, 0, 7, 2, 30) })
    expect(asked(state, {}, Date.UTC(2026, 0, 7, 2, 30))).to.have.property('is', 'passed')
  })

  it('asks a bounce of its own address alone', () => {
    const state = person(suppressed('hard_bounce', '4915112345678'))
    expect(asked(state, { to: '+49 151 12345678' })).to.have.nested.property('decision.facts.reason', 'hard_bounce')
    expect(asked(state, { to: '4915199999999' })).to.have.property('is', 'passed')
  })

  it('hears a STOP at once, and a START, whatever the person’s actor still says', () => {
    const stop = person({ wordN: 3 }, { word: { n: 4, kind: 'whatsapp', isStop: true } })
    expect(asked(stop)).to.have.nested.property('decision.rule', 'guard.suppressed@1')
    const start = person({ ...suppressed('stop'), wordN: 3 }, { word: { n: 4, kind: 'whatsapp', isStop: false } })
    expect(asked(start)).to.have.property('is', 'passed')
    const old = person({ ...suppressed('stop'), wordN: 5 }, { word: { n: 4, kind: 'whatsapp', isStop: false } })
    expect(asked(old)).to.have.nested.property('decision.rule', 'guard.suppressed@1')
  })

  it('is told again where it did not arrive', () => {
    const state = { ...person({}, { told }), outgoing: [{ id: 'msg_0', status: 'failed' }] }
    expect(asked(state, { about: 'bk_1/reminder', class: 'transactional' })).to.have.property('is', 'passed')
  })

  describe('by a machine, in answer to a mail', () => {
    const mail = { kind: 'email', class: 'conversational', isOfMachine: true } as const
    const hours = 3_600_000
    const before = (ms: number) => person({}, { mailAnsweredAt: now - ms })
    const silent = { ...person(), lastIn: { isSilent: true } }
    const cases: [what: string, state: Guarded, message: Partial<Leaving>, outcome: string][] = [
      ['goes where none went before', person(), mail, 'passed'],
      ['goes to nobody twice within a day', before(24 * hours - 1), mail, 'answered_lately'],
      ['goes again after a day', before(24 * hours), mail, 'passed'],
      ['goes to no machine, list or forged sender', silent, mail, 'not_for_machines'],
      ['goes there all the same by a colleague', silent, { ...mail, isOfMachine: false }, 'passed'],
      ['counts answers alone: what was ordered goes', before(1), { ...mail, class: 'transactional' }, 'passed'],
      ['counts mails alone', before(1), { ...mail, kind: 'whatsapp' }, 'passed'],
    ]
    for (const [what, state, message, outcome] of cases)
      it(what, () => {
        const verdict = asked(state, message)
        expect(verdict.is === 'refused' ? verdict.problem.code : verdict.is).to.equal(outcome)
        if (verdict.is === 'passed' && message.isOfMachine && message.kind === 'email')
          expect(verdict.rules.mailAnsweredAt === now).to.equal(message.class === 'conversational')
      })

    it('goes every time where the business says so', () => {
      const contact = { ...settings.contact, mailAnswerHours: 0 }
      const verdict = guard(before(1), leaving(mail), { now, settings: { ...settings, contact } })
      expect(verdict.is).to.equal('passed')
    })
  })

  it('takes no free text to who never wrote, and a template always', () => {
    expect(asked(person(), { windowExpiresAt: undefined })).to.have.nested.property('decision.rule', 'guard.window@1')
    const content = { kind: 'template' as const, name: 'spring', language: 'en', parameters: [] }
    const known = { accountId: 'waba', name: 'spring', language: 'en', category: 'utility' as const, isForeign: false }
    const words = TemplateWords.parse({ body: 'Spring is here' })
    const templates = [{ ...known, status: 'approved' as const, rejectReason: null, words }]
    const late = { windowExpiresAt: undefined, content }
    const by = (told: object) => guard(person(), leaving(late), { now, settings: { ...settings, ...told } }).is
    expect(by({ templates })).to.equal('passed')
    expect(by({ templates: [] }), 'unknown to WhatsApp').to.equal('refused')
    const [channel] = channels.map((one) => ({ ...one, knowsTemplates: false }))
    expect(by({ templates: [], channels: [channel] }), 'WhatsApp was never asked: it decides').to.equal('passed')
    expect(by({ templates: [{ ...templates[0], accountId: 'another' }] }), 'of another account').to.equal('refused')
  })
})
