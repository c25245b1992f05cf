import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { busy } from '../../kernel/problem.ts'
import { actor, type Change, type Given } from '../runtime/change.ts'
import { type Answer, type OffReason, type Tried, webhookEndpoint } from './contract.ts'
import { asideMax, holdTries, longestWaitMs, patienceMs, restMs, waitingMax, waitMs } from './patience.ts'
import { rowOf, settled } from './rows.ts'

const count = z.int().nonnegative()
const number = z.int().positive()
/** How often a delivery failed, since when it is tried, when it was last, and whether it is on its way now. */
const Attempt = z.object({ tries: count, since: instant(), triedAt: instant(), isUnderWay: z.boolean() })
type Attempt = z.infer<typeof Attempt>

export const WebhookEndpointState = z.object({
  isOn: z.boolean(),
  /** The number of the newest delivery. */
  last: count,
  /** The number of the delivery whose turn it is; `last + 1` when none waits. */
  head: number,
  /** Of that one; null before its first try. */
  attempt: Attempt.nullable(),
  /** By number: those that let others pass. */
  aside: z.record(z.string(), Attempt),
  /** Tests go out of turn: those that the head has not passed yet, and those that are on their way. */
  outOfTurn: z.array(number),
  tests: z.array(number),
  failingSince: instant().nullable(),
  lastTakenAt: instant().nullable(),
})
type State = z.infer<typeof WebhookEndpointState>
type EndpointChange = Change<typeof webhookEndpoint, State>

const testsMax = 5
const outOfTurnMax = 50
const { effect, remind } = webhookEndpoint

export const webhookEndpointActor = actor(webhookEndpoint, {
  state: WebhookEndpointState,
  initial: {
    isOn: true,
    last: 0,
    head: 1,
    attempt: null,
    aside: {},
    outOfTurn: [],
    tests: [],
    failingSince: null,
    lastTakenAt: null,
  },

  on: {
    take(state, occurrence, given) {
      // What was on its way while somebody turned it off.
      if (!state.isOn) return { state }
      if (waitingIn(state) >= waitingMax) return turnedOff({ state }, 'too_far_behind', null, given)
      const n = state.last + 1
      return pumped({ state: { ...state, last: n }, rows: [rowOf(n, occurrence, given)] }, given)
    },

    test(state, occurrence, given) {
      if (state.tests.length >= testsMax || state.outOfTurn.length >= outOfTurnMax)
        throw busy('tests_under_way', 'Some tests are on their way already.')
      const n = state.last + 1
      const { tests, outOfTurn } = state
      const next = { ...state, last: n, tests: [...tests, n], outOfTurn: [...outOfTurn, n] }
      const rows = [rowOf(n, occurrence, given, { isTest: true })]
      return { ...pumped({ state: next, rows, effects: [sending(n, 0, given)] }, given), reply: { n } }
    },

    replay(state, { items }, given) {
      if (waitingIn(state) + items.length > waitingMax)
        throw busy('too_many_waiting', 'Too many deliveries wait for this endpoint already.')
      const rows = items.map(({ n, ...item }, index) =>
        rowOf(state.last + 1 + index, { ...item, source: null }, given, { replays: n }),
      )
      const last = state.last + items.length
      return { ...pumped({ state: { ...state, last }, rows }, given), reply: { last } }
    },

    sent(state, tried, given) {
      if (state.tests.includes(tried.n)) return tested(state, tried, given)
      const attempt = attemptOf(state, tried.n)
      if (!attempt?.isUnderWay) return { state }
      const after = { ...attempt, tries: attempt.tries + 1, triedAt: given.now, isUnderWay: false }
      return isTaken(tried.answer) ? taken(state, tried, after, given) : failed(state, tried, after, given)
    },

    again(state, _, given) {
      return pumped({ state }, given, true)
    },

    asideAgain(state, { n }, given) {
      const attempt = state.aside[n]
      if (!attempt || attempt.isUnderWay || !state.isOn) return { state }
      const aside = { ...state.aside, [n]: { ...attempt, isUnderWay: true } }
      return { state: { ...state, aside }, effects: [sending(n, attempt.tries, given)] }
    },

    on(state, _, given) {
      if (state.isOn) return { state }
      const anew = (attempt: Attempt) => ({ ...attempt, tries: 0, since: given.now })
      const aside = Object.fromEntries(Object.entries(state.aside).map(([n, attempt]) => [n, anew(attempt)]))
      const attempt = state.attempt && anew(state.attempt)
      return woken({ state: { ...state, isOn: true, failingSince: null, aside, attempt } }, given)
    },

    off(state) {
      return { state: { ...state, isOn: false }, reminders: silent(state.aside) }
    },

    turnedOff(state) {
      return { state }
    },

    view(state) {
      const { failingSince, lastTakenAt } = state
      const aside = Object.keys(state.aside).length
      return { state, reply: { waiting: waitingIn(state), aside, failingSince, lastTakenAt } }
    },
  },
})

const waitingIn = ({ last, head, outOfTurn }: State) => last - head + 1 - outOfTurn.length
const attemptOf = ({ head, attempt, aside }: State, n: number) => (n === head ? attempt : aside[n])
const isTaken = ({ status }: Answer) => status !== null && status >= 200 && status < 300
/** Each try has a key of its own: the time tells a try after a pause from the one before it. */
const sending = (n: number, tries: number, { now }: Given) => effect('send', `${n}/${tries}/${now}`, { n })
/** Machines wait for machines: it goes on while the time of a sandbox stands still. */
const pause = { isPause: true } as const

