import type { Decision, Given } from '../runtime/change.ts'
import { attention } from '../attention/contract.ts'
import { lived } from './activity.ts'
import { conversation } from './contract.ts'
import type { Promised } from './contract/sla.ts'
import { lookedAt, nextLook } from './sla.ts'
import type { State } from './state.ts'
import { changed, type ConversationChange, headerOf, joined, known } from './telling.ts'

const { event, remind } = conversation

export const promises = {
  /** A promise is nearly broken, or is: whoever looks after the person hears of it. */
  slaDue(state: State, _: object, given: Given): ConversationChange {
    const { sla, episode } = state
    if (sla === null || episode === null) return { state }
    const found = lookedAt(sla, given)
    const at = nextLook(found.sla)
    const reminders = { sla: at === null ? null : remind('slaDue', at, {}) }
    const after = { ...state, sla: found.sla }
    if (found.broken.length + found.warned.length === 0) return { ...changed(state, after, given), reminders }

    const lines = found.broken.map((promised) => ({ promised, messageId: given.newId('msg') }))
    const first = lines.length > 0 ? broken(state, after, lines, given) : changed(state, after, given)
    const told = joined(first, (next) => {
      const about = { policyId: sla.policyId, episodeId: episode.id, conversation: headerOf(known(next)) }
      return {
        state: next,
        events: [
          ...found.warned.map((promised) => event('sla.warning', { promised, ...about })),
          ...found.broken.map((promised) => event('sla.breached', { promised, ...about })),
        ],
        tells: calls(next, found, given),
        decisions: [
          ...found.warned.map((promised) => decided('sla_warning@1', promised, sla.policyId)),
          ...lines.map(({ promised, messageId }) => decided('sla_breached@1', promised, sla.policyId, messageId)),
        ],
      }
    })
    return { ...told, reminders }
  },
}

interface Broken {
  promised: Promised
  messageId: string
}

function broken(before: State, after: State, all: readonly Broken[], given: Given): ConversationChange {
  const lines = all.map(({ promised, messageId }) => (state: State) => {
    return lived(state, state, { what: 'sla_breached', value: promised, messageId }, given)
  })
  return lines.reduce<ConversationChange>((change, line) => joined(change, line), changed(before, after, given))
}

function calls(
  { assigneeId }: State,
  { broken, warned }: { broken: Promised[]; warned: Promised[] },
  { id: conversationId, now, by }: Given,
) {
  if (assigneeId === null) return []
  const why = broken.length > 0 ? ('sla_breached' as const) : ('sla_warning' as const)
  if (broken.length + warned.length === 0) return []
  return [attention.tell(assigneeId).called({ why, conversationId, messageId: null, by: by.id, at: now })]
}

const decided = (rule: Decision['rule'], promised: Promised, policyId: string, messageId?: string): Decision => ({
  rule,
  outcome: 'told',
  facts: { promised, policyId, ...(messageId !== undefined && { messageId }) },
})
