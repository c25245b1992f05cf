import type { Workspace } from '../runtime/contract.ts'
import type { Effects } from '../runtime/effect.ts'
import type { InputOf } from '../runtime/contract.ts'
import { type Acted, type Outcome, type Press, type slack, type Standing, waitingReadMax } from './contract.ts'
import type { z } from 'zod'

export type Delivery = z.output<(typeof slack)['effects']['deliver']['input']>

export interface SlackPorts {
  /** One try. Whatever Slack does is an outcome. */
  deliver(workspace: Workspace, delivery: Delivery): Promise<Outcome>
  /** Whether it stands there already; undefined where it surely does not. Rejects where nobody can say. */
  find(workspace: Workspace, delivery: Delivery): Promise<Outcome | undefined>
  /** Who waits with nobody, the longest first. */
  waiting(workspaceId: string, limit: number): Promise<Standing[]>
  /** What a button says. The same key again is the same act. */
  act(workspace: Workspace, press: Press): Promise<Pick<z.output<typeof Acted>, 'outcome' | 'memberId'>>
}

type Delivered = InputOf<typeof slack, 'delivered'>

export function slackEffects(ports: SlackPorts): Effects<typeof slack> {
  const delivered = ({ alert: { postId, channel }, rev }: Delivery, result: Outcome): Delivered => {
    return { postId, channel, rev, result }
  }
  return {
    deliver: {
      async run(delivery, _key, { workspace }) {
        return delivered(delivery, await ports.deliver(workspace, delivery))
      },
      async lookUp(delivery, _key, { workspace }) {
        const found = await ports.find(workspace, delivery)
        return found && delivered(delivery, found)
      },
    },
    readWaiting: {
      async run(_input, _key, { workspaceId }) {
        return { waiting: await ports.waiting(workspaceId, waitingReadMax) }
      },
    },
    act: {
      async run(press, _key, { workspace }) {
        const { key, act, conversationId } = press
        return { key, act, conversationId, ...(await ports.act(workspace, press)) }
      },
    },
  }
}
