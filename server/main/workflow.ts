import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Config } from '../../kernel/config.ts'
import type { Store } from '../../store/connection.ts'
import { attentionPorts } from '../attention.ts'
import { Ratings } from '../ratings.ts'
import type { Post } from './mail.ts'

interface Parts {
  store: Store
  config: Pick<Config, 'publicUrl'>
  secret: string
  now(): number
}

/** What conversations need of the outside: letters to colleagues and addresses of pages, once this server is reached. */
export function openWorkflow({ store, config, secret, now }: Parts) {
  let there: { url: string; post: Post | undefined } | undefined
  const ratings = new Ratings({ store, secret, now, url: () => there?.url ?? config.publicUrl })
  const attention = attentionPorts({ store, now, there: () => there })
  const reachedAt = (url: string, post: Post | undefined) => void (there = { url, post })
  return { ratings, attention, reachedAt }
}

type Handle = (caller: Caller) => Workspace

/** Whoever has the link of a rating is the person whom it was sent to. */
export const ratingsBy = (ratings: Ratings, workspace: Handle) => async (token: string) => {
  const link = await ratings.find(token)
  if (!link) return undefined
  const { workspaceId, conversationId } = link
  return { link, handle: workspace({ workspaceId, role: 'person', id: conversationId.replace(/^c_/, '') }) }
}
