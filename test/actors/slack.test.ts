import { expect } from 'chai'
import { slackActor } from '../../actors/slack/actor.ts'
import type { Outcome, Standing } from '../../actors/slack/contract.ts'
import { postsMax, type State } from '../../actors/slack/state.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { SlackRule } from '../../kernel/slack.ts'
import { given } from '../harness/given.ts'

const minute = 60_000
const rule = (more: object) =>
  SlackRule.parse({ id: 'r1', name: 'Rule', on: ['unassigned'], channel: 'C0ONE', ...more })
const left = (more: Partial<Standing> = {}): Standing => ({
  conversationId: 'c_lena',
  status: 'open',
  priority: 'none',
  assigneeId: null,
  teamId: null,
  waitingSince: 0,
  ...more,
})

/** A desk that is asked by values; what leaves for Slack is a test's to answer. */
class Desk {
  state: State = slackActor.initial
  now = 1_000_000
  rules: SlackRule[]
  left: any[] = []
  acts: any[] = []
  reminders: Record<string, any> = {}
  decisions: string[] = []
  #made = 0

  constructor(...rules: SlackRule[]) {
    this.rules = rules
  }

  say(message: keyof typeof slackActor.on, input: object = {}) {
    const settings = { ...defaultSettings, slackRules: this.rules }
    const newId = (prefix: string) => `${prefix}_${++this.#made}`
    const on = slackActor.on[message] as any
    const change = on(this.state, input, given({ now: this.now, settings, newId, id: 'w1' }))
    this.state = change.state
    for (const { effect, input: about } of change.effects ?? [])
      if (effect !== 'readWaiting') (effect === 'deliver' ? this.left : this.acts).push(about)
    Object.assign(this.reminders, change.reminders)
    this.decisions.push(...(change.decisions ?? []).map(({ outcome }: { outcome: string }) => outcome))
    return change.reply
  }

  /** What Slack made of the one that is on its way. */
  answers(result: Outcome) {
    const { alert, rev } = this.left.shift()
    this.say('delivered', { postId: alert.postId, channel: alert.channel, rev, result })
    return alert
  }
  taken = (ts = '1.1') => this.answers({ outcome: 'accepted', ts })
  refused = (action: 'retry' | 'never' | 'broken', retryAfterMs: number | null = null) =>
    this.answers({ outcome: 'refused', action, code: 'some_code', why: 'Words.', retryAfterMs })
  unknown = () => this.answers({ outcome: 'unknown', why: 'Words.' })

  /** Whoever waits does so for so long. */
  pass(minutes: number) {
    this.now += minutes * minute
    this.say('due')
  }
  next(channel = 'C0ONE', ms = 1_000) {
    this.now += ms
    this.say('laneDue', { channel })
  }
  mention(conversationId: string) {
    const about = { why: 'mentioned', promised: null, by: 'ana', mentions: ['bob'] }
    this.say('happened', { ...about, standing: left({ conversationId }) })
  }
  view = () => this.say('view')
}

