import { expect } from 'chai'
import fc from 'fast-check'
import { attentionActor } from '../../actors/attention/actor.ts'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { untilResolved } from '../../kernel/pause.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { given } from '../harness/given.ts'
import { inbound } from '../harness/stage.ts'

const on: any = conversationActor.on
const calls: any = attentionActor.on
const { initial } = conversationActor
const hour = 3_600_000
const text = (words: string) => ({ content: { kind: 'text', text: words } })
const at = (now: number, change: object = {}) => given({ now, ...change })
const now = inbound(1).sentAt
const heard = on.receive(initial, inbound(1), at(now)).state
const does = (state: any, ...steps: [string, object, ReturnType<typeof given>?][]) =>
  steps.reduce((before, [what, input, here = at(now)]) => on[what](before, input, here).state, state)
const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}
const linesIn = (change: any): string[] =>
  (change.events ?? [])
    .filter(({ type, data }: any) => type === 'message.created' && data.message.direction === 'activity')
    .map(({ data }: any) => data.message.content.what)

describe('conversation: workflow', () => {
  it('goes from status to status as it may, and refuses the rest', () => {
    const statuses = ['open', 'pending', 'snoozed', 'resolved'] as const
    const until = now + hour
    const inputOf = (status: string) => ({ status, ...(status === 'snoozed' && { until }) })
    const found = statuses.map((from) => {
      const state = from === 'open' ? heard : does(heard, ['setStatus', inputOf(from)])
      const tried = statuses.map((to) => codeOf(() => on.setStatus(state, inputOf(to), at(now))))
      return tried.map((code, index) => (code === 'none' ? statuses[index] : code))
    })
    expect(found).to.deep.equal([
      [...statuses],
      [...statuses],
      [...statuses],
      ['open', 'wrong_status', 'wrong_status', 'resolved'],
    ])
    expect(codeOf(() => on.setStatus(heard, { status: 'snoozed' }, at(now)))).to.equal('invalid_time')
    expect(codeOf(() => on.setStatus(heard, { status: 'pending', until }, at(now)))).to.equal('invalid_time')
    expect(codeOf(() => on.setStatus(heard, { status: 'snoozed', until: now }, at(now)))).to.equal('invalid_time')
  })

  it('comes back at the hour, or when the person writes, and once', () => {
    const until = now + hour
    const change = on.setStatus(heard, { status: 'snoozed', until }, at(now))
    expect(change.reminders.wake).to.include({ message: 'wake', at: until })
    const woken = on.wake(change.state, { until }, at(until))
    expect(woken.state).to.include({ status: 'open', snoozedUntil: null })
    expect(linesIn(woken)).to.deep.equal(['woke'])
    const again = does(change.state, ['setStatus', { status: 'snoozed', until: until + hour }])
    expect(on.wake(again, { until }, at(until)).state, 'it was put off again').to.equal(again)
    const wrote = on.receive(change.state, inbound(2), at(now + 1))
    expect(wrote.state).to.include({ status: 'open', snoozedUntil: null })
    expect(wrote.reminders.wake).to.equal(null)
    expect(on.wake(wrote.state, { until }, at(until)).state).to.equal(wrote.state)
  })

  it('keeps who resolved a matter and why, and begins another one when it is reopened', () => {
    const change = on.setStatus(heard, { status: 'resolved', reason: 'Booked for Monday' }, at(now + 5))
    expect(change.rows.find(({ row }: any) => row === 'episode').set).to.include({
      resolvedAt: now + 5,
      resolvedBy: 'ana',
    })
    expect(change.events[0].data.message.content).to.include({ what: 'resolved', text: 'Booked for Monday' })
    const next = at(now + 9, { newId: (prefix: string) => `${prefix}_next` })
    const open = on.setStatus(change.state, { status: 'open' }, next)
    expect(open.state.episode).to.include({ openedAt: now + 9 })
    expect(open.state.episode.id).not.to.equal(heard.episode.id)
  })

  it('counts for each member what they have not seen, for a bounded number of them', () => {
    const by = (id: string) => at(now, { by: { role: 'staff', id, depth: 0 } })
    const both = does(heard, ['read', { upTo: 1 }, by('ana')], ['read', { upTo: 1 }, by('ben')])
    const three = does(both, ['receive', inbound(2)], ['receive', inbound(3)], ['read', { upTo: 2 }, by('ana')])
    expect(on.read(three, { upTo: 2 }, by('ana')).reply).to.deep.equal({ unread: 1, mine: 1 })
    expect(on.read(three, { upTo: 0 }, by('ben')).reply).to.deep.equal({ unread: 1, mine: 2 })
    expect(on.read(three, { upTo: 0 }, by('newcomer')).reply).to.deep.equal({ unread: 1, mine: 1 })
    const many = Array.from({ length: 40 }, (_, n) => `mem_${n}`)
    const crowd = does(three, ...many.map((id) => ['read', { upTo: 9 }, by(id)] as [string, object, any]))
    expect(Object.keys(crowd.seen)).to.deep.equal(many.slice(-32))
    const answered = does(three, ['send', text('hi'), by('ana')])
    expect([answered.unread, answered.received - answered.seen.ben]).to.deep.equal([0, 2])
  })

  it('keeps what is blocked, and calls nobody for it', () => {
    const rules = { ...heard.rules, terms: { ...heard.rules.terms, isBlocked: true } }
    const over = { ...does(heard, ['setStatus', { status: 'resolved' }]), rules }
    const change = on.receive(over, inbound(2), at(now + 1))
    expect(change.state).to.include({
      status: 'resolved',
      unread: 0,
      waitingSince: null,
      messageCount: 3,
      episode: null,
    })
    expect(change.rows.map(({ row }: any) => row)).to.deep.equal(['message'])
  })

  it('tells whom a note mentions, once each, and never its own writer', () => {
    const change = on.note(heard, { text: '@ben look', mentions: ['ben', 'ana', 'ben'] }, at(now))
    const told = change.tells.map(({ kind, id, message }: any) => ({ kind, id, message }))
    expect(told).to.deep.equal([{ kind: 'attention', id: 'ben', message: 'called' }])
    expect(change.events[0].data.message.mentions).to.deep.equal(['ben'])
    const called = calls.called(attentionActor.initial, change.tells[0].input as never, given({ now }))
    expect(called.reminders?.['letter']).to.include({ at: now + 5 * 60_000 })
    const looked = calls.look(called.state, { conversationId: 'c_usr_pat' }, given({ now }))
    expect(looked.reply).to.deep.equal({ unseen: 0 })
    expect(looked.reminders?.['letter']).to.equal(null)
    expect(calls.letterDue(looked.state, {}, given({ now })).effects).to.equal(undefined)
  })

  describe('send later', () => {
    const sendAt = now + hour
    const planned = on.schedule(heard, { ...text('Tomorrow then'), sendAt }, at(now))
    const { messageId } = planned.reply

    it('goes at its hour, as its writer, and is in no thread before', () => {
      expect(planned.reminders[`send/${messageId}`]).to.include({ message: 'sendDue', at: sendAt })
      expect(planned.rows[0].insert).to.include({ status: 'scheduled', n: 0 })
      expect(planned.state).to.include({ messageCount: 1, waitingSince: now, humanRev: 0 })
      expect(planned.tells ?? []).to.deep.equal([])
      const gone = on.sendDue(
        planned.state,
        { messageId },
        at(sendAt, { by: { role: 'system', id: 'reminder', depth: 0 } }),
      )
      const { message } = gone.events.find(({ type }: any) => type === 'message.created').data
      expect(message).to.deep.include({ _id: messageId, n: 2, status: 'pending', author: { kind: 'staff', id: 'ana' } })
      expect(gone.tells.at(-1)).to.include({ kind: 'channel', message: 'enqueue' })
      expect(gone.state).to.deep.include({ scheduled: [], waitingSince: null, humanRev: 1, messageCount: 2 })
      expect(on.sendDue(gone.state, { messageId }, at(sendAt)).state, 'twice').to.equal(gone.state)
    })

    it('can be changed and cancelled before, and not after', () => {
      const later = on.reschedule(planned.state, { messageId, sendAt: sendAt + hour, ...text('Sunday then') }, at(now))
      expect(on.sendDue(later.state, { messageId }, at(sendAt)).state, 'the old hour').to.equal(later.state)
      expect(later.state.scheduled[0]).to.deep.include({ sendAt: sendAt + hour, content: text('Sunday then').content })
      const cancelled = on.cancelScheduled(planned.state, { messageId }, at(now))
      expect(cancelled.rows[0].set).to.include({ status: 'cancelled' })
      expect(cancelled.reminders).to.deep.equal({ [`send/${messageId}`]: null })
      expect(on.sendDue(cancelled.state, { messageId }, at(sendAt)).state).to.equal(cancelled.state)
      expect(codeOf(() => on.cancelScheduled(cancelled.state, { messageId }, at(now)))).to.equal('not_scheduled')
      expect(codeOf(() => on.reschedule(cancelled.state, { messageId }, at(now)))).to.equal('not_scheduled')
      expect(codeOf(() => on.schedule(heard, { ...text('late'), sendAt: now }, at(now)))).to.equal('invalid_time')
    })

    it('says why it could not go, with one decision', () => {
      const due = now + 30 * hour
      const late = on.schedule(heard, { ...text('too late'), sendAt: due }, at(now))
      const failed = on.sendDue(late.state, { messageId: late.reply.messageId }, at(due))
      const { message } = failed.events.find(({ type }: any) => type === 'message.created').data
      expect(message).to.deep.include({ status: 'failed' })
      expect(message.error).to.include({ code: 'wa_window_closed', retryable: true })
      expect(failed.decisions.map(({ rule }: any) => rule)).to.deep.equal(['guard.window@1'])
      expect(failed.tells.some(({ kind }: any) => kind === 'channel')).to.equal(false)
      expect(failed.state.last).to.include({ hasFailed: true })
      expect(failed.state.scheduled).to.deep.equal([])
    })

    it('stays where the person writes before, if that was asked for', () => {
      const only = on.schedule(heard, { ...text('still there?'), sendAt, unlessAnswered: true }, at(now))
      const change = on.receive(only.state, inbound(2), at(now + 1))
      expect(change.state.scheduled).to.deep.equal([])
      expect(linesIn(change)).to.deep.equal(['schedule_cancelled'])
      expect(on.receive(planned.state, inbound(2), at(now + 1)).state.scheduled).to.have.length(1)
    })

    it('keeps ten, and no more', () => {
      const ten = Array.from({ length: 10 }, (_, n) => [
        'schedule',
        { ...text('x'), sendAt: sendAt + n },
        at(now, { newId: (p: string) => `${p}_${n}` }),
      ])
      const full = does(heard, ...(ten as [string, object, any][]))
      expect(codeOf(() => on.schedule(full, { ...text('x'), sendAt }, at(now)))).to.equal('too_many_scheduled')
    })
  })

  describe('machines', () => {
    const key = (id: string) => ({ role: 'key', id, depth: 0 }) as const
    const auto = does(heard, ['setAiMode', { aiMode: 'auto' }])

    it('are silenced until an hour, or until it is resolved, and heard again', () => {
      const paused = on.pauseAutomation(heard, {}, at(now))
      expect(paused.state.automationPausedUntil).to.equal(untilResolved)
      expect(linesIn(paused)).to.deep.equal(['automation_paused'])
      expect(on.setStatus(paused.state, { status: 'resolved' }, at(now)).state.automationPausedUntil).to.equal(null)
      const hours = on.pauseAutomation(heard, { hours: 2 }, at(now))
      expect(hours.reply.automationPausedUntil).to.equal(now + 2 * hour)
      const said = { ...text('hello'), class: 'conversational', rule: 'welcome@1' }
      const outcome = (then: number) => on.say(hours.state, said, at(then, { by: key('bot') })).reply.outcome
      expect([outcome(now), outcome(now + 2 * hour)]).to.deep.equal(['held', 'sent'])
      const code = { ...said, class: 'transactional' }
      expect(on.say(paused.state, code, at(now, { by: key('bot') })).reply.outcome, 'D3: never paused').to.equal('sent')
    })

    it('hand over to people: it waits for them, with what there is to know, and they are silent', () => {
      const bot = at(now + hour, { by: key('bot') })
      const answered = does(heard, ['setStatus', { status: 'resolved' }])
      const change = on.handOff(answered, { reason: 'A person', summary: 'The bill', teamId: 'team_1' }, bot)
      expect(change.reply).to.deep.include({ status: 'open', teamId: 'team_1', automationPausedUntil: untilResolved })
      expect(change.state).to.include({ status: 'open', waitingSince: now + hour, teamId: 'team_1' })
      expect(linesIn(change)).to.deep.equal(['opened', 'handed_over'])
      const notes = change.events.filter(({ data }: any) => data.message?.direction === 'note')
      expect(notes.map(({ data }: any) => data.message.content.text)).to.deep.equal(['The bill'])
      expect(change.decisions).to.deep.include({
        rule: 'handed_over@1',
        outcome: 'handed_over',
        facts: { by: bot.by.id, teamId: 'team_1' },
      })
      const said = { ...text('hello'), class: 'conversational', rule: 'welcome@1' }
      expect(on.say(change.state, said, bot).reply).to.include({ outcome: 'held', why: 'paused' })
    })

    it('leave it to whoever has it, and a member who hands over has it no more', () => {
      const mine = does(heard, ['assign', { assigneeId: 'ana' }])
      expect(on.handOff(mine, {}, at(now, { by: key('bot') })).state.assigneeId).to.equal('ana')
      expect(on.handOff(mine, {}, at(now)).state.assigneeId).to.equal(null)
      expect(on.handOff(mine, {}, at(now)).state.waitingSince, 'since they wrote').to.equal(heard.waitingSince)
    })

    it('draft where they may only draft; staff’s own words put the draft aside, visibly', () => {
      const draft = on.propose(
        does(heard, ['setAiMode', { aiMode: 'draft' }]),
        { text: 'Yes', sawRev: 0 },
        at(now, { by: key('ai') }),
      )
      expect(draft.reply.outcome).to.equal('drafted')
      const own = on.send(draft.state, text('No'), at(now))
      expect(own.state.draft).to.equal(null)
      expect(linesIn(own)).to.deep.equal(['held_back'])
      const { draftId } = draft.state.draft
      const used = on.settleDraft(draft.state, { draftId, isUsed: true }, at(now))
      expect(linesIn(on.send(used.state, text('Yes'), at(now)))).to.deep.equal([])
      expect(on.propose(heard, { text: 'Yes', sawRev: 0 }, at(now, { by: key('ai') })).reply.why).to.equal('ai_off')
    })

    it('never speak after staff on what they saw before, in a thousand orders', () => {
      const act = fc.constantFrom('staff', 'look', 'speak', 'person', 'resume')
      let held = 0
      fc.assert(
        fc.property(fc.array(act, { minLength: 2, maxLength: 12 }), (acts) => {
          let state: any = auto
          let sawRev = 0
          let n = 1
          const events: any[] = []
          for (const [step, what] of acts.entries()) {
            const here = (by: object = { role: 'staff', id: 'ana', depth: 0 }) =>
              at(now + step, { by, newId: (p: string) => `${p}_${step}_${++n}` })
            if (what === 'look') sawRev = state.humanRev
            if (what === 'look') continue
            const isStale = sawRev !== state.humanRev
            const change = {
              staff: () => on.send(state, text('by hand'), here()),
              person: () => on.receive(state, inbound(++n + 1_000 * step), here()),
              resume: () => on.resumeAutomation(state, {}, here()),
              speak: () => on.propose(state, { text: `draft ${step}`, sawRev }, here(key('ai'))),
            }[what]()
            if (what === 'speak') {
              const mayNot = isStale || (state.automationPausedUntil ?? 0) > now + step
              expect(change.reply.outcome).to.equal(mayNot ? 'held' : 'sent')
              if (mayNot) {
                held++
                expect(change.events[0].data.message.content).to.include({ what: 'held_back', text: `draft ${step}` })
                expect(change.tells.some(({ kind }: any) => kind === 'channel')).to.equal(false)
                expect(change.decisions.map(({ rule }: any) => rule)).to.deep.equal(['held_back@1'])
                expect(change.decisions[0].facts.messageId, 'the line tells why').to.equal(
                  change.events[0].data.message._id,
                )
              }
            }
            state = change.state
            events.push(...(change.events ?? []))
          }
        }),
        { numRuns: 1_000, seed: 7 },
      )
      expect(held).to.be.greaterThan(300)
    })
  })

  describe('rating', () => {
    const settings = { ...defaultSettings, asksForRating: true, ratingAfterMinutes: 10 }
    const over = on.setStatus(heard, { status: 'resolved' }, at(now, { settings }))
    const episodeId = heard.episode.id

    it('is asked for after a while, by a tap where that is possible, and opens nothing', () => {
      expect(over.reminders.rating).to.include({ message: 'askDue', at: now + 600_000 })
      const asked = on.askDue(over.state, { episodeId }, at(now + 600_000, { settings }))
      expect(asked.effects[0]).to.include({ effect: 'linkToRate' })
      const put = on.linkMade(asked.state, { episodeId, link: 'https://x/rate/1' }, at(now + 600_000, { settings }))
      expect(put.state).to.include({ status: 'resolved', episode: null, humanRev: 0 })
      const { message } = put.events[0].data
      expect(message.content.rows.map(({ id }: any) => id)).to.deep.equal(
        [5, 4, 3, 2, 1].map((n) => `rate:${episodeId}:${n}`),
      )
      const tap = { ...inbound(2), content: { kind: 'answer', of: 'list', id: `rate:${episodeId}:4`, title: '★★★★' } }
      const tapped = on.receive(put.state, tap, at(now + 700_000))
      expect(tapped.state.ratings[0]).to.include({ score: 4 })
      expect(linesIn(tapped)).to.deep.equal(['rated'])
      expect(tapped.rows.find(({ row, set }: any) => row === 'episode' && set)?.set.rating).to.include({ score: 4 })
    })

    it('waits for the morning where machines are asked not to write at night, and staff may ask at once', () => {
      const night = Date.UTC(2026, 0, 6, 1)
      const quiet = {
        ...settings,
        contact: { ...settings.contact, quietFrom: '21:00', quietTo: '08:00', quietFor: ['operational'] },
      }
      const here = at(night, { settings: quiet })
      const link = { episodeId, link: 'https://x/rate/1' }
      const asked = on.askDue(over.state, { episodeId }, here)
      const put = on.linkMade(asked.state, link, here)
      expect(put.reminders.rating).to.include({ message: 'askDue', at: Date.UTC(2026, 0, 6, 8) })
      expect(put.decisions.map(({ rule }: any) => rule)).to.deep.equal(['guard.quiet_hours@1'])
      expect(put.state.ratings).to.deep.equal([])
      const byHand = on.linkMade(on.askRating(over.state, {}, here).state, link, here)
      expect(byHand.tells.some(({ kind }: any) => kind === 'channel')).to.equal(true)
    })

    it('is one per matter, and none is asked of who wrote again', () => {
      const asked = on.askRating(over.state, {}, at(now))
      expect(codeOf(() => on.askRating(asked.state, {}, at(now)))).to.equal('already_asked')
      const rated = on.rate(asked.state, { episodeId, score: 2, comment: 'slow' }, at(now))
      expect(rated.events[0].data.message.content).to.deep.include({ what: 'rated', value: '2', text: 'slow' })
      expect(codeOf(() => on.rate(rated.state, { episodeId, score: 5 }, at(now)))).to.equal('already_rated')
      expect(codeOf(() => on.rate(rated.state, { episodeId: 'eps_other', score: 5 }, at(now)))).to.equal(
        'rating_missing',
      )
      const wrote = on.receive(over.state, inbound(2), at(now + 1, { newId: (p: string) => `${p}_next` })).state
      expect(on.askDue(wrote, { episodeId }, at(now + 600_000)).effects).to.equal(undefined)
    })
  })
})
