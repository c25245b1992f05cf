import { expect } from 'chai'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import { principal } from '../../actors/runtime/system.ts'
import { user } from '../../actors/user/contract.ts'
import { noProof } from '../../kernel/consent.ts'
import { given } from '../harness/given.ts'
import { inbound, provider, staff, stages } from '../harness/stage.ts'

const on: any = conversationActor.on
const { initial } = conversationActor
const now = Date.UTC(2026, 0, 5, 9)
const machine = { role: 'automation', id: 'booking', depth: 0 } as const
const at = (change: object = {}) => given({ now, ...change })
const rulesOf = (change: any) => (change.decisions ?? []).map(({ rule, outcome }: any) => `${rule} ${outcome}`)
const typesOf = (change: any) => (change.events ?? []).map(({ type }: any) => type)
const sentBy = (change: any) =>
  change.tells.filter(({ message }: any) => message === 'enqueue').map(({ input }: any) => input.content)
const heard = (state: any, n: number, text: string, change: object = {}) =>
  on.receive(state, { ...inbound(n, text), ...change }, at())

const question = (
  state: any,
  choices = [
    { id: 'mon', title: 'Monday' },
    { id: 'tue', title: 'Tuesday' },
  ],
  id = 'a',
) =>
  on.ask(
    state,
    {
      for: { kind: 'booking', ref: `bk_${id}` },
      text: 'When?',
      choices,
      expiresAt: now + 3_600_000,
      class: 'transactional',
    },
    at({ by: machine, newId: (prefix: string) => `${prefix}_${id}`, now: now + (id === 'a' ? 0 : 60_000) }),
  )

