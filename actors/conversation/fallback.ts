import { kindRules } from '../../kernel/channel-kind.ts'
import { channel } from '../channel/contract.ts'
import type { Change, Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import type { Failure } from './contract/message.ts'
import { isStopped, isWelcome } from './guards.ts'
import { kindOf, waysOf, type Way } from './reach.ts'
import { sendForMs, standing } from './rules.ts'
import type { State } from './state.ts'

const { event, update } = conversation
const pending = { status: 'pending' as const, error: null }

/**
 * Where a message goes that cannot go by the other channel: by SMS, where the business wants that, the person takes it,
 * and it says what a text can carry.
 */
export function otherWay(
  state: State,
  { channelId, content }: { channelId: string; content: string },
  { settings }: Pick<Given, 'settings'>,
): Way | undefined {
  if (!settings.fallsBackToSms || kindOf(state, channelId, settings) === 'sms') return undefined
  if (!kindRules.sms.carries.includes(content) || isStopped(state.rules, 'sms')) return undefined
  return waysOf(state, settings).find(({ kind }) => kind === 'sms')
}

/** Trying again on the same channel is of no use, and no other was tried. */
const isFinal = ({ tried }: State['outgoing'][number], error: Failure) => !tried && !error.retryable

/** One message, by one way after the other, never by both: it failed for good on the first. Undefined where it ends here. */
export function fallenBack(
  state: State,
  message: State['outgoing'][number],
  error: Failure | null,
  { id, now, settings }: Given,
): Change<typeof conversation, State> | undefined {
  const { id: messageId, channelId: from, content, class: purpose = 'conversational' } = message
  if (from === undefined || content === undefined || !error || !isFinal(message, error)) return undefined
  const way = otherWay(state, { channelId: from, content }, { settings })
  // What they do not want there fails here.
  if (!way || !isWelcome(state, { ...way, class: purpose })) return undefined
  const { channelId, to } = way
  const fellBack = { channelId: from, code: error.code, title: error.title }
  const outgoing = state.outgoing.map((one) =>
    one === message ? { ...one, ...pending, channelId, tried: [from] } : one,
  )
  const priority = purpose === 'marketing' ? ('bulk' as const) : ('transactional' as const)
  const parcel = {
    messageId,
    conversationId: id,
    to,
    content: null,
    replyTo: null,
    priority,
    notAfter: now + sendForMs,
  }
  return {
    state: { ...state, outgoing },
    rows: [update('message', messageId, { ...standing('pending', null), channelId, fellBack })],
    events: [event('message.rerouted', { messageId, channelId, fellBack, ...pending })],
    tells: [channel.tell(channelId).enqueue(parcel)],
    decisions: [
      { rule: 'fallback@1', outcome: 'rerouted', facts: { messageId, from, to: channelId, code: fellBack.code } },
    ],
  }
}
