import { attention } from '../attention/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { authorOf, unsent } from './activity.ts'
import { conversation } from './contract.ts'
import type { Message } from './contract/message.ts'
import { episodeRow } from './rows.ts'
import { standing } from './rules.ts'
import type { State } from './state.ts'
import { headerOf, known } from './telling.ts'

const { event, insert } = conversation
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

export const notes = {
  /** Staff only: no clock stops, no list moves, nothing is sent. Whom it names hears of it. */
  note(state: State, { text, mentions = [] }: Input<'note'>, given: Given) {
    const { userId } = known(state)
    const id = state.episode?.id ?? state.lastEpisodeId ?? given.newId('eps')
    const isBegun = state.episode === null && state.lastEpisodeId === null
    const named = [...new Set(mentions)].filter((memberId) => memberId !== given.by.id)
    const message: Message = {
      ...unsent,
      _id: given.newId('msg'),
      conversationId: given.id,
      n: state.messageCount + 1,
      direction: 'note',
      author: authorOf(given),
      episodeId: id,
      channelId: null,
      content: { kind: 'text', text },
      status: 'received',
      at: given.now,
      ...(named.length > 0 && { mentions: named }),
    }
    const after = { ...known(state), messageCount: message.n, lastEpisodeId: id }
    const row = insert('message', { ...message, ...standing('received', null), userId, providerId: null })
    const about = { conversationId: given.id, messageId: message._id, by: given.by.id, at: given.now }
    return {
      state: after,
      reply: { messageId: message._id, n: message.n },
      rows: [...(isBegun ? [episodeRow({ id, openedAt: given.now }, given)] : []), row],
      events: [event('message.created', { message, conversation: headerOf(after) })],
      ...(named.length > 0 && {
        tells: named.map((memberId) => attention.tell(memberId).called({ why: 'mentioned', ...about })),
      }),
    }
  },
}
