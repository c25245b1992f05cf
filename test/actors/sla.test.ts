import { expect } from 'chai'
import fc from 'fast-check'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { Hours } from '../../kernel/hours.ts'
import { defaultSettings, type Settings } from '../../kernel/settings.ts'
import { SlaPolicy } from '../../kernel/sla.ts'
import { given } from '../harness/given.ts'
import { inbound } from '../harness/stage.ts'

const on: any = conversationActor.on
const { initial } = conversationActor
const minute = 60_000
const hour = 60 * minute
const ms = (iso: string) => Date.parse(iso)
const iso = (at: number | null | undefined) => (at === null || at === undefined ? at : new Date(at).toISOString())

const nine = [{ from: '09:00', to: '17:00' }]
const week = { monday: nine, tuesday: nine, wednesday: nine, thursday: nine, friday: nine }
const business = (policy: object, hours: object = { weekly: week }, timezone = 'UTC'): Settings => ({
  ...defaultSettings,
  timezone,
  hours: Hours.parse(hours),
  slaPolicies: [policyOf(policy)],
})
const policyOf = (policy: object) => SlaPolicy.parse({ id: 'sla_1', name: 'all', ...policy })
const text = { content: { kind: 'text', text: 'hi' } }
const typesIn = (change: any): string[] => (change.events ?? []).map(({ type }: any) => type)

/** A conversation under these settings, told what happens and when. */
function under(settings: Settings) {
  let state: any = initial
  let n = 0
  const at = (now: number, change: object = {}) =>
    given({ now, settings, newId: (prefix) => `${prefix}_${++n}`, ...change })
  const does = (now: number, what: string, input: object, change: object = {}) => {
    const done = on[what](state, input, at(now, change))
    state = done.state
    return done
  }
  return {
    does,
    hears: (now: number) => does(now, 'receive', { ...inbound(++n + 100), sentAt: now }),
    answers: (now: number) => does(now, 'send', text),
    clock: (promised: string) => state.sla?.clocks.find((one: any) => one.promised === promised),
    state: () => state,
  }
}

/** When a first answer is due to somebody who writes at this moment. */
const dueAfter = (settings: Settings, wrote: string) => {
  const here = under(settings)
  here.hears(ms(wrote))
  return iso(here.clock('first_response').dueAt)
}

