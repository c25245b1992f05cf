import type { Given } from '../runtime/change.ts'
import type { Tell } from '../runtime/contract.ts'
import { user } from '../user/contract.ts'
import type { Failure } from './contract/message.ts'
import { reach } from './reach.ts'
import type { State } from './state.ts'

/** They said STOP to the carrier, where we heard nothing of it: nothing more is tried there (Twilio 21610). */
export function optedOut(state: State, channelId: string | undefined, error: Failure | null, given: Given): Tell[] {
  if (error?.code !== 'opted_out' || state.userId === null) return []
  const way = reach(state, channelId, given.settings)
  if (!way) return []
  return [user.tell(state.userId).suppress({ channel: way.kind, address: way.to, reason: 'stop' })]
}
