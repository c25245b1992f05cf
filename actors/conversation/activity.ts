import type { Content } from '../../kernel/content.ts'
import { isStaff } from '../../kernel/role.ts'
import type { Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import type { Message } from './contract/message.ts'
import { standing } from './rules.ts'
import type { State } from './state.ts'
import { changed, headerOf, known } from './telling.ts'

type What = Omit<Extract<Content, { kind: 'activity' }>, 'kind'> & {
  /** Under which a decision names the line. */
  messageId?: string
}

/** Who caused this turn, as a thread names them. */
export function authorOf({ by }: Given): Message['author'] {
  if (isStaff(by)) return { kind: 'staff', id: by.id }
  return { kind: by.role === 'person' ? 'person' : 'automation', id: by.id }
}

/** The fields of a message that are the same for all that did not come in. */
export const unsent = {
  replyTo: null,
  error: null,
  reactions: { person: null, staff: null },
  editedAt: null,
  deletedAt: null,
}

/** Something happened that staff should find in the thread: a line of it, beside what it changes. */
export function lived(before: State, after: State, { messageId, ...what }: What, given: Given) {
  const { userId } = known(after)
  const message: Message = {
    ...unsent,
    _id: messageId ?? given.newId('msg'),
    conversationId: given.id,
    n: after.messageCount + 1,
    direction: 'activity',
    author: authorOf(given),
    episodeId: after.episode?.id ?? after.lastEpisodeId ?? given.id,
    channelId: null,
    content: { kind: 'activity', ...what },
    status: 'received',
    at: given.now,
  }
  const told = changed(before, { ...after, messageCount: message.n }, given, message)
  // Whoever hears of conversations and not of messages, an endpoint say, hears of what changed besides.
  const more =
    after === before ? [] : [conversation.event('conversation.changed', { conversation: headerOf(known(told.state)) })]
  return {
    ...told,
    events: [...told.events, ...more],
    rows: [conversation.insert('message', { ...message, ...standing('received', null), userId, providerId: null })],
  }
}