/** The first of those that wait leaves, unless it is on its way or, not being due, waits for its next try. */
function pumped<C extends EndpointChange>(change: C, given: Given, isDue = false): C {
  let { state } = change
  while (state.outOfTurn.includes(state.head)) {
    const outOfTurn = state.outOfTurn.filter((n) => n !== state.head)
    state = { ...state, outOfTurn, head: state.head + 1, attempt: null }
  }
  const { isOn, head, last, attempt } = state
  const mustWait = attempt !== null && (attempt.isUnderWay || !isDue)
  if (!isOn || mustWait || head > last) return { ...change, state }
  const next = { tries: 0, since: given.now, triedAt: given.now, ...attempt, isUnderWay: true }
  const effects = [...(change.effects ?? []), sending(head, next.tries, given)]
  return { ...change, state: { ...state, attempt: next }, effects }
}

/**
 * It works again: everything that waited for another try goes now. But for what failed a moment ago: one that is bad among
 * many that are taken is no outage.
 */
function woken(change: EndpointChange, given: Given, failedAgoMs = 0) {
  const { state } = change
  const isResting = ({ isUnderWay, triedAt }: Attempt) => !isUnderWay && given.now - triedAt >= failedAgoMs
  const resting = Object.entries(state.aside).filter(([, attempt]) => isResting(attempt))
  const left = resting.map(([n, attempt]) => [n, { ...attempt, isUnderWay: true }] as const)
  const effects = [...(change.effects ?? []), ...resting.map(([n, { tries }]) => sending(Number(n), tries, given))]
  const aside = { ...state.aside, ...Object.fromEntries(left) }
  return pumped(
    { ...change, state: { ...state, aside }, effects, reminders: silent(Object.fromEntries(resting)) },
    given,
    true,
  )
}

const silent = (aside: State['aside']) =>
  Object.fromEntries([['again', null], ...Object.keys(aside).map((n) => [`aside/${n}`, null] as const)])

function taken(state: State, { n, answer }: Tried, { tries }: Attempt, given: Given) {
  const next = { ...without(state, n), failingSince: null, lastTakenAt: given.now }
  const change = { state: next, rows: [settled(given, n, { status: 'delivered', tries, answer, nextAt: null })] }
  return state.isOn && state.failingSince !== null ? woken(change, given, restMs) : pumped(change, given)
}

/** Its place is given up. */
function without(state: State, n: number): State {
  if (n === state.head) return { ...state, head: n + 1, attempt: null }
  const { [n]: _, ...aside } = state.aside
  return { ...state, aside }
}

/** It is tried again: where it holds the others, in its place, or beside them. */
function kept(state: State, n: number, attempt: Attempt): State {
  if (n !== state.head) return { ...state, aside: { ...state.aside, [n]: attempt } }
  const mayPass = attempt.tries >= holdTries && Object.keys(state.aside).length < asideMax
  if (!mayPass) return { ...state, attempt }
  return { ...state, head: n + 1, attempt: null, aside: { ...state.aside, [n]: attempt } }
}

function failed(state: State, { n, answer, retryAfterMs, isFinal }: Tried, attempt: Attempt, given: Given) {
  const { now } = given
  const { tries, since } = attempt
  const at = now + waitMs(tries, given.random(), retryAfterMs)
  const isOver = isFinal || at > since + patienceMs
  const standing = isOver ? without(state, n) : kept(state, n, attempt)
  // What we lost ourselves says nothing of the endpoint.
  const next = { ...standing, failingSince: isFinal ? state.failingSince : (state.failingSince ?? now) }
  const outcome = isOver ? ({ status: 'failed', nextAt: null } as const) : ({ status: 'waiting', nextAt: at } as const)
  const change = { state: next, rows: [settled(given, n, { ...outcome, tries, answer })] }
  const reason = state.isOn ? offFor(next, answer, isOver, now) : undefined
  if (reason) return turnedOff(change, reason, wordsOf(answer), given)
  if (next.head === n) return state.isOn ? { ...change, reminders: { again: remind('again', at, {}, pause) } } : change
  const due = next.aside[n] && state.isOn ? { [`aside/${n}`]: remind('asideAgain', at, { n }, pause) } : {}
  return pumped({ ...change, reminders: due }, given)
}

function offFor({ failingSince }: State, { status }: Answer, isOver: boolean, now: number) {
  if (status === 410) return 'gone'
  // A delivery is given up when its next try would come too late: up to one wait before its time is over.
  const isLong = failingSince !== null && now - failingSince >= patienceMs - longestWaitMs
  return isOver && isLong ? 'failing' : undefined
}

const wordsOf = ({ status, why }: Answer) => (status === null ? why : `HTTP ${status}`)

function tested(state: State, { n, answer }: Tried, given: Given) {
  const tests = state.tests.filter((one) => one !== n)
  const status = isTaken(answer) ? 'delivered' : 'failed'
  const lastTakenAt = isTaken(answer) ? given.now : state.lastTakenAt
  const rows = [settled(given, n, { status, tries: 1, answer, nextAt: null })]
  const change = { state: { ...state, tests, lastTakenAt }, rows }
  if (!isTaken(answer) || !state.isOn || state.failingSince === null) return change
  // Somebody has mended it, and looks whether it works.
  return woken({ ...change, state: { ...change.state, failingSince: null } }, given)
}

function turnedOff(change: EndpointChange, reason: OffReason, why: string | null, { now }: Given) {
  const { state } = change
  const facts = { waiting: waitingIn(state), why }
  return {
    ...change,
    state: { ...state, isOn: false },
    reminders: silent(state.aside),
    effects: [effect('turnOff', `off/${now}`, { reason, why, since: state.failingSince })],
    decisions: [{ rule: 'webhook.off@1' as const, outcome: reason, facts }],
  }
}
