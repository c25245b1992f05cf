import type { Effects } from '../runtime/effect.ts'
import type { InputOf } from '../runtime/contract.ts'
import type { roster, Staff } from './contract.ts'

export interface RosterPorts {
  /** Who works there, in which team, and by which rules things are assigned. */
  staffOf(workspaceId: string): Promise<Staff>
  /** Open conversations of which the roster has not heard, by their ids from this one on. */
  unplacedIn(workspaceId: string, after: string): Promise<InputOf<typeof roster, 'unplacedRead'>>
  /** Open, and nobody has them: the longest waiting first. */
  waitingIn(workspaceId: string): Promise<InputOf<typeof roster, 'waitingRead'>>
  /** Open, whose people wait, of this member: the longest waiting first. */
  heldBy(workspaceId: string, memberId: string): Promise<string[]>
}

export function rosterEffects(ports: RosterPorts): Effects<typeof roster> {
  return {
    readStaff: { run: (_input, _key, { workspaceId }) => ports.staffOf(workspaceId) },
    readUnplaced: { run: ({ after }, _key, { workspaceId }) => ports.unplacedIn(workspaceId, after) },
    readWaiting: {
      run: (_input, _key, { workspaceId }) => ports.waitingIn(workspaceId),
    },
    readHeld: {
      async run({ memberId }, _key, { workspaceId }) {
        return { memberId, conversationIds: await ports.heldBy(workspaceId, memberId) }
      },
    },
  }
}