describe('what is understood', () => {
  const known = heard(initial, 1, 'hello').state

  it('STOP is answered once, in its language, told to the person’s actor, and asks nothing of the staff', () => {
    const seen = on.read(known, { upTo: 1 }, at()).state
    const stop = heard({ ...seen, waitingSince: null }, 2, 'Stopp!')
    expect(rulesOf(stop)).to.deep.equal(['understand.compliance@1 stop'])
    expect(typesOf(stop)).to.include('word.heard')
    expect(sentBy(stop)).to.have.length(1)
    expect(sentBy(stop)[0].text).to.match(/^Sie erhalten .* START/)
    const told = stop.tells.find(({ message }: any) => message === 'heardWord')
    expect(told.input).to.deep.include({
      n: 2,
      word: 'stop',
      channel: 'whatsapp',
      text: 'Stopp!',
      address: '4915112345678',
    })
    expect(stop.state).to.include({ unread: 0, waitingSince: null })
    expect(sentBy(heard(stop.state, 3, 'stop'))).to.deep.equal([])
  })

  const ways = [
    ['whatsapp', 'ch1', '4915112345678'],
    ['sms', 'ch_sms', '+4915112345678'],
    ['email', 'ch_mail', 'pat@mail.test'],
    ['app', 'ch_app', 'usr_pat'],
  ] as const
  for (const [kind, channelId, address] of ways)
    it(`STOP by ${kind} is answered there, in one decision, and ends there what is no answer`, () => {
      const account = { provider: 'x', name: 'x', isActive: true }
      const channels = ways.map(([of, id]) => ({ id, kind: of, ...account }))
      const here = { settings: { ...given().settings, channels } }
      const content =
        kind === 'email' ? { kind: 'email', subject: 'Re: offers', text: 'Stop.' } : { kind: 'text', text: 'Stop.' }
      const first = on.receive(initial, { ...inbound(1), channelId, address }, at(here)).state
      const stop = on.receive(first, { ...inbound(2), channelId, address, content }, at(here))
      expect(rulesOf(stop)).to.deep.equal(['understand.compliance@1 stop'])
      expect(
        stop.tells.filter(({ message }: any) => message === 'enqueue').map(({ id, input }: any) => [id, input.to]),
      ).to.deep.equal([[channelId, address]])
      const word = stop.tells.find(({ message }: any) => message === 'heardWord').input
      expect(word).to.include({ word: 'stop', channel: kind, address })
      const consents = Object.fromEntries(ways.map(([of]) => [`${of}/marketing`, 'granted']))
      const state = { ...stop.state, rules: { ...stop.state.rules, terms: { ...stop.state.rules.terms, consents } } }
      const says = (purpose: string) =>
        on.say(
          state,
          { content: { kind: 'text', text: 'Spring' }, class: purpose, rule: 'news@1' },
          at({ ...here, by: machine }),
        )
      expect(rulesOf(says('marketing'))).to.deep.equal(['guard.suppressed@1 refused'])
      expect(sentBy(says('marketing'))).to.deep.equal([])
    })

  it('HELP is answered, and a person of the staff is still waited for', () => {
    const help = heard(known, 2, 'help')
    expect(sentBy(help)).to.have.length(1)
    expect(help.state.waitingSince).to.equal(now)
    expect(help.tells.some(({ message }: any) => message === 'heardWord')).to.equal(false)
  })

  describe('by mail', () => {
    const mailed = (state: any, n: number, text: string, more: object = {}) =>
      heard(state, n, text, {
        ...{ channelId: 'ch_mail', kind: 'email', address: 'nina@mail.test' },
        content: { kind: 'email', subject: 'Hello', text, isSilent: false, ...more },
      })
    const says = (state: any, hours: number, name = 'm') => {
      const words = { content: { kind: 'text', text: 'We answer soon.' }, class: 'conversational', rule: 'away@1' }
      const by = { by: machine, now: now + hours * 3_600_000, newId: (prefix: string) => `${prefix}_${name}` }
      return on.say(state, words, at(by))
    }
    /** How a mail came, and whether a machine may answer it. */
    const natures: [what: string, more: object, outcome: string, rules: string[]][] = [
      ['somebody', { nature: 'person' }, 'sent', ['away@1 sent']],
      ['an automatic answer', { nature: 'auto_reply', isSilent: true }, 'held', ['guard.machine_answer@1 refused']],
      ['a list', { nature: 'bulk', isSilent: true }, 'held', ['guard.machine_answer@1 refused']],
      ['a forged sender', { trust: 'failed', isSilent: true }, 'held', ['guard.machine_answer@1 refused']],
      ['no answer of ours, where only those count', { isSilent: true }, 'held', ['guard.machine_answer@1 refused']],
    ]
    for (const [what, more, outcome, rules] of natures)
      it(`a machine ${outcome === 'sent' ? 'answers' : 'does not answer'} ${what}`, () => {
        const change = says(mailed(initial, 1, 'Hello', more).state, 0)
        expect([change.reply.outcome, rulesOf(change)]).to.deep.equal([outcome, rules])
        expect(change.tells.filter(({ message }: any) => message === 'enqueue')).to.have.length(
          outcome === 'sent' ? 1 : 0,
        )
      })

    it('a machine answers the same sender once a day, and staff see what it did not say', () => {
      const first = says(mailed(initial, 1, 'Hello').state, 0)
      const again = says(mailed(first.state, 2, 'Still there?').state, 23, 'n')
      expect(again.reply).to.deep.include({ outcome: 'held', why: 'answered_lately' })
      expect(again.decisions[0].facts).to.include({ why: 'lately', hours: 24, channel: 'email' })
      const shown = again.events.find(({ type }: any) => type === 'message.created').data.message
      expect(shown.content).to.include({ what: 'held_back', text: 'We answer soon.', value: 'answered_lately' })
      expect(says(again.state, 25, 'o').reply.outcome).to.equal('sent')
    })

    it('HELP is answered once a day, for a machine may have said it; STOP always', () => {
      const help = mailed(initial, 1, 'help')
      expect(sentBy(help)).to.have.length(1)
      const again = mailed(help.state, 2, 'help')
      expect(sentBy(again)).to.have.length(0)
      expect(rulesOf(again)).to.include('guard.machine_answer@1 refused')
      expect(again.state.waitingSince, 'a person is waited for').to.equal(now)
      expect(sentBy(mailed(again.state, 3, 'stop'))).to.have.length(1)
    })
  })

  it('what the provider has answered is not answered again', () => {
    const stop = heard(known, 2, 'CANCEL', { optOut: 'stop' })
    expect(rulesOf(stop)).to.deep.equal(['understand.compliance@1 stop'])
    expect(sentBy(stop)).to.deep.equal([])
  })

  it('a question is answered by its own button, by number, or by label, and by nothing else', () => {
    const asked = question(known)
    expect(asked.reply).to.deep.equal({ questionId: 'qst_a', isAsked: true, why: null })
    expect(sentBy(asked)[0]).to.deep.include({ kind: 'buttons', text: 'When?' })
    const tap = (id: string) => ({ content: { kind: 'answer', of: 'button', id, title: 'Tuesday' } })
    for (const answer of [
      heard(asked.state, 2, '', tap('qst_a:tue')),
      heard(asked.state, 2, '2'),
      heard(asked.state, 2, ' tuesday!'),
    ]) {
      expect(rulesOf(answer)).to.deep.equal(['understand.question@1 answered'])
      const closed = answer.events.find(({ type }: any) => type === 'question.closed')
      expect(closed.data).to.include({
        questionId: 'qst_a',
        outcome: 'answered',
        choiceId: 'tue',
        messageId: 'msg_in2',
      })
      expect(answer.state.question).to.equal(null)
    }
    const other = heard(asked.state, 2, 'maybe Tuesday')
    expect(rulesOf(other)).to.deep.equal([])
    expect(other.state.question).not.to.equal(null)
  })

  it('a button of an earlier question answers nothing that was asked since', () => {
    const second = question(question(known).state, undefined, 'b')
    expect(typesOf(second)).to.include.members(['question.closed', 'question.asked'])
    const late = heard(second.state, 2, '', {
      content: { kind: 'answer', of: 'button', id: 'qst_a:tue', title: 'Tuesday' },
    })
    expect(rulesOf(late)).to.deep.equal(['understand.question@1 not_pending'])
    expect(late.state.question?.questionId).to.equal('qst_b')
    expect(late.state.unread).to.equal(second.state.unread + 1)
  })

  it('a question ends by itself, and is not put where nothing may be said', () => {
    const asked = question(known)
    const over = on.questionDue(asked.state, { questionId: 'qst_a' }, at())
    expect(over.events[0].data).to.include({ outcome: 'expired', choiceId: null })
    expect(rulesOf(heard(over.state, 2, '1'))).to.deep.equal([])
    const blocked = { ...known, rules: { ...known.rules, terms: { ...known.rules.terms, isBlocked: true } } }
    const refused = question(blocked)
    expect(refused.reply).to.deep.include({ isAsked: false, why: 'person_blocked' })
    expect(rulesOf(refused)).to.deep.equal(['guard.blocked@1 refused'])
    expect(typesOf(refused)).to.deep.equal(['question.closed'])
  })

  it('a word of the law comes before the question, and a trigger word after it', () => {
    const asked = question(known, [
      { id: 'no', title: 'Stop' },
      { id: 'go', title: 'Done' },
    ])
    expect(rulesOf(heard(asked.state, 2, 'stop'))).to.deep.equal(['understand.compliance@1 stop'])
    expect(rulesOf(heard(asked.state, 2, 'done'))).to.deep.equal(['understand.question@1 answered'])
    expect(rulesOf(heard(known, 2, 'done for today'))).to.deep.equal(['understand.trigger_word@1 done'])
  })

  it('what was to go unless they wrote does not go, whatever they wrote', () => {
    const by = machine
    const planned = on.schedule(
      known,
      { content: { kind: 'text', text: 'Still there?' }, sendAt: now + 60_000, unlessAnswered: true },
      at({ by }),
    )
    for (const text of ['yes', 'stop'])
      expect(rulesOf(heard(planned.state, 2, text))).to.include('unless_answered@1 cancelled')
  })
})

