import { AddressRefused } from '../../kernel/outgoing.ts'
import { neverSent } from '../never-sent.ts'
import { type PushResult, refused } from './port.ts'

/** What came of a request that no answer came to. */
export function unreached(error: unknown): PushResult {
  // An address that leads into a private network is no push service's.
  if (error instanceof AddressRefused) return { outcome: 'gone', code: 'address_refused', at: null }
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  const said = cause?.code ?? code ?? ''
  if (neverSent(said)) return refused('retry', 'unreachable', 'The push service could not be reached.')
  return { outcome: 'unknown', why: `The push service did not answer (${said || 'time-out'}).` }
}
