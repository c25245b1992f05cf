import type { AttentionPorts } from '../actors/attention/effects.ts'
import type { Posted } from '../actors/letterbox/contract.ts'
import type { Store } from '../store/connection.ts'
import { accountsById } from '../store/settings/accounts.ts'
import { memberById } from '../store/settings/members.ts'
import { workspaceById } from '../store/settings/workspaces.ts'

interface Parts {
  store: Store
  now(): number
  /** Where the console is reached, and how letters leave where they can; undefined until this server is there. */
  there(): { url: string; post: ((posted: Posted, workspaceId: string) => Promise<unknown>) | undefined } | undefined
}

const letterMs = 24 * 60 * 60_000

/** Letters to colleagues whose attention is asked for, and who did not look. */
export const attentionPorts = ({ store, now, there }: Parts): AttentionPorts => ({
  async callByLetter(workspaceId, memberId, { letterId, calls, conversationId }) {
    const reached = there()
    if (!reached) throw new Error('the address of this server is not known yet')
    const [member, workspace] = await Promise.all([
      memberById(store, workspaceId, memberId),
      workspaceById(store, workspaceId),
    ])
    const { url, post } = reached
    if (!post || member?.status !== 'active' || !workspace) return false
    const to = (await accountsById(store, [member.accountId])).get(member.accountId)?.email
    if (!to) return false
    const link = `${url}/inbox/${encodeURIComponent(conversationId)}`
    const letter = { about: 'called', link, calls, workspace: workspace.name } as const
    const rest = { to, language: workspace.settings.locale, notAfter: now() + letterMs }
    await post({ letterId, letter, ...rest }, workspaceId)
    return true
  },
})
