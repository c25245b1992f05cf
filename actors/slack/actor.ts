import { actor, type Decision } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { happened, lookedAt, rulesChanged, stood, tested, waitingRead } from './alerts.ts'
import { slack } from './contract.ts'
import { goingOn, pumped, settled } from './lanes.ts'
import { knownMax, nothing, SlackState, type State } from './state.ts'

const { effect } = slack

/** Slack tells again what it is not sure that we heard: once is enough. */
const remembered = (state: State, key: string): State => ({ ...state, known: [...state.known, key].slice(-knownMax) })

const became = ({ act, conversationId, outcome, memberId }: InputOf<typeof slack, 'acted'>): Decision => {
  return { rule: 'slack.pressed@1', outcome, facts: { act, conversationId, memberId } }
}

export const slackActor = actor(slack, {
  state: SlackState,
  initial: nothing,

  on: {
    stands: stood,
    happened,

    due(state, _, given) {
      return lookedAt(state, given)
    },

    rulesChanged(state, { rules }, given) {
      return rulesChanged(state, rules, given)
    },

    waitingRead(state, { waiting }, given) {
      return waitingRead(state, waiting, given)
    },

    test(state, { channel }, given) {
      return tested(state, channel, given)
    },

    laneDue(state, { channel }, given) {
      return pumped({ state }, channel, given, true)
    },

    delivered: settled,

    pressed(state, press, _given) {
      if (state.known.includes(press.key)) return { state, reply: { isNew: false } }
      return { state: remembered(state, press.key), reply: { isNew: true }, effects: [effect('act', press.key, press)] }
    },

    acted(state, acted) {
      return { state, decisions: [became(acted)] }
    },

    filled(state, filled) {
      if (state.known.includes(filled.key)) return { state }
      return { state: remembered(state, filled.key), decisions: [became(filled)] }
    },

    gone(state, { eventId, what, why }, { now }) {
      if (state.known.includes(eventId)) return { state, reply: { isNew: false } }
      const broken = { code: what, why, at: now }
      const decision = { rule: 'slack.gone@1' as const, outcome: what, facts: {} }
      return { state: { ...remembered(state, eventId), broken }, reply: { isNew: true }, decisions: [decision] }
    },

    mended(state, _, given) {
      return goingOn(state, given)
    },

    off(state) {
      const silent = Object.keys(state.lanes).map((channel) => [`lane/${channel}`, null] as const)
      return { state: { ...nothing, known: state.known }, reminders: { due: null, ...Object.fromEntries(silent) } }
    },

    view(state) {
      const { broken, failing, lastTakenAt } = state
      const waiting = Object.values(state.lanes).reduce((sum, { queue }) => sum + queue.length, 0)
      return { state, reply: { waiting, broken, failing, lastTakenAt } }
    },
  },
})
