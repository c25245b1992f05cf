import { z } from 'zod'
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Gateway } from '../../realtime/socket/gateway.ts'
import type { Store } from '../../store/connection.ts'
import { memberById } from '../../store/settings/members.ts'
import type { Readers } from '../inspection.ts'

const readersMax = 1_000
const text = z.string().max(200)
const Asked = z.object({ workspaceId: text, stream: text })
const Answered = z
  .array(
    z.object({
      session: text,
      node: text,
      userId: text,
      device: z.string().max(128).nullable(),
      since: z.number(),
      seq: z.number().default(0), // A process of the version before does not say it.
    }),
  )
  .max(readersMax)

/** Asks every process for its sockets. One that does not answer in time is left out: its sockets are as good as gone. */
export function openReaders(gateway: Gateway, cluster: Cluster | undefined, store: Store): Readers {
  const here = ({ workspaceId, stream }: z.output<typeof Asked>) => gateway.readers(workspaceId, stream, readersMax)
  cluster?.answers('readers', async (input) => here(Asked.parse(input)))

  const everywhere = async (asked: z.output<typeof Asked>) => {
    if (!cluster) return here(asked)
    const members = cluster.inspect().members.map(({ id }) => id)
    const answers = await Promise.allSettled(members.map((id) => cluster.ask(id, 'readers', asked)))
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? Answered.parse(answer.value) : []))
  }

  return async (workspaceId, stream) => {
    const found = (await everywhere({ workspaceId, stream })).slice(0, readersMax)
    const ids = [...new Set(found.map(({ userId }) => userId))]
    const members = await Promise.all(ids.map((id) => memberById(store, workspaceId, id)))
    const names = new Map(ids.map((id, nth) => [id, members[nth]?.name ?? id]))
    return found.map((one) => ({ ...one, name: names.get(one.userId) ?? one.userId }))
  }
}