describe('consents, through the actors', () => {
  const open = async () => {
    const stage = await stages.memory()
    const kept: any[] = []
    const effects = {
      user: {
        keepSuppressions: { run: async (input: any) => (kept.push(...input.places), {}) },
        findSuppressions: { run: async () => ({ found: [] }) },
      },
    }
    const system = stage.boot({ effects })
    const as = (by: any) => system.workspace('w1', by)
    await as(provider)
      .at(user, 'usr_pat')
      .meet({ identity: { kind: 'wa_id', value: '4915112345678' }, claim: 'w1/x', name: 'Pat', timezone: null })
    await as(provider).at(conversation, 'c_usr_pat').receive(inbound(1, 'hello'))
    await system.settled()
    const decisions = () =>
      ((stage.disk.under as MemoryPersistence).decisions as any[]).map(({ rule, outcome }) => `${rule} ${outcome}`)
    return {
      stage,
      system,
      kept,
      as,
      decisions,
      pat: as(staff).at(user, 'usr_pat'),
      talk: as(principal('key', 'key_1')).at(conversation, 'c_usr_pat'),
    }
  }
  const spring = { content: { kind: 'text' as const, text: 'Spring is here' }, class: 'marketing' as const }
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'sent',
      ({ code }) => code as string,
    )

  it('come to the conversation, end with STOP, and come back with START alone', async () => {
    const { stage, system, kept, as, decisions, pat, talk } = await open()
    expect(await refusal(talk.send(spring))).to.equal('consent_missing')
    const proof = { ...noProof, method: 'verbal' as const, text: 'Yes, send me your offers.' }
    const yes = [{ channel: 'whatsapp' as const, purpose: 'marketing' as const, state: 'granted' as const }]
    expect(await refusal(pat.setConsents({ changes: yes, proof: { ...proof, text: null } }))).to.equal('proof_missing')
    await pat.setConsents({ changes: yes, proof })
    await system.settled()
    expect(await refusal(talk.send(spring))).to.equal('sent')

    await as(provider).at(conversation, 'c_usr_pat').receive(inbound(2, 'STOP'))
    expect(await refusal(talk.send(spring))).to.equal('address_suppressed')
    await system.settled()
    expect(kept).to.deep.include({ channel: 'whatsapp', address: '4915112345678', reason: 'stop' })
    expect((await pat.consents()).items).to.deep.include({
      channel: 'whatsapp',
      purpose: 'marketing',
      state: 'revoked',
      method: 'keyword',
      at: stage.clock.now(),
    })

    await pat.setConsents({ changes: yes, proof })
    expect(await refusal(pat.lift({ channel: 'whatsapp', address: '4915112345678' }))).to.equal('own_act_needed')
    await system.settled()
    expect(await refusal(talk.send(spring))).to.equal('address_suppressed')

    await as(provider).at(conversation, 'c_usr_pat').receive(inbound(3, 'start'))
    await system.settled()
    expect((await pat.consents()).suppressed).to.deep.equal([])
    expect(await refusal(talk.send({ ...spring, about: 'spring' }))).to.equal('sent')
    expect(decisions().filter((one) => one.startsWith('guard.'))).to.deep.equal([
      'guard.consent@1 refused',
      'guard.suppressed@1 refused',
      'guard.suppressed@1 refused',
      'guard.pair_rate@1 deferred',
    ])
    await stage.close()
  })

  it('are the person’s own on the page of their choice: it lifts what they had ended', async () => {
    const { stage, system, kept, as, pat } = await open()
    await pat.suppress({ channel: 'whatsapp', address: '+49 151 12345678', reason: 'complaint' })
    const self = as(principal('person', 'usr_pat')).at(user, 'usr_pat')
    const proof = { ...noProof, method: 'preferences' as const }
    await self.setConsents({ changes: [{ channel: 'whatsapp', purpose: 'marketing', state: 'granted' }], proof })
    await system.settled()
    expect((await pat.consents()).suppressed).to.deep.equal([])
    expect(kept.at(-1)).to.deep.equal({ channel: 'whatsapp', address: '4915112345678', reason: null })
    await stage.close()
  })
})
