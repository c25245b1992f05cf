import { bounds } from '../../../actors/runtime/bounds.ts'
import { streamName } from '../../../actors/runtime/contract.ts'
import type { Applied } from '../../harness/mongo-proxy.ts'
import { counter, ledgerOf } from './actors.ts'
import type { History, Operation, Remains } from './history.ts'

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9'
export interface Violation {
  invariant: Invariant
  what: string
}

/** What each invariant promises, as a failed run says it. */
export const promises: Record<Invariant, string> = {
  I1: 'no acknowledged message is lost',
  I2: 'a command is applied once, and a retry gets the same reply',
  I3: 'the history of an actor is linearizable, reads included',
  I4: 'nothing observable comes from a turn that is not durable',
  I5: 'the revision of an actor grows by one, without gaps',
  I6: 'the events of a stream arrive in order and can be deduplicated',
  I7: 'each reminder takes effect once',
  I8: 'memory is bounded',
  I9: 'everything is served again in time, and mailboxes drain',
}

/** Compares what was observed with what remained. The fewer faults a run had, the less this proves. */
export function check(history: History, remains: Remains): Violation[] {
  const found: Violation[] = []
  const note = (invariant: Invariant, what: string) => void found.push({ invariant, what })
  const actors = new Set([...history.operations.map(({ actor }) => actor), ...remains.counters.keys()])
  for (const actor of actors) {
    const { tags = [], n = 0 } = remains.counters.get(actor) ?? {}
    const operations = history.operations.filter((one) => one.actor === actor)
    acknowledged(actor, operations, tags, note)
    applied(actor, operations, tags, note)
    if (n !== tags.length) note('I3', `${actor}: ${tags.length} additions made ${n}`)
    linear(actor, operations, history, note)
  }
  observed(history, remains, note)
  revisions(history, remains, note)
  streams(history, remains, note)
  reminded(history, remains, note)
  drained(history, remains, note)
  for (const [actor, count] of history.crowds)
    if (count > bounds.mailboxMax) note('I8', `${count} waited for ${actor}, where at most ${bounds.mailboxMax} may`)
  return found
}

type Note = (invariant: Invariant, what: string) => void

function acknowledged(actor: string, operations: Operation[], tags: string[], note: Note) {
  const kept = new Set(tags)
  for (const { type, tag, n } of operations) {
    if (tag === null) continue
    if (type === 'add' && !kept.has(tag)) note('I1', `${actor}: ${tag} was acknowledged as number ${n} and is lost`)
    else if (tags[n - 1] !== tag) note('I3', `${actor}: ${type} saw ${tag} as number ${n}, where ${tags[n - 1]} is`)
  }
}

function applied(actor: string, operations: Operation[], tags: string[], note: Note) {
  const seen = new Set<string>()
  for (const tag of tags) {
    if (seen.has(tag)) note('I2', `${actor}: ${tag} was applied twice`)
    seen.add(tag)
  }
  const replies = new Map<string, number>()
  for (const { commandId, type, n } of operations) {
    if (type === 'view') continue
    const first = replies.get(commandId) ?? n
    replies.set(commandId, first)
    if (first !== n) note('I2', `${actor}: ${commandId} was answered ${first}, and then ${n}`)
  }
}

/**
 * Fetch-and-increment orders itself: what ended before an operation began must be visible to it, and nothing may be
 * visible that nobody had asked for yet.
 */
function linear(actor: string, operations: Operation[], { begun }: History, note: Note) {
  const ended = operations.toSorted((a, b) => a.end - b.end)
  const highest: number[] = []
  for (const { n } of ended) highest.push(Math.max(highest.at(-1) ?? 0, n))
  const visibleAt = (moment: number) => highest[countBefore(ended, moment) - 1] ?? 0
  for (const { start, end, n, tag, type } of operations) {
    const visible = visibleAt(start)
    if (type === 'view' && n < visible) note('I3', `${actor}: a view saw ${n} after ${visible} was visible (stale)`)
    const asked = begun.get(tag ?? '') ?? -Infinity
    if (asked > end) note('I3', `${actor}: ${tag} was seen before anybody asked for it`)
  }
  fresh(actor, ended, visibleAt, note)
}

/** A retry is answered as its first attempt was, which may have been long ago: the first answer counts. */
function fresh(actor: string, ended: Operation[], visibleAt: (moment: number) => number, note: Note) {
  const answered = new Set<string>()
  for (const { type, commandId, start, n } of ended) {
    if (type === 'view' || answered.has(commandId)) continue
    answered.add(commandId)
    const visible = visibleAt(start)
    if (n <= visible) note('I3', `${actor}: an addition began after ${visible} was visible and became ${n} (stale)`)
  }
}

/** How many of these, sorted by their end, ended before that moment. */
function countBefore(ended: Operation[], moment: number) {
  let low = 0
  let high = ended.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ended[middle]?.end ?? Infinity) < moment) low = middle + 1
    else high = middle
  }
  return low
}

type IsTrue = (actor: string, n: number, tag: string) => boolean

