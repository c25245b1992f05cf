import { inboxSignals, type InboxSignals } from '../../client/streams/inbox.ts'
import { useLine } from './use-line.ts'
import { useSession } from './use-session.ts'
import { handleOf } from './use-stream.ts'

/** The colleagues who are there, by id. */
export function usePresence(): InboxSignals['people'] {
  const stream = `inbox:${useSession().workspace.id}` as const
  return useLine(stream, () => (handleOf(stream)?.signals() ?? inboxSignals).people)
}
