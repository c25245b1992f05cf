import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '../../live/careline.ts'

// A signed address is good for some minutes; it is asked for anew a little before it ends.
const marginMs = 30_000

const fileQuery = (fileId: string) =>
  queryOptions({
    queryKey: ['file', fileId],
    queryFn: () => api.files.link(fileId),
    staleTime: ({ state }) => Math.max(0, Date.parse(state.data?.expiresAt ?? '') - Date.now() - marginMs) || 0,
  })

/** An address that `<img>` and `<audio>` can load, for a file that needs a token. */
export function useFile(fileId: string) {
  const { data, error, refetch } = useQuery(fileQuery(fileId))
  return { url: data?.url, error, again: () => void refetch() }
}