function observed(history: History, { counters, ledgers, rows }: Remains, note: Note) {
  const isTrue: IsTrue = (actor, n, tag) => counters.get(actor)?.tags[n - 1] === tag
  for (const { event, member } of history.events) {
    const { n, tag } = event.data as { n: number; tag: string }
    const actor = event.stream.slice(event.stream.indexOf(':') + 1)
    if (!isTrue(actor, n, tag)) note('I4', `${member} published ${tag} as number ${n} of ${actor}, which is not so`)
  }
  for (const { counter: actor, n, tag } of rows)
    if (!isTrue(actor, n, tag)) note('I4', `a row says that ${tag} is number ${n} of ${actor}, which is not so`)
  charged(history, isTrue, note)
  for (const { last, disorder } of ledgers.values()) {
    for (const one of disorder) note('I2', `the ledger heard ${one}`)
    for (const [actor, n] of Object.entries(last))
      if (n > (counters.get(actor)?.n ?? 0)) note('I4', `the ledger was told ${n} of ${actor}, which has less`)
  }
  rowsAreDown({ counters, rows }, note)
}

function rowsAreDown({ counters, rows }: Pick<Remains, 'counters' | 'rows'>, note: Note) {
  for (const [actor, { tags }] of counters) {
    const down = new Set(rows.filter((row) => row.counter === actor).map(({ n }) => n))
    const missing = tags.findIndex((_, index) => !down.has(index + 1))
    if (missing >= 0) note('I1', `${actor}: the row of number ${missing + 1} is missing`)
  }
}

function charged({ charges }: History, isTrue: IsTrue, note: Note) {
  const once = new Set<string>()
  for (const { key, tag, member } of charges) {
    const [actor = '', n] = key.split(':')
    if (!isTrue(actor, Number(n), tag)) note('I4', `${member} charged ${key} for ${tag}, which is not so`)
    if (once.has(key)) note('I2', `${key} was charged twice`)
    once.add(key)
  }
}

function revisions({ applied: writes }: History, { counters, ledgers, unknown }: Remains, note: Note) {
  const byActor = new Map<string, number[]>()
  const name = ({ collection, id }: Applied) => `${collection}/${id}`
  for (const write of writes) {
    const known = byActor.get(name(write))
    if (known) known.push(write.rev)
    else byActor.set(name(write), [write.rev])
  }
  const unsure = new Set(unknown.map((write) => `${name(write)}@${write.rev}`))
  const all = [
    ...[...counters].map(([id, { rev }]) => ({ name: `users/${id}`, rev })),
    ...[...ledgers].map(([id, { rev }]) => ({ name: `inboxes/${id}`, rev })),
  ]
  for (const { name: actor, rev } of all) {
    const revs = byActor.get(actor) ?? []
    const once = new Set(revs)
    if (once.size !== revs.length) note('I5', `${actor}: one revision was written twice`)
    for (let n = 0; n < rev; n++)
      if (!once.has(n) && !unsure.has(`${actor}@${n}`)) note('I5', `${actor}: nobody wrote revision ${n + 1} of ${rev}`)
  }
}

function streams({ events: live }: History, { counters, events }: Remains, note: Note) {
  const rows = new Map(events.map((event) => [event._id, event]))
  const heard = new Map<string, number>()
  for (const { event } of live) {
    const { stream, seq, _id } = event
    const last = heard.get(stream) ?? 0
    if (seq > last + 1) note('I6', `${stream}: ${seq} came after ${last}`)
    heard.set(stream, Math.max(last, seq))
    const kept = JSON.stringify(rows.get(_id)?.data)
    if (kept !== JSON.stringify(event.data)) note('I6', `${_id} was published as what its row does not say: ${kept}`)
  }
  for (const [actor, { tags }] of counters) {
    const stream = streamName(counter.kind, 'main', actor)
    const tagAt = (seq: number) => (rows.get(`${stream}:${seq}`)?.data as { tag: string } | undefined)?.tag
    const wrong = tags.findIndex((tag, index) => tagAt(index + 1) !== tag)
    if (wrong >= 0) note('I6', `${stream}: number ${wrong + 1} is ${tagAt(wrong + 1)} in the log, and ${tags[wrong]}`)
    const last = heard.get(stream) ?? 0
    if (last < tags.length) note('I6', `${stream}: of ${tags.length} events the last heard was ${last}`)
  }
}

function reminded({ reminders }: History, { counters }: Remains, note: Note) {
  for (const [actor, { rung }] of counters) {
    const once = new Set(rung)
    if (once.size !== rung.length) note('I7', `${actor}: a reminder took effect twice (${rung.length - once.size})`)
    for (const key of reminders.get(actor) ?? [])
      if (!once.has(key)) note('I7', `${actor}: reminder ${key} never took effect`)
  }
}

function drained({ buried }: History, { counters, ledgers, letters, busy }: Remains, note: Note) {
  for (const actor of busy) note('I9', `${actor} still had something to hand out, or to ring`)
  for (const [actor, { n }] of counters) {
    const told = ledgers.get(ledgerOf(actor))?.last[actor] ?? 0
    if (told < n) note('I1', `the ledger was told ${told} of the ${n} additions of ${actor}`)
  }
  for (const { message, error } of letters)
    if (!buried.has(message)) note('I9', `${message} rests with the dead letters: ${error}`)
}
