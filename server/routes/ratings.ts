import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import { Score } from '../../actors/conversation/contract/rating.ts'
import { languageOf } from '../../kernel/compliance-replies.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { missing } from '../../kernel/problem.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import { get, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const params = z.object({ token: z.string().min(16).max(64) })
const tags = ['Ratings']
const Shown = z.object({
  business: z.string().max(200),
  colour: z.string().max(7),
  language: z.string().max(35),
  score: Score.nullable(),
  ratedAt: instant().nullable(),
})

/** Where people say how content they were: whoever has the link, once. */
export const ratingRoutes = [
  get(
    '/public/ratings/:token',
    {
      allow: 'public',
      params,
      tags,
      summary: 'What is asked, and whether it was answered',
      reply: Shown,
      problems: ['rating_missing'],
    },
    async (call) => {
      const { link, workspace, at } = await asked(call, call.params.token)
      const { score, ratedAt, locale } = await at.ratingOf({ episodeId: link.episodeId })
      return { ...shownOf(workspace, locale), score, ratedAt }
    },
  ),

  post(
    '/public/ratings/:token',
    {
      allow: 'public',
      params,
      tags,
      summary: 'How content somebody was, 1 to 5, once',
      body: z.object({ score: Score, comment: sensitive(z.string().trim().max(2_000)).optional() }),
      reply: Shown,
      problems: ['rating_missing', 'already_rated'],
    },
    async (call) => {
      const { link, workspace, at } = await asked(call, call.params.token)
      const { score, ratedAt } = await at.rate({ episodeId: link.episodeId, ...call.body })
      const { locale } = await at.ratingOf({ episodeId: link.episodeId })
      return { ...shownOf(workspace, locale), score, ratedAt }
    },
  ),
]

async function asked({ store, ratingBy }: Pick<Ports, 'store' | 'ratingBy'>, token: string) {
  const found = await ratingBy(token)
  const workspace = found && (await workspaceById(store, found.link.workspaceId))
  if (!workspace) throw missing('rating_missing', 'This link is not one of ours, or is too old.')
  const { link, handle } = found
  return { link, workspace, at: handle.at(conversation, link.conversationId) }
}

type Business = NonNullable<Awaited<ReturnType<typeof workspaceById>>>

const shownOf = ({ name, branding, settings }: Business, locale: string | null) => ({
  business: name,
  colour: branding.colour,
  language: languageOf(locale, settings.locale),
})
