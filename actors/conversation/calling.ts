import { isoOf } from '../../kernel/clock.ts'
import { conflict, type Problem } from '../../kernel/problem.ts'
import { isQuiet } from '../../kernel/quiet.ts'
import type { Decision, Given } from '../runtime/change.ts'
import { archived, blocked, isStopped, restricted, suppressed } from './guards.ts'
import { reach, type Way } from './reach.ts'
import type { State } from './state.ts'

// Whether somebody may be called. A telephone that rings cannot be left unread, so more keeps a call from being made than
// a message: quiet hours hold for everybody who has not just been in touch, and a STOP until they are in touch again.

/** Who wrote or called within this time is awake. */
const awakeMs = 30 * 60_000

type Verdict = { is: 'allowed' } | { is: 'refused'; problem: Problem; decision: Decision }
type Objection = { problem: Problem; facts: Decision['facts'] }
type Check = (state: State, way: Way, given: Given) => Objection | undefined
interface Calling {
  messageId: string
  way: Way
}

/** By which number, and to which: the one that is wanted, or the first that can call. */
export function wayToCall(state: State, wanted: string | undefined, settings: Given['settings']): Way | undefined {
  const lines = (settings.channels ?? []).filter(({ provider, isActive }) => provider === 'twilio' && isActive)
  const usual = lines.find(({ id }) => id === state.channelId) ?? lines[0]
  const line = wanted === undefined ? usual : lines.find(({ id }) => id === wanted)
  const way = line && reach(state, line.id, settings)
  return way?.to.startsWith('+') ? way : undefined
}

const checks: readonly (readonly [name: string, check: Check])[] = [
  ['blocked', (state) => told(blocked(state))],
  ['restricted', (state) => told(restricted(state, purposeOf(state)))],
  ['archived', (state) => told(archived(state, purposeOf(state)))],
  ['suppressed', stopped],
  ['quiet_hours', quiet],
]

/** Who waits for an answer is answered; anybody else is called for a reason of the business. */
const purposeOf = ({ waitingSince }: State) => ({
  class: waitingSince === null ? ('operational' as const) : ('conversational' as const),
})

/** The first that objects names itself in one decision, as of a message. */
export function mayCall(state: State, { messageId, way }: Calling, given: Given): Verdict {
  for (const [name, check] of checks) {
    const objection = check(state, way, given)
    if (!objection) continue
    const { channelId, kind: channel } = way
    const facts = { messageId, channelId, channel, ...objection.facts }
    return {
      is: 'refused',
      problem: objection.problem,
      decision: { rule: `call.${name}@1`, outcome: 'refused', facts },
    }
  }
  return { is: 'allowed' }
}

function stopped(state: State, { kind, to }: Way, _: Given): Objection | undefined {
  const { rules, lastIn } = state
  const saidAt = Math.max(rules.terms.wordN, rules.word?.n ?? 0)
  // Whoever called or wrote after their STOP wants an answer.
  const isInTouch = isStopped(rules, kind) && lastIn !== null && lastIn.n > saidAt
  if (isInTouch) return undefined
  return told(suppressed(state, { kind, to, class: 'operational' }))
}

/** Of what holds for messages too, what is refused at once. */
const told = (found: ReturnType<typeof suppressed>) => (found && 'problem' in found ? found : undefined)

function quiet({ rules, heardAt }: State, _: Way, { now, settings }: Given): Objection | undefined {
  const { quietFrom: from, quietTo: to } = settings.contact
  const zone = rules.terms.timezone ?? settings.timezone
  if ((heardAt !== null && now - heardAt < awakeMs) || !isQuiet({ from, to }, now, zone)) return undefined
  const says = `It is ${from} to ${to} where this person is: nobody is called then who has not just been in touch.`
  return { problem: conflict('quiet_hours', says), facts: { zone, quiet: `${from} to ${to}`, at: isoOf(now) } }
}