describe('SLA: promises over business hours', () => {
  const first = (minutes: number) => ({ firstResponseMinutes: minutes })

  it('counts minutes of being open only', () => {
    expect(dueAfter(business(first(60)), '2026-01-09T16:30:00Z'), 'Friday 16:30').to.equal('2026-01-12T09:30:00.000Z')
    expect(dueAfter(business(first(120)), '2026-01-07T07:00:00Z'), 'before it opens').to.equal(
      '2026-01-07T11:00:00.000Z',
    )
    const split = {
      weekly: {
        wednesday: [
          { from: '09:00', to: '12:00' },
          { from: '14:00', to: '17:00' },
        ],
      },
    }
    expect(dueAfter(business(first(120), split), '2026-01-07T11:00:00Z'), 'two intervals').to.equal(
      '2026-01-07T15:00:00.000Z',
    )
    const holiday = { weekly: week, holidays: [{ date: '2026-01-12', name: 'Off' }] }
    expect(dueAfter(business(first(60), holiday), '2026-01-09T16:30:00Z')).to.equal('2026-01-13T09:30:00.000Z')
    const always = { ...first(60), calendar: 'always' }
    expect(dueAfter(business(always), '2026-01-09T16:30:00Z')).to.equal('2026-01-09T17:30:00.000Z')
    expect(dueAfter(business(first(60), {}), '2026-01-09T16:30:00Z'), 'no hours are set').to.equal(
      '2026-01-09T17:30:00.000Z',
    )
  })

  it('follows the clock on the wall over the days on which it is changed', () => {
    const day = [{ from: '00:00', to: '24:00' }]
    const sunday = business(first(4 * 60), { weekly: { saturday: day, sunday: day } }, 'Europe/Berlin')
    // The night of 29 March 2026 has no 02:00 to 03:00, that of 25 October has it twice.
    expect(dueAfter(sunday, '2026-03-28T23:30:00Z')).to.equal('2026-03-29T03:30:00.000Z')
    expect(dueAfter(sunday, '2026-10-24T22:30:00Z')).to.equal('2026-10-25T02:30:00.000Z')
    const morning = business(first(60), { weekly: week }, 'Europe/Berlin')
    expect(dueAfter(morning, '2026-03-27T15:30:00Z'), 'Friday 16:30 in winter').to.equal('2026-03-30T07:30:00.000Z')
  })

  it('stands still while the person is waited for, and goes on where it stood', () => {
    const here = under(business({ resolutionMinutes: 120 }))
    const begun = ms('2026-01-07T09:00:00Z')
    here.hears(begun)
    expect(iso(here.clock('resolution').dueAt)).to.equal('2026-01-07T11:00:00.000Z')
    const answered = here.answers(begun + 30 * minute)
    expect(here.clock('resolution')).to.include({ dueAt: null, usedMs: 30 * minute })
    expect(answered.reminders.sla).to.equal(null)
    here.hears(ms('2026-01-08T16:00:00Z'))
    expect(iso(here.clock('resolution').dueAt), '90 minutes are left').to.equal('2026-01-09T09:30:00.000Z')
    here.does(ms('2026-01-08T16:30:00Z'), 'setStatus', { status: 'snoozed', until: ms('2026-01-12T10:00:00Z') })
    expect(here.clock('resolution').dueAt).to.equal(null)
    here.does(ms('2026-01-12T10:00:00Z'), 'wake', { until: ms('2026-01-12T10:00:00Z') })
    expect(iso(here.clock('resolution').dueAt), '60 minutes are left').to.equal('2026-01-12T11:00:00.000Z')
    const done = here.does(ms('2026-01-12T10:30:00Z'), 'setStatus', { status: 'resolved' })
    expect(typesIn(done)).to.include('sla.met')
    expect(here.state().sla).to.equal(null)
  })

  it('warns at four fifths, says when it is broken, and what was kept', () => {
    const here = under(business({ firstResponseMinutes: 60, nextResponseMinutes: 30 }))
    const begun = ms('2026-01-07T09:00:00Z')
    const heard = here.hears(begun)
    expect(heard.reminders.sla).to.include({ message: 'slaDue', at: begun + 48 * minute })
    const by = { role: 'system', id: 'reminder', depth: 0 }
    here.does(begun + minute, 'assign', { assigneeId: 'ben' })
    const warned = here.does(begun + 48 * minute, 'slaDue', {}, { by })
    expect(typesIn(warned)).to.deep.equal(['conversation.changed', 'sla.warning'])
    expect(warned.reminders.sla).to.include({ at: begun + hour })
    expect(warned.tells.at(-1)).to.deep.include({ kind: 'attention', id: 'ben' })
    const broken = here.does(begun + hour, 'slaDue', {}, { by })
    expect(typesIn(broken)).to.include('sla.breached').and.not.include('sla.warning')
    expect(broken.events.at(-1).data.conversation.sla.clocks[0]).to.include({ breachedAt: begun + hour })
    expect(typesIn(here.does(begun + 2 * hour, 'slaDue', {}, { by })), 'once').not.to.include('sla.breached')
    const late = here.answers(begun + 2 * hour)
    expect(typesIn(late), 'what was broken is not kept').not.to.include('sla.met')
    here.hears(begun + 3 * hour)
    expect(here.state().sla.clocks.map(({ promised }: any) => promised)).to.deep.equal(['next_response'])
    expect(typesIn(here.answers(begun + 3 * hour + minute))).to.include('sla.met')
    const resolved = here.does(begun + 4 * hour, 'setStatus', { status: 'resolved' })
    const row = resolved.rows.find(({ row, set }: any) => row === 'episode' && set)
    expect(row.set.sla).to.deep.equal({ policyId: 'sla_1', broken: ['first_response'] })
  })

  it('takes the policy that fits, and another one when the conversation changes, with the time that is used', () => {
    const always = { calendar: 'always', resolutionMinutes: 600 }
    const settings: Settings = {
      ...defaultSettings,
      slaPolicies: [
        policyOf({ ...always, id: 'sla_all', rank: 200 }),
        policyOf({ ...always, id: 'sla_vip', resolutionMinutes: 120, rank: 1, conditions: { tags: ['vip'] } }),
        policyOf({
          ...always,
          id: 'sla_urgent',
          resolutionMinutes: 60,
          rank: 2,
          conditions: { priorities: ['urgent'] },
        }),
      ],
    }
    const here = under(settings)
    here.hears(0)
    const found = () => [here.state().sla.policyId, here.clock('resolution').dueAt / minute]
    expect(found()).to.deep.equal(['sla_all', 600])
    here.does(10 * minute, 'setPriority', { priority: 'urgent' })
    expect(found()).to.deep.equal(['sla_urgent', 60])
    here.does(20 * minute, 'tag', { add: ['vip'] })
    expect(found()).to.deep.equal(['sla_vip', 120])
    const none = under(defaultSettings)
    none.hears(0)
    expect(none.state().sla).to.equal(null)
  })

  it('uses no more and no less than the open minutes in which it ran, whatever happens in between', () => {
    const settings = business({ resolutionMinutes: 100_000 })
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.boolean()), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(steps, (all) => {
        const here = under(settings)
        let now = ms('2026-01-05T08:00:00Z')
        here.hears(now)
        let ran = 0
        let runs = true
        for (const [minutes, asks] of all) {
          // Minute by minute: a slow count that knows nothing of calendars.
          for (let passed = 0; passed < minutes; passed++) {
            const then = new Date(now + passed * minute)
            const isOpen = then.getUTCDay() % 6 !== 0 && then.getUTCHours() >= 9 && then.getUTCHours() < 17
            if (runs && isOpen) ran++
          }
          now += minutes * minute
          if (asks) here.hears(now)
          else here.does(now, 'setStatus', { status: 'pending' })
          runs = asks
        }
        here.does(now, 'setStatus', { status: 'pending' })
        expect(here.clock('resolution').usedMs / minute).to.equal(ran)
      }),
      { numRuns: 12 },
    )
  })
})
