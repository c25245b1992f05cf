import { conversation } from '../conversation/contract.ts'
import { actor, type Change, type Decision, type Given } from '../runtime/change.ts'
import type { Tell } from '../runtime/contract.ts'
import { hot } from '../runtime/hot.ts'
import { choose, hasRoom } from './choosing.ts'
import { roster, type Staff, type Status } from './contract.ts'
import { boardOf } from './board.ts'
import {
  initial,
  isWanted,
  moved,
  offered,
  queued,
  RosterState,
  settled,
  type State,
  touched,
  unqueued,
  type Waiting,
} from './state.ts'

const { event, effect, remind } = roster
type RosterChange = Change<typeof roster, State>

/** When so few are left at hand, and more wait, the next are read. */
const lowMark = 40
const minuteMs = 60_000

const board = hot<typeof roster, State>({
  key: 'flush',
  wake: (at) => remind('flush', at, {}),
  shownAt: ({ shownAt }) => shownAt,
  show,
})

export const rosterActor = actor(roster, {
  state: RosterState,
  initial,
  // The same state; its queue rests packed, which no earlier release reads.
  version: 2,
  migrations: { 2: (state: State): State => state },

  on: {
    moved(state, { conversationId, was, is }, given) {
      const after = moved(state, was, is)
      if (!isWanted(is)) return finished(drained(unqueued(after, conversationId), given), given)
      const not = was?.assigneeId ?? after.queue.find((one) => one.conversationId === conversationId)?.not ?? null
      const { since, teamId, tags } = is
      const wish: Waiting = { conversationId, since, teamId, tags, not, why: null }
      // Whoever waited before had their chance at whatever is free: only the new one can get something now.
      return finished(placed(queued(after, wish), wish, given), given)
    },

    answered(state, { conversationId, memberId }, given) {
      if (state.offers[conversationId] !== memberId) return { state }
      return finished(drained(touched(settled(state, conversationId), [memberId]), given), given)
    },

    presence(state, { people, isAll }, given) {
      const presence = presentAfter(state.presence, people, isAll)
      const ids = [...new Set([...Object.keys(state.presence), ...Object.keys(presence)])]
      const news = ids.filter((id) => state.presence[id] !== presence[id])
      if (news.length === 0) return { state }
      const after = touched({ ...state, presence }, news)
      const change = finished(drained(after, given), given)
      return { ...change, reminders: { ...change.reminders, ...watched(after, news, given) } }
    },

    staffChanged(state) {
      return state.reading === 'no' ? reading(state) : { state: { ...state, reading: 'again' as const } }
    },

    staffRead(state, staff, given) {
      const isFirst = state.staff === null
      const isAgain = state.reading === 'again'
      const ids = staff.members.map(({ id }) => id)
      const reading = isAgain ? ('yes' as const) : ('no' as const)
      const after = { ...touched(state, ids), staff, staffIsNew: true, reading }
      // The reasons of before may be none any more: all that waits is looked at, whether anybody has room or not.
      const change = finished(drained(after, given, true), given)
      return {
        ...change,
        effects: [
          ...(change.effects ?? []),
          ...(isFirst ? [effect('readUnplaced', 'first', { after: '' })] : []),
          ...(isAgain ? [effect('readStaff', `${given.now}/again`, {})] : []),
        ],
      }
    },

    unplacedRead(state, { conversationIds, isAll }) {
      const last = conversationIds.at(-1)
      return {
        state,
        tells: conversationIds.map((id) => conversation.tell(id).place({})),
        effects: isAll || last === undefined ? [] : [effect('readUnplaced', last, { after: last })],
      }
    },

    waitingRead(state, { wishes, isAll }, given) {
      const known = new Set([...Object.keys(state.offers), ...state.queue.map(({ conversationId }) => conversationId)])
      const fresh = wishes.filter(({ conversationId }) => !known.has(conversationId))
      const after = queued(state, ...fresh.map((wish) => ({ ...wish, why: null })))
      return finished(drained({ ...after, hasMore: !isAll, isReadingMore: false }, given), given)
    },

    awayDue(state, { memberId }, given) {
      const isDue = state.staff !== null && state.staff.rule.reassignAfterMinutes > 0
      if (!isDue || state.presence[memberId] !== undefined) return { state, reminders: { [awayKey(memberId)]: null } }
      return { state, effects: [effect('readHeld', `${memberId}/${given.now}`, { memberId })] }
    },

    heldRead(state, { memberId, conversationIds }) {
      if (state.presence[memberId] !== undefined) return { state }
      return {
        state,
        tells: conversationIds.map((id) => conversation.tell(id).assignBy({ from: memberId, to: null })),
        decisions: conversationIds.map((conversationId) => ({
          rule: 'reassignment@1' as const,
          outcome: 'released',
          facts: { conversationId, memberId, afterMinutes: state.staff?.rule.reassignAfterMinutes ?? 0 },
        })),
      }
    },

    flush(state, _, given) {
      return board.show(state, given)
    },

    view(state) {
      return { state, reply: boardOf(state) }
    },
  },
})

