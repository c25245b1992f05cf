import { languageOf } from '../../kernel/compliance-replies.ts'
import type { Content, Outgoing } from '../../kernel/content.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { ratingWords } from '../../kernel/rating-words.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { lived } from './activity.ts'
import { conversation } from './contract.ts'
import type { Rating } from './contract/rating.ts'
import { reach } from './reach.ts'
import { said, type Utterance, weigh } from './speaking.ts'
import { ring, type State } from './state.ts'
import { type ConversationChange, joined, known } from './telling.ts'

type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>
const { effect, remind, update } = conversation
/** So many matters of one person can still be rated. */
const ratingsMax = 12
const minuteMs = 60_000

/** When a matter is resolved: asked after a while, where the business wants to know. */
export function askLater(state: State, { now, settings }: Given): NonNullable<ConversationChange['reminders']> {
  const { lastEpisodeId: episodeId } = state
  if (!settings.asksForRating || episodeId === null) return {}
  return { rating: remind('askDue', now + settings.ratingAfterMinutes * minuteMs, { episodeId }) }
}

/** How content people were. */
export const rating = {
  askRating(state: State, _: Input<'askRating'>, given: Given) {
    const { lastEpisodeId: episodeId } = known(state)
    if (episodeId === null) throw conflict('nothing_to_rate', 'Nothing was settled here that could be rated.')
    if (state.ratings.some((one) => one.episodeId === episodeId))
      throw conflict('already_asked', 'This person was asked about this matter already.')
    return { ...asked(state, episodeId, true, given), reply: { episodeId } }
  },

  askDue(state: State, { episodeId }: Input<'askDue'>, given: Given): ConversationChange {
    // Whoever wrote again, or was asked by hand, is not asked now.
    const isLast = state.lastEpisodeId === episodeId
    if (!isLast || state.ratings.some((one) => one.episodeId === episodeId)) return { state }
    return asked(state, episodeId, false, given)
  },

  linkMade(state: State, { episodeId, link }: Input<'linkMade'>, given: Given): ConversationChange {
    const one = state.ratings.find((rated) => rated.episodeId === episodeId)
    if (!one || one.score !== null) return { state }
    return put(state, one, link, given)
  },

  rate(state: State, { episodeId, score, comment }: Input<'rate'>, given: Given) {
    const one = ratingOf(state, episodeId)
    if (one.score !== null) throw conflict('already_rated', 'This was rated already: thank you.')
    return { ...rated(state, one, { score, comment }, given), reply: { episodeId, score, ratedAt: given.now } }
  },

  ratingOf(state: State, { episodeId }: Input<'ratingOf'>) {
    const { score, ratedAt } = ratingOf(state, episodeId)
    return { state, reply: { episodeId, score, ratedAt, locale: state.rules.terms.locale } }
  },
}

function ratingOf(state: State, episodeId: string): Rating {
  const one = known(state).ratings.find((rated) => rated.episodeId === episodeId)
  if (!one) throw missing('rating_missing', 'Nobody asked for this rating, or it is too long ago.')
  return one
}

function asked(state: State, episodeId: string, isByHand: boolean, given: Given): ConversationChange {
  const one: Rating = { episodeId, askedAt: given.now, isByHand, score: null, ratedAt: null }
  const after = { ...state, ratings: ring(state.ratings, one, ratingsMax) }
  return { state: after, effects: [effect('linkToRate', episodeId, { episodeId })], reminders: { rating: null } }
}

const idOf = (episodeId: string, score: number) => `rate:${episodeId}:${String(score)}`

/** Within the window as a choice of one tap; elsewhere as a link, which every channel carries. */
function put(state: State, { episodeId, isByHand }: Rating, link: string, given: Given): ConversationChange {
  const way = reach(state, undefined, given.settings)
  const hasChoice = way?.kind === 'whatsapp' || way?.kind === 'app'
  const { question, button, takesAMoment, scores } =
    ratingWords[languageOf(state.rules.terms.locale, given.settings.locale)]
  const rows = scores.map((says, nth) => {
    const score = scores.length - nth
    return { id: idOf(episodeId, score), title: `${'★'.repeat(score)} ${says}` }
  })
  const content: Outgoing = hasChoice
    ? { kind: 'list', text: question, button, rows }
    : { kind: 'text', text: `${question} ${takesAMoment} ${link}` }
  const utterance: Utterance = {
    messageId: given.newId('msg'),
    content,
    channelId: undefined,
    replyTo: null,
    class: isByHand ? 'conversational' : 'operational',
    about: `rating/${episodeId}`,
    author: { kind: 'automation', id: 'rating' },
    isAfterwards: true,
  }
  const verdict = weigh(state, utterance, given)
  if (verdict.is !== 'passed') {
    const ratings = state.ratings.filter((one) => one.episodeId !== episodeId)
    const decisions = [verdict.decision]
    if (verdict.is === 'refused') return { state: { ...state, ratings }, decisions }
    // Asked anew when it may be: by then they may have written again.
    const reminders = { rating: remind('askDue', verdict.until, { episodeId }) }
    return { state: { ...state, ratings }, decisions, reminders }
  }
  return said(state, { ...state, rules: verdict.rules }, utterance, verdict.way, given)
}

/** The tap on a star is an answer to the question, and a message like others. */
export function answeredRating(change: ConversationChange, content: Content, given: Given): ConversationChange {
  if (content.kind !== 'answer' || !content.id.startsWith('rate:')) return change
  const [, episodeId, stars] = content.id.split(':')
  const one = change.state.ratings.find((rated) => rated.episodeId === episodeId)
  const score = Number(stars)
  if (!one || one.score !== null || !(score >= 1 && score <= 5)) return change
  return joined(change, (state) => rated(state, one, { score, comment: undefined }, given))
}

function rated(
  state: State,
  one: Rating,
  { score, comment }: { score: number; comment: string | undefined },
  given: Given,
): ConversationChange {
  const ratings = state.ratings.map((other) => (other === one ? { ...one, score, ratedAt: given.now } : other))
  const { episodeId } = one
  const change = lived(
    state,
    { ...state, ratings },
    { what: 'rated', value: String(score), ...(comment !== undefined && { text: comment }) },
    given,
  )
  const kept = { score, comment: comment ?? '', at: given.now }
  return { ...change, rows: [...change.rows, update('episode', episodeId, { rating: kept })] }
}
