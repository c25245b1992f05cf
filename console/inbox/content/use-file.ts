import { queryOptions, useQuery } from '@tanstack/react-query'
import { ApiProblem } from '../../../client/problem.ts'
import { api } from '../../live/careline.ts'

const isOf = (code: string) => (error: unknown) => error instanceof ApiProblem && error.code === code
/** It is being checked for harmful software. */
export const isWaiting = isOf('file_not_ready')
/** Something harmful was found in it. */
export const isRefused = isOf('file_refused')

// A signed address is good for some minutes; it is asked for anew a little before it ends.
const marginMs = 30_000

const fileQuery = (fileId: string) =>
  queryOptions({
    queryKey: ['file', fileId],
    queryFn: () => api.files.link(fileId),
    // A scan takes a moment; what it found does not change.
    retry: (tries, error) =>
      isWaiting(error) ? tries < 20 : tries < 3 && error instanceof ApiProblem && error.retryable,
    staleTime: ({ state }) => Math.max(0, Date.parse(state.data?.expiresAt ?? '') - Date.now() - marginMs) || 0,
  })

/** An address that `<img>` and `<audio>` can load, for a file that needs a token. */
export function useFile(fileId: string) {
  const { data, error, refetch } = useQuery(fileQuery(fileId))
  const again = () => void refetch()
  return { url: data?.url, small: data?.thumbnailUrl ?? data?.url, error, again }
}