interface Done {
  state: State
  tells: Tell[]
  decisions: Decision[]
}

/** Something is free, or somebody is there: the whole queue has its chance, the longest first. */
function drained(state: State, given: Given, isWhole = false): Done {
  const done: Done = { state, tells: [], decisions: [] }
  const { staff, queue } = state
  if (!staff) return done
  for (const wish of queue) {
    if (!isWhole && !hasRoom(done.state, staff)) break
    give(done, staff, wish, given)
  }
  return done
}

/** One that waits gets somebody, or a reason why not. */
function placed(state: State, wish: Waiting, given: Given): Done {
  const done: Done = { state, tells: [], decisions: [] }
  if (state.staff) give(done, state.staff, wish, given)
  return done
}

function give(done: Done, staff: Staff, wish: Waiting, { now }: Given) {
  const { conversationId, since, teamId } = wish
  if (done.state.offers[conversationId] !== undefined) return // Somebody is about to have it.
  const choice = choose(done.state, staff, wish)
  const facts = { conversationId, teamId, waitedMs: Math.max(0, now - since) }
  if ('why' in choice) {
    if (choice.why === wish.why) return // Said before.
    done.state = queued(done.state, { ...wish, why: choice.why })
    if (choice.why !== 'off')
      done.decisions.push({ rule: 'assignment@1', outcome: 'not_assigned', facts: { ...facts, why: choice.why } })
    return
  }
  const { memberId, load, capacity, considered } = choice
  done.state = offered(unqueued(done.state, conversationId), conversationId, memberId, now)
  done.tells.push(conversation.tell(conversationId).assignBy({ from: null, to: memberId }))
  done.decisions.push({
    rule: 'assignment@1',
    outcome: 'assigned',
    facts: { ...facts, memberId, load, capacity, considered },
  })
}

/** What was decided, with what has to be read for the next decision, and the board. */
function finished({ state, tells, decisions }: Done, given: Given): RosterChange {
  const first = state.staff === null && state.reading === 'no' ? reading(state) : { state }
  const isLow = state.hasMore && !state.isReadingMore && state.staff !== null && state.queue.length < lowMark
  const shown = board.changed(isLow ? { ...first.state, isReadingMore: true } : first.state, given)
  const more = isLow ? [effect('readWaiting', `${given.now}`, {})] : []
  return { ...shown, tells, decisions, effects: [...(first.effects ?? []), ...more] }
}

const reading = (state: State): RosterChange => ({
  state: { ...state, reading: 'yes' },
  effects: [effect('readStaff', state.staff === null ? 'first' : 'again', {})],
})

function show(state: State, { now }: Given): RosterChange {
  const after = { ...state, changed: [], staffIsNew: false, shownAt: now }
  const shown = state.staffIsNew
    ? event('roster.staff_changed', boardOf(state))
    : event('roster.changed', boardOf(state, state.changed))
  return { state: after, events: [shown] }
}

function presentAfter(before: State['presence'], people: readonly { id: string; status: Status }[], isAll: boolean) {
  const after = new Map(isAll ? [] : Object.entries(before))
  for (const { id, status } of people) {
    if (status === 'offline') after.delete(id)
    else after.set(id, status)
  }
  return Object.fromEntries(after)
}

const awayKey = (memberId: string) => `away_${memberId}`

/** Who has gone is looked after now and then, for what they hold may come to wait later; who is back is not. */
function watched({ staff, presence }: State, ids: readonly string[], { now }: Given) {
  const everyMs = (staff?.rule.reassignAfterMinutes ?? 0) * minuteMs
  return Object.fromEntries(
    ids.map((memberId) => {
      const isAway = presence[memberId] === undefined && everyMs > 0
      return [awayKey(memberId), isAway ? remind('awayDue', now + everyMs, { memberId }, { everyMs }) : null]
    }),
  )
}