describe('what the staff hears of in Slack', () => {
  it('says who waits with nobody when the time is over, once in each channel', () => {
    const desk = new Desk(
      rule({ afterMinutes: 5 }),
      rule({ id: 'r2', afterMinutes: 5, namesPerson: true }),
      rule({ id: 'r3', channel: 'C0TWO', afterMinutes: 30 }),
    )
    desk.say('stands', left())
    expect(desk.reminders['due'].at).to.equal(desk.now + 5 * minute)
    desk.pass(4)
    expect(desk.left).to.deep.equal([])
    desk.pass(1)
    expect(desk.left.map(({ alert }) => [alert.channel, alert.namesPerson])).to.deep.equal([['C0ONE', true]])
    desk.taken()
    expect(desk.reminders['due'].at).to.equal(desk.now + 25 * minute)
    desk.say('stands', left())
    desk.pass(25)
    expect(desk.left.map(({ alert }) => alert.channel)).to.deep.equal(['C0TWO'])
    desk.taken()
    desk.pass(600)
    expect(desk.left).to.deep.equal([])
  })

  it('is silent about who was taken, answered, resolved or put off before', () => {
    for (const change of [
      { assigneeId: 'ana' },
      { waitingSince: null },
      { status: 'resolved' },
      { status: 'snoozed' },
    ]) {
      const desk = new Desk(rule({}))
      desk.say('stands', left())
      desk.say('stands', left(change as Partial<Standing>))
      desk.pass(60)
      expect([desk.left, desk.state.watched], JSON.stringify(change)).to.deep.equal([[], {}])
    }
  })

  it('begins anew for another question, and for who is given back', () => {
    const desk = new Desk(rule({}))
    desk.say('stands', left())
    desk.pass(10)
    desk.taken()
    desk.say('stands', left({ assigneeId: 'ana' }))
    desk.next()
    desk.taken()
    desk.say('stands', left({ waitingSince: 5 }))
    desk.next()
    desk.taken()
    desk.pass(9)
    expect(desk.left).to.deep.equal([])
    desk.pass(1)
    expect(desk.left.map(({ ts }) => ts)).to.deep.equal([null])
  })

  it('hears of the teams of a rule alone, and of a rule that came later', () => {
    const desk = new Desk(rule({ teamIds: ['t1'] }))
    desk.say('stands', left())
    desk.say('stands', left({ conversationId: 'c_bea', teamId: 't1' }))
    desk.pass(60)
    expect(desk.left.map(({ alert }) => alert.conversationId)).to.deep.equal(['c_bea'])
    desk.taken()
    desk.rules = [rule({ id: 'r9', channel: 'C0TWO', afterMinutes: 90 })]
    desk.say('rulesChanged', { rules: desk.rules })
    expect(desk.reminders['due'].at).to.equal(desk.now + 30 * minute)
    desk.pass(30)
    expect(desk.left.map(({ alert }) => alert.channel)).to.deep.equal(['C0TWO'])
  })

  it('watches those who wait already from the moment at which it begins', () => {
    const desk = new Desk(rule({}))
    desk.say('stands', left())
    desk.pass(5)
    desk.say('waitingRead', { waiting: [left(), left({ conversationId: 'c_bea' })] })
    desk.pass(5)
    expect(desk.left.map(({ alert }) => alert.conversationId)).to.deep.equal(['c_lena'])
    desk.taken()
    desk.pass(5)
    expect(desk.left.map(({ alert }) => alert.conversationId)).to.deep.equal(['c_bea'])
  })

  it('keeps the order of a channel, one a second, and changes a message to what is so by then', () => {
    const desk = new Desk(rule({ on: ['mentioned'] }))
    for (const name of ['c_1', 'c_2', 'c_3']) desk.mention(name)
    expect(desk.left.map(({ alert }) => alert.conversationId)).to.deep.equal(['c_1'])
    desk.say('stands', left({ conversationId: 'c_2', assigneeId: 'bob' }))
    desk.taken()
    expect([desk.left, desk.reminders['lane/C0ONE'].at]).to.deep.equal([[], desk.now + 1_000])
    desk.next()
    expect(desk.left[0].alert).to.include({ conversationId: 'c_2', assigneeId: 'bob' })
    desk.say('stands', left({ conversationId: 'c_2', assigneeId: 'bob', status: 'resolved' }))
    desk.taken('2.2')
    desk.next()
    expect(desk.left[0].alert.conversationId).to.equal('c_3')
    desk.taken()
    desk.next()
    expect(desk.left[0]).to.deep.include({ ts: '2.2', rev: 3 })
    desk.taken('2.2')
    expect(Object.values(desk.state.posts).map(({ conversationId }) => conversationId)).to.deep.equal(['c_1', 'c_3'])
  })

  it('tries again in its place, as late as Slack asks, and looks for what it is not sure of', () => {
    const desk = new Desk(rule({ on: ['mentioned'] }))
    desk.mention('c_1')
    desk.mention('c_2')
    desk.refused('retry', 40_000)
    expect(desk.reminders['lane/C0ONE'].at).to.equal(desk.now + 40_000)
    desk.next('C0ONE', 40_000)
    expect(desk.left[0]).to.deep.include({ isUnsure: false })
    desk.unknown()
    desk.next('C0ONE', 10_000)
    expect(desk.left[0].alert.conversationId).to.equal('c_1')
    expect(desk.left[0]).to.deep.include({ isUnsure: true, ts: null })
    expect(desk.view()).to.deep.include({ waiting: 2 })
    desk.taken()
    desk.next()
    expect(desk.left[0].alert.conversationId).to.equal('c_2')
    expect(desk.left[0].isUnsure).to.equal(false)
  })

  it('gives up what Slack refuses for good, or for a day, and says so', () => {
    const desk = new Desk(rule({ on: ['mentioned'] }))
    desk.mention('c_1')
    desk.mention('c_2')
    desk.refused('never')
    expect(desk.view().failing).to.have.property('C0ONE')
    expect(desk.left[0].alert.conversationId).to.equal('c_2')
    for (let hours = 0; hours < 26 && desk.left.length > 0; hours++) {
      desk.refused('retry')
      desk.next('C0ONE', 60 * minute)
    }
    expect(desk.decisions).to.deep.equal(['told', 'told', 'refused', 'given_up'])
    expect(desk.view()).to.deep.include({ waiting: 0 })
    desk.say('rulesChanged', { rules: [rule({ channel: 'C0TWO' })] })
    expect(desk.view().failing).to.deep.equal({})
  })

  it('stops where nothing can pass, and goes on with what is still news', () => {
    const desk = new Desk(rule({ on: ['mentioned'] }))
    desk.mention('c_old')
    desk.refused('broken')
    desk.now += 20 * 60 * minute
    desk.mention('c_new')
    expect([desk.left, desk.view().broken.code]).to.deep.equal([[], 'some_code'])
    desk.now += 5 * 60 * minute
    desk.say('mended')
    expect(desk.left.map(({ alert }) => alert.conversationId)).to.deep.equal(['c_new'])
    expect(desk.decisions).to.deep.equal(['told', 'broken', 'told', 'too_late'])
  })

  it('does once what is pressed once, however often Slack tells of it', () => {
    const desk = new Desk()
    const press = { key: 'one', userId: 'U1', userTeamId: 'T1', act: 'take', conversationId: 'c_1', responseUrl: '' }
    expect(desk.say('pressed', press)).to.deep.equal({ isNew: true })
    expect(desk.say('pressed', press)).to.deep.equal({ isNew: false })
    expect(desk.say('pressed', { ...press, key: 'two' })).to.deep.equal({ isNew: true })
    expect(desk.acts.map(({ key }) => key)).to.deep.equal(['one', 'two'])
    const gone = { eventId: 'Ev1', what: 'app_uninstalled', why: 'Gone.' }
    expect(desk.say('gone', gone)).to.deep.equal({ isNew: true })
    desk.say('mended')
    expect(desk.say('gone', gone)).to.deep.equal({ isNew: false })
    expect(desk.view().broken).to.equal(null)
  })

  it('follows no more than its bound, and forgets all when it is switched off', () => {
    const desk = new Desk(rule({ on: ['mentioned'] }))
    for (let n = 0; n < postsMax + 20; n++) {
      desk.now += 1
      desk.mention(`c_${n}`)
    }
    expect(Object.keys(desk.state.posts)).to.have.length(postsMax)
    expect(desk.decisions.filter((one) => one === 'too_many')).to.have.length(20)
    desk.say('off')
    expect(desk.view()).to.deep.equal({ waiting: 0, broken: null, failing: {}, lastTakenAt: null })
    expect(desk.reminders['lane/C0ONE']).to.equal(null)
    desk.taken()
    expect(desk.state.posts).to.deep.equal({})
  })
})
