import type { TallyState } from './actors.ts'
import { type Nodes, workspaceId } from './nodes.ts'

/** What a client did. `until` is when it was first answered. */
export interface Operation {
  type: 'add' | 'read'
  actorId: string
  id: string
  from: number
  until: number
  replies: number[]
  input?: { tellTo: string | null; remindAt: number | null; calls: boolean }
}

/** Looks at what is on the disk when all is over, and at what the clients were told. */
export function check(nodes: Nodes, actorIds: readonly string[], operations: readonly Operation[]): string[] {
  return actorIds.flatMap((id) => {
    const mine = operations.filter(({ actorId }) => actorId === id)
    const state = nodes.durable(id)
    if (!state)
      return mine.some(({ type, replies }) => type === 'add' && replies.length > 0) ? [`I1: ${id} is gone`] : []
    return [
      ...once(id, state, mine),
      ...inOrder(id, mine),
      ...reads(id, mine),
      ...reminded(id, state, mine),
      ...called(nodes, id, state),
      ...told(nodes, id, actorIds),
      ...logged(nodes, id, state),
    ]
  })
}

function once(actor: string, { added }: TallyState, operations: readonly Operation[]): string[] {
  const found: string[] = []
  if (new Set(added).size < added.length) found.push(`I2: ${actor} took a command twice`)
  for (const { type, id, replies } of operations) {
    if (type !== 'add' || replies.length === 0) continue
    const n = added.indexOf(id) + 1
    if (n === 0) found.push(`I1: ${actor} has lost ${id}, which was acknowledged`)
    else if (replies.some((reply) => reply !== n)) found.push(`I2: ${id} is ${n} and was answered ${replies.join()}`)
  }
  return found
}

/** Counting up and answering the count: in the order of their answers, none began after a later one had ended. */
function inOrder(actor: string, operations: readonly Operation[]): string[] {
  const adds = operations.filter(({ type, replies }) => type === 'add' && replies.length > 0)
  const sorted = adds.sort((one, other) => (one.replies[0] ?? 0) - (other.replies[0] ?? 0))
  let begun = -Infinity
  for (const { id, from, until } of sorted) {
    if (until < begun) return [`I3: ${actor} answered ${id} a number that was taken later`]
    begun = Math.max(begun, from)
  }
  return []
}

function reads(actor: string, operations: readonly Operation[]): string[] {
  const adds = operations.filter(({ type }) => type === 'add')
  return operations.flatMap(({ type, from, until, replies: [reply] }) => {
    if (type !== 'read' || reply === undefined) return []
    const least = Math.max(0, ...adds.filter((add) => add.until < from).map((add) => add.replies[0] ?? 0))
    const most = adds.filter((add) => add.from <= until).length
    return reply < least || reply > most ? [`I3: ${actor} was read as ${reply}, not ${least} to ${most}`] : []
  })
}

function reminded(actor: string, { added, due }: TallyState, operations: readonly Operation[]): string[] {
  const set = operations.filter(({ id, input }) => input && input.remindAt !== null && added.includes(id))
  const twice = new Set(due).size < due.length ? [`I7: a reminder of ${actor} took effect twice`] : []
  const never = set
    .filter(({ id }) => !due.includes(id))
    .map(({ id }) => `I7: the reminder ${id} of ${actor} never came`)
  return [...twice, ...never]
}

function called({ seen, memory }: Nodes, actor: string, { asked, called: answers }: TallyState): string[] {
  const buried = new Set(memory.letters.map(({ command }) => (command.input as { id?: string }).id))
  return asked.flatMap((id) => {
    const calls = seen.calls.filter((call) => call === id).length
    const answered = answers.filter((answer) => answer.startsWith(`${id} `)).length
    if (calls > 1) return [`I4: ${id} of ${actor} was called ${calls} times`]
    if (answered > 1) return [`I2: the result of ${id} came ${answered} times`]
    return answered === 0 && !buried.has(id) ? [`I1: the result of ${id} never came`] : []
  })
}

/** Every tell once, and those of one sender in their order. */
function told(nodes: Nodes, sender: string, receivers: readonly string[]): string[] {
  const { told: sent = {} } = nodes.durable(sender) ?? {}
  return receivers.flatMap((receiver) => {
    const heard = (nodes.durable(receiver)?.heard ?? []).filter((one) => one.startsWith(`${sender}:`))
    const wanted = Array.from({ length: sent[receiver] ?? 0 }, (_, n) => `${sender}:${n + 1}`)
    if (heard.join() === wanted.join()) return []
    return [`I6: ${receiver} heard ${heard.join() || 'nothing'}, and was told ${wanted.join()}`]
  })
}

/** One event and one row for each, without a gap. */
function logged({ memory }: Nodes, actor: string, { added }: TallyState): string[] {
  const log = memory
    .eventsOf(workspaceId, `tally:${actor}`)
    .map(({ seq, data }) => `${seq} ${(data as { id: string }).id}`)
  const wanted = added.map((id, index) => `${index + 1} ${id}`)
  const rows = added.filter((id) => !memory.rows.has(`${workspaceId}/message/${actor}/${id}`))
  return [
    ...(log.join() === wanted.join() ? [] : [`I6: the log of ${actor} is ${log.join()}, not ${wanted.join()}`]),
    ...rows.map((id) => `I1: the row of ${id} is missing`),
  ]
}
