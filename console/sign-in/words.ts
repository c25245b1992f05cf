import { ApiProblem } from '../../client/problem.ts'
import { PasskeyNotShown } from '../live/passkeys.ts'

/** Words for what a person can do about it; others are the server's own. */
const says: Record<string, string> = {
  unreachable: 'The server cannot be reached. Is it running, and is this computer online?',
}

export function wordsOf(error: unknown) {
  if (error instanceof PasskeyNotShown) return error.message
  if (!(error instanceof ApiProblem)) return 'Something went wrong here. Please try again.'
  return says[error.code] ?? error.detail ?? error.title
}
