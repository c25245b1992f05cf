import type { Letter } from '../../actors/letterbox/contract.ts'
import { derivedId } from '../../kernel/id.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { operatorAddresses } from '../../store/settings/operators.ts'
import { type MemberRole, membersOf } from '../../store/settings/members.ts'
import { workspaceById, type WorkspaceSettings } from '../../store/settings/workspaces.ts'
import type { Post } from './mail.ts'

interface Parts {
  store: Store
  /** Undefined where no letter can be sent. */
  post: Post | undefined
  now(): number
}

const usefulMs = 7 * 24 * 60 * 60_000

/** A letter to every owner of a workspace. The same `key` again writes none. */
export const writeToOwners = (...about: Rest) => writeTo(['owner'], ...about)

type Rest = [parts: Parts, workspaceId: string, key: string, letterOf: (workspace: WorkspaceSettings) => Letter]

/** The same to everybody who has one of these roles. */
export async function writeTo(roles: readonly MemberRole[], ...[parts, workspaceId, key, letterOf]: Rest) {
  const { store, post, now } = parts
  const workspace = await workspaceById(store, workspaceId)
  if (!post || !workspace) return
  const all = await membersOf(store, workspaceId)
  const those = all.filter(({ role, status }) => roles.includes(role) && status === 'active')
  const accounts = await accountsById(
    store,
    those.map(({ accountId }) => accountId),
  )
  const [letter, language] = [letterOf(workspace), workspace.settings.locale]
  for (const { id, email } of accounts.values()) {
    if (email === null) continue
    const letterId = derivedId('let', workspaceId, key, id)
    await post({ letterId, to: email, language, letter, notAfter: now() + usefulMs }, workspaceId)
  }
}

/** A letter to everybody who looks after the installation. The same `key` again writes none. */
export async function writeToOperators({ store, post, now }: Parts, key: string, letter: Letter) {
  if (!post) return
  for (const { id, email } of await operatorAddresses(store)) {
    const letterId = derivedId('let', 'platform', key, id)
    await post({ letterId, to: email, language: 'en', letter, notAfter: now() + usefulMs })
  }
}
